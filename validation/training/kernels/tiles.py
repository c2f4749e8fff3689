"""What all pairs of two sets of features do to each other, a tile of S = WᵀW at a time.

Every pair is worked out in vector instructions, open or not: where columns move far at each step
this is less than keeping lists of the pairs that may open (`pair_lists`).
"""

from __future__ import annotations

from numba import void

from superlaw.compiled import LOOSE, helper, kernel
from superlaw.validation.training.kernels.optimizer_steps import REALS
from superlaw.validation.training.kernels.pair_lists import U
from superlaw.validation.training.kernels.pairs import TINY, uniform_answer


@helper(fastmath=LOOSE)
def closing_answer(S, inverse, beta):
    """Return 12 E[v f] and 4 E[f] for v uniform on (0, 2) and β ≤ 0 (`uniform_answer`)."""
    as_S = type(S)
    u = max(S + S + beta, as_S(0.0))
    q = u * inverse
    return q * q * (as_S(4.0) * S - beta), q * u


@kernel(
    *(void(real[:, ::1], *(real[::1],) * 6) for real in REALS),
    fastmath=LOOSE,
)
def pull_tile(S, beta, p, other_beta, other_p, beta_pull, other_beta_pull):
    """Replace w_i·w_j by −∂L/∂(w_i·w_j), for both i → j and j → i; add −∂L/∂β of both.

    Parameters
    ----------
    S : ndarray, (rows, columns)
        w_i·w_j of one feature active, amplitudes uniform on (0, 2).
    beta, p, beta_pull : ndarray, (rows,)
        Of the features i.
    other_beta, other_p, other_beta_pull : ndarray, (columns,)
        Of the features j.
    """
    rows, columns = U(S.shape[0]), U(S.shape[1])
    as_S = S.dtype.type
    one, tiny, twelfth, closes = as_S(1.0), as_S(TINY), as_S(-1.0 / 12.0), True
    for j in range(columns):
        closes &= other_beta[j] <= 0.0
    for i in range(rows):
        own, share, total = beta[i], p[i], as_S(0.0)
        quarter = as_S(-0.25) * share
        if closes and own <= 0.0:
            for j in range(columns):
                inverse = one / max(S[i, j], tiny)  # of both directions: a division is slow
                there, there_plain = closing_answer(S[i, j], inverse, other_beta[j])
                back, plain = closing_answer(S[i, j], inverse, own)
                S[i, j] = twelfth * (share * there + other_p[j] * back)
                other_beta_pull[j] += quarter * there_plain
                total += other_p[j] * plain
            total *= as_S(0.25)
        else:
            for j in range(columns):
                there, there_plain = uniform_answer(S[i, j], other_beta[j])
                back, plain = uniform_answer(S[i, j], own)
                S[i, j] = -(share * there + other_p[j] * back)
                other_beta_pull[j] -= share * there_plain
                total += other_p[j] * plain
        beta_pull[i] -= total
