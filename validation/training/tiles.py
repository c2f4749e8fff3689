"""The exact pull on ŷ = relu(WᵀW x + b), one feature active, over all pairs of features."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superlaw.validation.training.features import Features
from superlaw.validation.training.kernels.tiles import pull_tile

Array = NDArray[Any]
ROWS, COLUMNS = 125, 1000
"""Features on the sides of a tile at most: its scalar products stay in the cache. A long side is at
least about twice the short one."""
MORE_ROWS, PART = 512, 8
"""Rows at most where columns are as long as that, and features over rows: there most of the time
goes into the products, which are faster of larger tiles."""


class Tiles:
    """Both directions of every pair from one scalar product, a tile of S = WᵀW at a time.

    A tile is some features and those from the first of them on, in pieces if these are many. It is
    a function of columns and biases alone, and keeps nothing between two calls.

    Parameters
    ----------
    features : Features
        Single ones, targets 1, amplitudes uniform on (0, 2).
    width : int
    """

    def __init__(self, features: Features, width: int) -> None:
        self.features, size = features, len(features.p)
        rows = max(ROWS, min(MORE_ROWS, width, size // PART))
        self._rows = list(pairwise(_edges(0, size, rows)))
        dtype = features.p.dtype
        self._S = np.empty(min(rows, size) * min(COLUMNS, size), dtype)
        self._moved = np.empty((min(COLUMNS, size), width), dtype)

    def pull(self, W: Array, beta: Array, W_pull: Array, beta_pull: Array) -> None:
        """Fill −∂L/∂w_i and −∂L/∂β_i of L = ½E‖ŷ − x‖²; rows of W are w_i."""
        W_pull[:], beta_pull[:] = 0.0, 0.0
        for first, last in self._rows:
            for columns in pairwise(_edges(first, len(beta), COLUMNS)):
                self._add(slice(first, last), slice(*columns), W, beta, W_pull, beta_pull)

    def _add(
        self, i: slice, j: slice, W: Array, beta: Array, W_pull: Array, beta_pull: Array
    ) -> None:
        """Add what the features i and j do to each other, each pair once, and to themselves."""
        p, size = self.features.p, (i.stop - i.start, j.stop - j.start)
        S = self._S[: size[0] * size[1]].reshape(size)
        np.matmul(W[i], W[j].T, out=S)
        pull_tile(S, beta[i], p[i], beta[j], p[j], beta_pull[i], beta_pull[j], i.start == j.start)
        W_pull[i] += np.matmul(S, W[j], out=self._moved[: size[0]])
        W_pull[j] += np.matmul(S.T, W[i], out=self._moved[: size[1]])


def _edges(start: int, stop: int, size: int) -> list[int]:
    """Return ends of as few pieces as are no longer than this, as equal as may be."""
    n_pieces = -(-(stop - start) // size)
    return [start + (stop - start) * k // n_pieces for k in range(n_pieces + 1)]
