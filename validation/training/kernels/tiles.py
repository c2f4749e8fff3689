"""What all pairs of two sets of features do to each other, a tile of S = WᵀW at a time.

Every pair is worked out in vector instructions, open or not: where columns move far at each step
this is less than keeping lists of the pairs that may open (`pair_lists`).
"""

from __future__ import annotations

import numpy as np
from numba import boolean, void

from superlaw.compiled import LOOSE, helper, kernel
from superlaw.validation.training.kernels.gate_moments import gate_moments
from superlaw.validation.training.kernels.optimizer_steps import REALS
from superlaw.validation.training.kernels.pair_lists import U
from superlaw.validation.training.kernels.pairs import TINY, uniform_answer

PIECE = 256
"""Columns of a tile that take the shorter way if none of their biases is above 0."""


@helper(fastmath=LOOSE)
def closing_answer(S, inverse, beta):
    """Return −E[v f] and E[f] for v uniform on (0, 2) and β ≤ 0 (`uniform_answer`).

    With u = relu(2 S + β) and q = u/S it is β = u − 2 S, and q² (4 S − β)/12 = u q (½ − q/12).
    """
    as_S = type(S)
    u = max(S + S + beta, as_S(0.0))
    q = u * inverse
    plain = as_S(0.25) * q * u
    return plain * (q * as_S(1.0 / 3.0) - as_S(2.0)), plain


@helper(fastmath=LOOSE)
def own_answer(S, beta, p):
    """Return p E[v (v − f)] and p E[f − v] of a feature and its own output, target 1."""
    m0, m1, m2 = gate_moments(0, S, beta)
    gap = S - type(S)(1.0)
    return -p * (gap * m2 + beta * m1), p * (gap * m1 + beta * m0)


@kernel(
    *(void(real[:, ::1], *(real[::1],) * 6, boolean) for real in REALS),
    fastmath=LOOSE,
)
def pull_tile(S, beta, p, other_beta, other_p, beta_pull, other_beta_pull, is_first):
    """Replace w_i·w_j by −∂L/∂(w_i·w_j), for both i → j and j → i; add −∂L/∂β of both.

    Parameters
    ----------
    S : ndarray, (rows, columns)
        w_i·w_j of one feature active, amplitudes uniform on (0, 2).
    beta, p, beta_pull : ndarray, (rows,)
        Of the features i.
    other_beta, other_p, other_beta_pull : ndarray, (columns,)
        Of the features j.
    is_first : bool
        Whether the columns begin with the features i themselves: a pair is taken once, j after i,
        what a feature does to its own output stands on the diagonal, and 0 below it.
    """
    as_S, columns, size = S.dtype.type, U(S.shape[1]), U(PIECE)
    one, tiny = as_S(1.0), as_S(TINY)
    closes = np.ones((columns + size - U(1)) // size, np.bool_)
    for j in range(columns):
        closes[j // size] &= other_beta[j] <= 0.0
    for i in range(U(S.shape[0])):
        own, share, total, closing, begin = beta[i], p[i], as_S(0.0), as_S(0.0), U(0)
        if is_first:
            begin = i + U(1)
            S[i, :i] = 0.0
            S[i, i], total = own_answer(S[i, i], own, share)
        for k in range(begin // size, U(closes.size)):
            start, stop = max(begin, k * size), min(columns, (k + U(1)) * size)
            if closes[k] and own <= 0.0:
                for j in range(start, stop):
                    inverse = one / max(S[i, j], tiny)  # of both directions: a division is slow
                    there, there_plain = closing_answer(S[i, j], inverse, other_beta[j])
                    back, plain = closing_answer(S[i, j], inverse, own)
                    S[i, j] = share * there + other_p[j] * back
                    other_beta_pull[j] -= share * there_plain
                    closing += other_p[j] * plain
            else:
                for j in range(start, stop):
                    there, there_plain = uniform_answer(S[i, j], other_beta[j])
                    back, plain = uniform_answer(S[i, j], own)
                    S[i, j] = -(share * there + other_p[j] * back)
                    other_beta_pull[j] -= share * there_plain
                    total += other_p[j] * plain
        beta_pull[i] -= total + closing
