"""Blocks of neighbouring features that share one column: how many features each of them holds."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Edges = NDArray[np.int64]


def blocks(n_features: int, n_blocks: int) -> Edges:
    """Return where blocks of neighbouring features end, shape (n_blocks + 1,), from 0 on.

    A block at feature i holds min(max(1, i/H), c) of them, c = 2N/M and H = M/(2 ln c), so that
    half of the blocks hold c features each and the other half is single or grows in proportion.

    Examples
    --------
    >>> edges = blocks(1_000_000, 512)
    >>> int(edges[20]), int(edges[-1] - edges[-2]), len(edges)
    (20, 3906, 513)
    """
    largest = 2.0 * n_features / n_blocks
    head = n_blocks / (2.0 * math.log(largest))
    count = np.arange(n_blocks + 1.0)
    until = head * (1.0 + math.log(largest))
    grown = head * np.exp(np.minimum(np.maximum(count / head - 1.0, 0.0), math.log(largest)))
    ends = np.where(count < head, count, grown) + largest * np.maximum(count - until, 0.0)
    edges = np.maximum.accumulate(np.round(ends).astype(np.int64) - np.arange(n_blocks + 1))
    edges += np.arange(n_blocks + 1)  # at least one feature each
    edges[-1] = n_features
    return edges


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
    chosen = np.zeros(len(fine) - 1, dtype=bool)
    chosen[np.searchsorted(fine, middle, side="right") - 1] = True
    return chosen
