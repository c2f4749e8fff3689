"""What several kinds of steps add up over features: each sum stands here once.

Partial sums a block are added in the order of the blocks: the same bits for any thread count.
"""

from __future__ import annotations

import numpy as np

from superlaw.compiled import LOOSE, helper


@helper()
def total(sums, column):
    """Return the sum of a column of partial sums."""
    found = 0.0
    for block in range(sums.shape[0]):
        found += sums[block, column]
    return found


@helper()
def collect_order(problem, row):
    """Set a row of order parameters from their partial sums."""
    for r in range(problem.m.shape[1]):
        problem.m[row, r] = total(problem.sums, r)


def _order_sums(block, problem, state, g):
    """Set the partial sums of the order parameters at a state; g is room for them, (R, block)."""
    if g.shape[0] > 0:
        problem.order(state, problem.theta[block], problem.shared, g)
    weight = problem.weight[block]
    for r in range(g.shape[0]):
        found = 0.0
        for c in range(state.size):
            found += weight[c] * g[r, c]
        problem.sums[block, r] = found


add_order = helper()(_order_sums)
add_order_loosely = helper(fastmath=LOOSE)(_order_sums)
"""The same, with several partial sums at a time."""


@helper()
def worst(error):
    """Return the largest error, or infinity if one is not a number.

    Numbers from 0 on are ordered as their bits are, NaN after infinity; whole numbers are compared
    many at a time.
    """
    bits = error.view(np.int64)
    largest = bits[0]
    for k in range(bits.size):
        largest = max(largest, bits[k])
    bits[0] = largest
    return error[0] if error[0] < np.inf else np.inf


@helper()
def eliminate(matrix, right, out):
    """Solve a small dense system by elimination with row exchanges, in place.

    A singular matrix gives NaN, which rejects the step; a library call would raise in a thread.
    """
    n = right.size
    for c in range(n):
        pivot = c
        for r in range(c + 1, n):
            if abs(matrix[r, c]) > abs(matrix[pivot, c]):
                pivot = r
        for k in range(c, n):
            matrix[c, k], matrix[pivot, k] = matrix[pivot, k], matrix[c, k]
        right[c], right[pivot] = right[pivot], right[c]
        for r in range(c + 1, n):
            share = matrix[r, c] / matrix[c, c]
            for k in range(c, n):
                matrix[r, k] -= share * matrix[c, k]
            right[r] -= share * right[c]
    for r in range(n - 1, -1, -1):
        out[r] = right[r]
        for k in range(r + 1, n):
            out[r] -= matrix[r, k] * out[k]
        out[r] /= matrix[r, r]
