"""The pull of the population loss on every entry of S for ŷ = φ(S x + β): W = 1, K = N."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from superlaw.validation.training.features import Features
from superlaw.validation.training.kernels.entries import linear_descent, move_size, relu_descent

Array = NDArray[Any]
Parts = dict[str, Array]
Moves = tuple[Array, Array, Array]


class Entries:
    """S itself is trained, from 0: both factors and the pull on them are of its shape.

    Parameters
    ----------
    features : Features
        Single ones.
    """

    is_tied = two_sided = False

    def __init__(self, features: Features) -> None:
        self.features = features
        self.width = len(features.p)

    def start(self) -> Parts:
        """Return the trained array at its start."""
        return {"B": np.zeros((self.width, self.width), self.features.p.dtype)}

    def factors(self, parts: Parts) -> tuple[Array, Array]:
        """Return S twice."""
        return parts["B"], parts["B"]

    def geometry(self, parts: Parts) -> tuple[Array, Array]:
        """Return L = 1 and R = Sᵀ."""
        return np.eye(self.width), np.ascontiguousarray(parts["B"].T)

    def moves(self, parts: Parts, step: Parts) -> tuple[Array, Array]:
        """Return δS twice."""
        return step["B"], step["B"]

    def pull_back(self, parts: Parts, L_pull: Array, R_pull: Array, out: Parts) -> None:
        """Fill dS/dt."""
        out["B"][:] = R_pull

    def radius(self, parts: Parts) -> float:
        """Upper bound on the rates of change with every gate open, but those of β."""
        return float(np.max(self.features.lam))

    def trace(self, parts: Parts) -> float:
        """Tr S/N."""
        return float(np.trace(parts["B"])) / self.width


class EntryResponse:
    """The pull on every entry of S, and the losses.

    Parameters
    ----------
    features : Features
        Single ones.
    is_relu : bool
    """

    def __init__(self, features: Features, *, is_relu: bool) -> None:
        self.features, self.is_relu = features, is_relu

    def pull(
        self, L: Array, R: Array, beta: Array, L_pull: Array, R_pull: Array, beta_pull: Array
    ) -> None:
        """Fill −∂L/∂S and −∂L/∂β."""
        self._descend(R, beta, R_pull, beta_pull)

    def losses(self, L: Array, R: Array, beta: Array) -> tuple[float, float]:
        """Return the loss of features on their own output, and on all others."""
        own, others = self._descend(R, beta, np.empty_like(R), np.empty_like(beta))
        return float(own), float(others)

    def loss_and_shift(self, L: Array, R: Array, beta: Array, moves: Moves) -> tuple[float, float]:
        """Return the loss, and E‖δŷ‖² to first order in a move of S and β."""
        features, law = self.features, self.features.law
        code = law.code if self.is_relu else -1
        mean, second = law.moment(1), law.moment(2)
        size = move_size(R, beta, features.p, code, mean, second, moves[1], moves[2])
        return sum(self.losses(L, R, beta)), size

    def _descend(self, S: Array, beta: Array, D: Array, beta_pull: Array) -> Array:
        """Fill −∂L/∂S and −∂L/∂β; return the two losses."""
        features, losses = self.features.cast(S.dtype), np.zeros(2)
        law, known = features.law, (S, beta, features.p, features.target)
        if self.is_relu:
            relu_descent(*known, law.code, D, beta_pull, losses)
        else:
            linear_descent(*known, law.moment(1), law.moment(2), D, beta_pull, losses)
        return losses
