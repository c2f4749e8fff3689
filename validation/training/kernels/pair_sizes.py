"""How large losses and moves are over ordered pairs of features i → j (see `pairs`)."""

from __future__ import annotations

import numpy as np
from numba import float64, int64, types, void

from superlaw.compiled import helper, kernel
from superlaw.validation.training.kernels.gate_moments import gate_moments
from superlaw.validation.training.kernels.optimizer_steps import REALS
from superlaw.validation.training.kernels.pair_lists import PAIRS, SLACK, U
from superlaw.validation.training.kernels.pairs import (
    IN_ORDER,
    PIECE,
    scalar_product,
    scalar_products,
)


@helper()
def moments(law, S, beta, count, m0, m1, m2):
    """Fill E[v^k 1(v S + β ≥ 0)], k = 0, 1, 2, of the first `count` pairs."""
    if law == 0:  # a loop of its own, which the compiler turns into vector instructions
        for m in range(U(count)):
            m0[m], m1[m], m2[m] = gate_moments(0, S[m], beta[m])
    else:
        for m in range(U(count)):
            m0[m], m1[m], m2[m] = gate_moments(law, S[m], beta[m])


@helper(fastmath=IN_ORDER)
def square(slope, offset, m0, m1, m2):
    """Return E[1(open) (v slope + offset)²]."""
    return slope * slope * m2 + 2.0 * slope * offset * m1 + offset * offset * m0


def _moves(real):
    """Type of (δL, δR, δβ)."""
    return types.Tuple((real[:, ::1], real[:, ::1], real[::1]))


@kernel(
    *(
        void(
            *(real[:, ::1],) * 2,
            *(real[::1],) * 3,
            *(int64, _moves(real), int64),
            *(float64[::1],) * 2,
        )
        for real in REALS
    )
)
def own_sizes(L, R, beta, p, target, law, moves, sides, losses, shifts):
    """Fill ½ p_j E(f − a_j v)² and p_j E(δf)² of every feature on its own output.

    `moves` = (δL, δR, δβ) of which 0, 1 (R) or 2 `sides` count; see `pair_sizes`.
    """
    second = gate_moments(law, 1.0, 0.0)[2]
    for j in range(L.shape[0]):
        S, b, a = float(scalar_product(L, j, R, j)), float(beta[j]), float(target[j])
        m0, m1, m2 = gate_moments(law, S, b)
        shift = 0.0
        if sides > 0:
            shift += scalar_product(L, j, moves[1], j)
        if sides > 1:
            shift += scalar_product(moves[0], j, R, j)
        losses[j] = 0.5 * p[j] * (square(S - a, b, m0, m1, m2) + a * a * (second - m2))
        shifts[j] = p[j] * square(shift, float(moves[2][j]), m0, m1, m2)


@kernel(
    *(
        void(
            *(real[:, ::1],) * 2,
            *(real[::1],) * 3,
            *(int64, PAIRS, _moves(real), int64),
            *(float64[::1],) * 2,
        )
        for real in REALS
    ),
    fastmath=IN_ORDER,
)
def pair_sizes(L, R, beta, p, n, law, pairs, moves, sides, losses, shifts):
    """Fill ½ p_i Σ_j n_j E f² and p_i Σ_j n_j E(δf)² of the features listed, on other outputs.

    δf is the change of f to first order in δS = l_j·δr_i + δl_j·r_i and δβ: 1(open)(v δS + δβ).
    """
    scratch = np.zeros((8, PIECE + SLACK), dtype=L.dtype)
    S, b, m0, m1, m2 = scratch[0], scratch[1], scratch[2], scratch[3], scratch[4]
    shift, other, c = scratch[5], scratch[6], scratch[7]
    losses[pairs.row : pairs.row + pairs.start.shape[1] - 1] = 0.0
    shifts[pairs.row : pairs.row + pairs.start.shape[1] - 1] = 0.0
    for part in range(pairs.start.shape[0]):
        block, index = U(part * pairs.block), pairs.index[part]
        for row in range(pairs.start.shape[1] - 1):
            i, end, loss, total = U(pairs.row + row), pairs.start[part, row + 1], 0.0, 0.0
            for start in range(pairs.start[part, row], end, PIECE):
                count = min(PIECE, end - start)
                scalar_products(L, block, index, start, count, R, i, S)
                if sides > 0:
                    scalar_products(L, block, index, start, count, moves[1], i, shift)
                if sides > 1:
                    scalar_products(moves[0], block, index, start, count, R, i, other)
                for m in range(U(count)):
                    j = block + U(index[U(start) + m])
                    b[m], c[m] = beta[j], moves[2][j]
                moments(law, S, b, count, m0, m1, m2)
                for m in range(U(count)):
                    weight = n[block + U(index[U(start) + m])]
                    loss += weight * square(S[m], b[m], m0[m], m1[m], m2[m])
                    total += weight * square(shift[m] + other[m], c[m], m0[m], m1[m], m2[m])
            losses[i] += 0.5 * p[i] * loss
            shifts[i] += p[i] * total
