"""Lists of the ordered pairs i → j that may be open until columns have moved by an allowance.

Molecular dynamics calls it a neighbour list (Verlet, Physical Review 159 (1967) 98). S_ji = l_j·r_i
changes by at most |δl_j| (|r_i| + |δr_i|) + |l_j| |δr_i|, so that a pair with

    2 S_ji + β_j + δβ_j + 2 [δl_j (|r_i| + δr_i) + |l_j| δr_i] ≤ 0 and β_j + δβ_j ≤ 0

stays closed while every column keeps within its allowance δ: for amplitudes up to 2.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import boolean, int64, types, uint16, void

from superlaw.compiled import LOOSE, kernel
from superlaw.validation.training.kernels.optimizer_steps import REALS

U = np.uint64
"""Unsigned, so that indices are not tested for their sign."""
SLACK = 3
"""Entries past the end of a list that are read, with weight 0."""


class Pairs(NamedTuple):
    """Pairs i → j of the features `row` …, in blocks of j whose columns stay in the cache.

    Parameters
    ----------
    row : int
        First feature.
    block : int
        Rows j in a block.
    start : ndarray of int64, (blocks, features + 1)
        Where the pairs of each feature start in `index`.
    index : ndarray of uint16, (blocks, room)
        j, counted from the start of its block.
    """

    row: int
    block: int
    start: Any
    index: Any


PAIRS = types.NamedTuple((int64, int64, int64[:, ::1], uint16[:, ::1]), Pairs)


@kernel(
    *(void(real[:, ::1], int64, PAIRS, *(real[::1],) * 3, real[:, ::1]) for real in REALS),
    fastmath=LOOSE,
)
def list_pairs(S, first, pairs, level, reach, slope, size):
    """Append the pairs of the features `first` … to their lists.

    Parameters
    ----------
    S : ndarray, (features, N)
        S_ji of the features in its rows; overwritten.
    first : int
        Which of the features of the list is the first of them.
    pairs : Pairs
    level : ndarray, (N,)
        β_j + δβ_j; infinite for outputs that are never closed for good.
    reach, slope : ndarray, (N,)
        δl_j and |l_j|.
    size : ndarray, (3, features)
        |r_i| + δr_i, δr_i, and β_i + δβ_i where pairs are listed for both directions, else −∞.
    """
    n = S.shape[1]
    for row in range(S.shape[0]):
        i = first + row
        grown, moved, own = size[0, row], size[1, row], size[2, row]
        for j in range(U(n)):
            top = S[row, j] + reach[j] * grown + slope[j] * moved
            S[row, j] = max(top + top, S.dtype.type(0.0)) + max(level[j], own)
        S[row, pairs.row + i] = -1.0
        for part in range(pairs.start.shape[0]):
            block, count = U(part * pairs.block), U(pairs.start[part, i])
            for j in range(block, min(U(n), block + U(pairs.block))):
                pairs.index[part, count] = j - block
                count += U(S[row, j] > 0.0)
            pairs.start[part, i + 1] = count
            pairs.index[part, count : count + U(SLACK)] = 0


@kernel(*(boolean(real[:, ::1], real[:, ::1], real[::1]) for real in REALS))
def has_moved(new, old, allowance):
    """Return whether a row has moved by more than its allowance."""
    for j in range(new.shape[0]):
        total = 0.0
        for k in range(new.shape[1]):
            step = new[j, k] - old[j, k]
            total += step * step
        if not total <= allowance[j] * allowance[j]:
            return True
    return False
