"""Random embeddings and sums over features, for checks in the mean at growing size."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import sympy as sp
from numpy.typing import NDArray

Array = NDArray[np.float64]


def unit_columns(width: int, n_features: int, rng: np.random.Generator) -> Array:
    """Return an embedding of random unit columns, shape (K, N)."""
    columns = rng.normal(size=(width, n_features))
    return np.asarray(columns / np.linalg.norm(columns, axis=0))


def tight_frame(width: int, n_features: int, rng: np.random.Generator) -> Array:
    """Return a random embedding with WWᵀ = N/K · 1, shape (K, N)."""
    rows, _ = np.linalg.qr(rng.normal(size=(n_features, width)))
    return np.asarray(np.sqrt(n_features / width) * rows.T)


def resolvent(z: float, embedding: Array, weights: Array) -> Array:
    """Return (z − W diag(y) Wᵀ)⁻¹, shape (K, K)."""
    matrix = z * np.eye(len(embedding)) - (embedding * weights) @ embedding.T
    return np.asarray(np.linalg.inv(matrix), dtype=np.float64)


def number(
    expression: sp.Expr,
    features: Mapping[sp.Symbol, Array],
    scalars: Mapping[sp.Symbol, float],
) -> float:
    """Return the value of an expression whose sums run over the given features."""
    symbols = list(features)

    def total(found: sp.Sum) -> sp.Expr:
        term = sp.lambdify(symbols, found.function.subs(scalars), "numpy")(*features.values())
        return sp.Float(np.sum(np.broadcast_to(term, np.shape(features[symbols[0]]))))

    return float(expression.replace(sp.Sum, lambda *found: total(sp.Sum(*found))).subs(scalars))
