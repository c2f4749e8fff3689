"""Embeddings W: how N features are put into K dimensions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def embedding(kind: str, width: int, n_features: int, generator: np.random.Generator) -> Array:
    """Return W, shape (K, N).

    Parameters
    ----------
    kind : {"identity", "random", "tight_frame", "trained"}
        1; independent uniform unit columns, also where training starts; or a random tight frame,
        WWᵀ = (N/K) 1.
    width, n_features : int
    generator : numpy.random.Generator
    """
    if kind == "identity":
        return np.eye(n_features)
    W = generator.standard_normal((width, n_features))
    if kind == "tight_frame":
        q, r = np.linalg.qr(W.T)
        return np.ascontiguousarray((q * np.sign(np.diag(r))).T * np.sqrt(n_features / width))
    return np.asarray(W / np.linalg.norm(W, axis=0))
