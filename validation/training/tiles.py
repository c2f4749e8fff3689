"""The exact pull on ŷ = relu(WᵀW x + b), one feature active, over all pairs of features."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superlaw.validation.training.features import Features
from superlaw.validation.training.kernels.pairs import pull_own
from superlaw.validation.training.kernels.tiles import pull_tile

Array = NDArray[Any]
TILE = 256
"""Features on a side of a tile: its scalar products stay in the cache."""
CLOSED = -1e18
"""Scalar product of a feature with itself in a tile: so far below 0 that its output stays shut."""


class Tiles:
    """Both directions of every pair from one scalar product, a tile of S = WᵀW at a time.

    It is a function of columns and biases alone, and keeps nothing between two calls.

    Parameters
    ----------
    features : Features
        Single ones, amplitudes uniform on (0, 2).
    width : int
    """

    def __init__(self, features: Features, width: int) -> None:
        self.features, size = features, len(features.p)
        n_tiles = -(-size // TILE)
        self._edges = [size * k // n_tiles for k in range(n_tiles + 1)]
        largest, dtype = -(-size // n_tiles), features.p.dtype
        self._S = np.empty(largest * largest, dtype)
        self._moved, self._unused = np.empty((largest, width), dtype), np.empty(largest, dtype)

    def pull(self, W: Array, beta: Array, W_pull: Array, beta_pull: Array) -> None:
        """Fill −∂L/∂w_i and −∂L/∂β_i of L = ½E‖ŷ − x‖²; rows of W are w_i."""
        features, spans = self.features, list(pairwise(self._edges))
        W_pull[:], beta_pull[:] = 0.0, 0.0
        for k, rows in enumerate(spans):
            for columns in spans[k:]:
                self._add(slice(*rows), slice(*columns), W, beta, W_pull, beta_pull)
        own = (features.p, features.target, features.law.code, True)
        pull_own(W, W, beta, *own, W_pull, W_pull, beta_pull)

    def _add(
        self, i: slice, j: slice, W: Array, beta: Array, W_pull: Array, beta_pull: Array
    ) -> None:
        """Add what the features i and j do to each other; those of one tile, among themselves."""
        p, size = self.features.p, (i.stop - i.start, j.stop - j.start)
        S = self._S[: size[0] * size[1]].reshape(size)
        np.matmul(W[i], W[j].T, out=S)
        if i == j:
            np.fill_diagonal(S, CLOSED)
        other = self._unused[: size[1]] if i == j else beta_pull[j]
        pull_tile(S, beta[i], p[i], beta[j], p[j], beta_pull[i], other)
        W_pull[i] += np.matmul(S, W[j], out=self._moved[: size[0]])
        if i != j:
            W_pull[j] += np.matmul(S.T, W[i], out=self._moved[: size[1]])
