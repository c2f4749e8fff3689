"""Blocks of neighbouring features that share one column: how many features each of them holds.

At feature x a block holds n(x) = 1 + ε s(x) features, with s = min(max(0, x − H)/R, c): the first H
have columns of their own, then blocks grow to a plateau. s belongs to the finest blocks, ε = 1; the
coarser ones of an extrapolation have the same s and a larger ε (`thinned` says why).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Edges = NDArray[np.int64]
GROWTH, PART = 16.0, 0.25
"""R, at most: a block at x holds up to ε x/R features, whose frequencies differ by the part aε/R.
While they grow, and before, blocks are at most this part of all."""
HALVINGS = 60


@dataclass(frozen=True)
class Sharing:
    """Which features share columns: s(x) = min(max(0, x − H)/R, c).

    Parameters
    ----------
    n_features : int
        N.
    single : int
        H, features with columns of their own.
    growth : float
        R.
    reach : float
        R c, features over which blocks grow.
    """

    n_features: int
    single: int
    growth: float
    reach: float

    @classmethod
    def of(cls, n_features: int, n_blocks: int, single: int) -> Sharing:
        """Return that which makes so many blocks at ε = 1.

        Parameters
        ----------
        n_features, n_blocks : int
        single : int
            H, cut at a quarter of the blocks.
        """
        single = max(1, min(single, int(PART * n_blocks)))
        growth = min(GROWTH, PART * n_blocks / math.log(n_features))
        low, high = 0.0, float(n_features - single)
        for _ in range(HALVINGS):  # the number of blocks falls with the reach
            reach = 0.5 * (low + high)
            is_many = cls(n_features, single, growth, reach).count(1.0) > n_blocks
            low, high = (reach, high) if is_many else (low, reach)
        return cls(n_features, single, growth, high)

    def count(self, coarser: float) -> float:
        """Return ∫ dx/n, the number of blocks at some ε."""
        rest = self.n_features - self.single - self.reach
        return self.single + self._growing(coarser) + rest / (1.0 + coarser * self._plateau)

    def edges(self, coarser: float) -> Edges:
        """Return where blocks end at some ε, from 0 on.

        Examples
        --------
        >>> sharing = Sharing.of(1_000_000, 512, single=80)
        >>> edges = sharing.edges(1.0)
        >>> int(edges[80]), int(edges[-1] - edges[-2]), len(edges), len(sharing.edges(2.0))
        (80, 2717, 513, 300)
        """
        total, single = self.count(coarser), float(self.single)
        n_blocks = round(total)
        number = np.arange(n_blocks + 1.0)
        shared = np.maximum(number - single, 0.0) * (total - single) / (n_blocks - single)
        growing, rate = self._growing(coarser), self.growth / coarser
        ends = np.minimum(number, single) + rate * np.expm1(np.minimum(shared, growing) / rate)
        ends += np.maximum(shared - growing, 0.0) * (1.0 + coarser * self._plateau)
        return _at_least_one_each(np.round(ends).astype(np.int64), self.n_features)

    @property
    def _plateau(self) -> float:
        return self.reach / self.growth

    def _growing(self, coarser: float) -> float:
        """Return how many blocks are between single features and the plateau."""
        return self.growth / coarser * math.log1p(coarser * self._plateau)


def shared_pairs(edges: Edges) -> float:
    """Part e = Σ n (n − 1)/N² of all ordered pairs of features that share a column.

    Examples
    --------
    >>> shared_pairs(np.array([0, 1, 2, 4]))
    0.125
    """
    n = np.diff(edges).astype(np.float64)
    return float(np.sum(n * (n - 1.0)) / n.sum() ** 2)


def representatives(fine: Edges, coarse: Edges) -> NDArray[np.bool_]:
    """Return which of the fine classes lend their columns to the coarse ones: those in the middle.

    Examples
    --------
    >>> representatives(np.array([0, 1, 2, 4]), np.array([0, 1, 4])).tolist()
    [True, False, True]
    """
    middle = (coarse[:-1] + coarse[1:] - 1) / 2.0
    lenders = np.searchsorted(fine, middle, side="right")
    chosen = np.zeros(len(fine) - 1, dtype=bool)
    chosen[_at_least_one_each(lenders, len(fine) - 1) - 1] = True
    return chosen


def _at_least_one_each(ends: Edges, last: int) -> Edges:
    """Return rising whole numbers with none twice and none above the last."""
    number = np.arange(len(ends))
    return np.minimum(np.maximum.accumulate(ends - number), last - number[-1]) + number
