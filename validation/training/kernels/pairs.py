"""What ordered pairs of features i → j do: the pull of the loss on the two factors of the map.

S_ji = l_j·r_i is what feature i does to output j, f = relu(v S_ji + β_j) its answer to an amplitude
v, and −∂L/∂S_ji = −p_i E[v f], −∂L/∂β_j = −p_i E[f] (R4, R5). Only pairs that may be open are
visited (`pair_lists`). A closed pair adds exactly nothing and sums run in the order of the
features, so that what else stands on a list changes no bit of the result.
"""

from __future__ import annotations

import numpy as np
from numba import boolean, int64, void

from superlaw.compiled import LOOSE, helper, kernel
from superlaw.validation.training.kernels.gate_moments import gate_moments
from superlaw.validation.training.kernels.optimizer_steps import REALS
from superlaw.validation.training.kernels.pair_lists import PAIRS, SLACK, U

TINY = 1e-30
IN_ORDER = LOOSE - {"reassoc"}
"""Terms of a scalar product may be added up in any order, contributions of pairs may not."""
PIECE = 32
"""Pairs of a feature done at a time, so that their columns stay in the nearest cache."""


@helper(fastmath=IN_ORDER)
def uniform_answer(S, beta):
    """Return E[v f] and E[f] for v uniform on (0, 2), without branches.

    β ≤ 0: q²(4 S − β)/12 and q u/4 with u = relu(2 S + β), q = u/S. β > 0: 4 S/3 + β and S + β
    where the gate is always open, else β x²/12 and β x/4, x = −β/S.
    """
    as_S = type(S)
    end = S + S + beta
    u = max(end, as_S(0.0))
    q = u / max(S, as_S(TINY))
    x = -beta / min(S, as_S(-TINY))
    is_full = end >= as_S(0.0)
    first = as_S(4.0 / 3.0) * S + beta if is_full else beta * x * x * as_S(1.0 / 12.0)
    plain = S + beta if is_full else beta * x * as_S(0.25)
    closing = q * q * (as_S(4.0) * S - beta) * as_S(1.0 / 12.0)
    return (first, plain) if beta > as_S(0.0) else (closing, q * u * as_S(0.25))


@helper(fastmath=IN_ORDER)
def answers(law, S, beta, count, first, plain):
    """Fill E[v f] and E[f] of the first `count` pairs."""
    if law == 0:
        for m in range(U(count)):
            first[m], plain[m] = uniform_answer(S[m], beta[m])
    elif law == 1:
        for m in range(U(count)):
            first[m] = plain[m] = max(S[m] + beta[m], 0.0)
    else:
        for m in range(U(count)):
            m0, m1, m2 = gate_moments(law, S[m], beta[m])
            first[m], plain[m] = S[m] * m2 + beta[m] * m1, S[m] * m1 + beta[m] * m0


@helper(fastmath=LOOSE)
def scalar_products(L, block, index, start, count, R, i, out):
    """Fill l_j·r_i of the pairs `start` … `start + count`, four at a time (up to three more)."""
    as_L = L.dtype.type
    for m in range(U(0), U(count), U(4)):
        at = U(start) + m
        a, b = block + U(index[at]), block + U(index[at + U(1)])
        c, d = block + U(index[at + U(2)]), block + U(index[at + U(3)])
        s_a = s_b = s_c = s_d = as_L(0.0)
        for k in range(U(R.shape[1])):
            r = R[i, k]
            s_a += L[a, k] * r
            s_b += L[b, k] * r
            s_c += L[c, k] * r
            s_d += L[d, k] * r
        out[m], out[m + U(1)], out[m + U(2)], out[m + U(3)] = s_a, s_b, s_c, s_d


@helper(fastmath=IN_ORDER)
def add_columns(L, block, index, start, count, weight, out, i):
    """Add Σ weight_j l_j over the pairs `start` … `start + count` to row i, in their order."""
    for m in range(U(count), U(count + SLACK)):
        weight[m] = 0.0
    for m in range(U(0), U(count), U(4)):
        at = U(start) + m
        a, b = block + U(index[at]), block + U(index[at + U(1)])
        c, d = block + U(index[at + U(2)]), block + U(index[at + U(3)])
        w_a, w_b, w_c, w_d = weight[m], weight[m + U(1)], weight[m + U(2)], weight[m + U(3)]
        for k in range(U(out.shape[1])):
            total = out[i, k]
            total += w_a * L[a, k]
            total += w_b * L[b, k]
            total += w_c * L[c, k]
            total += w_d * L[d, k]
            out[i, k] = total


@helper(fastmath=IN_ORDER)
def spread_column(L_pull, block, index, start, count, weight, R, i):
    """Add weight_j r_i to row j of every pair that is open."""
    for m in range(U(count)):
        w = weight[m]
        if w != 0.0:
            j = block + U(index[U(start) + m])
            for k in range(U(R.shape[1])):
                L_pull[j, k] += w * R[i, k]


@kernel(
    *(
        void(
            *(real[:, ::1],) * 2,
            *(real[::1],) * 3,
            *(int64, PAIRS, boolean),
            *(real[:, ::1], real[:, ::1], real[::1]),
        )
        for real in REALS
    ),
    fastmath=IN_ORDER,
)
def pull_apart(L, R, beta, p, n, law, pairs, two_sided, L_pull, R_pull, beta_pull):
    """Fill −∂L/∂r_i, −∂L/∂β and, if wanted, −∂L/∂l_j from the interference i → j ≠ i.

    Parameters
    ----------
    L, R : ndarray, (N, K)
        Rows are l_j and r_i.
    beta, p, n : ndarray, (N,)
        n are multiplicities: row j acts on r_i n_j times, feature i acts on row j n_i times.
    law : int
    pairs : Pairs
        Features i of some rows, with all j that may answer.
    two_sided : bool
    L_pull, beta_pull : ndarray, (N, K) and (N,)
        Receive the part of these features.
    R_pull : ndarray, (N, K)
        Receives the rows of these features.
    """
    scratch = np.empty((5, PIECE + SLACK), dtype=L.dtype)
    S, b, first, plain, weight = scratch[0], scratch[1], scratch[2], scratch[3], scratch[4]
    beta_pull[:] = 0.0
    L_pull[:] = 0.0
    R_pull[pairs.row : pairs.row + pairs.start.shape[1] - 1] = 0.0
    for part in range(pairs.start.shape[0]):
        block, index = U(part * pairs.block), pairs.index[part]
        for row in range(pairs.start.shape[1] - 1):
            i, end = U(pairs.row + row), pairs.start[part, row + 1]
            for start in range(pairs.start[part, row], end, PIECE):
                count = min(PIECE, end - start)
                scalar_products(L, block, index, start, count, R, i, S)
                for m in range(U(count)):
                    b[m] = beta[block + U(index[U(start) + m])]
                answers(law, S, b, count, first, plain)
                for m in range(U(count)):
                    j = block + U(index[U(start) + m])
                    beta_pull[j] -= n[i] * p[i] * plain[m]
                    first[m] *= -p[i]
                    weight[m] = n[j] * first[m]
                    first[m] *= n[i]
                if two_sided:
                    spread_column(L_pull, block, index, start, count, first, R, i)
                add_columns(L, block, index, start, count, weight, R_pull, i)


@kernel(
    *(
        void(real[:, ::1], *(real[::1],) * 3, int64, PAIRS, real[:, ::1], real[::1])
        for real in REALS
    ),
    fastmath=IN_ORDER,
)
def pull_together(W, beta, p, n, law, pairs, W_pull, beta_pull):
    """Fill −∂L/∂w_i and −∂L/∂β_i of a tied student, S = WᵀW, from the interference i ⇄ j ≠ i.

    Both directions share the scalar product: dw_i = Σ_j n_j (D_ji + D_ij) w_j. Parameters as for
    `pull_apart`; only rows of the features listed are written.
    """
    scratch = np.empty((8, PIECE + SLACK), dtype=W.dtype)
    S, b, own, weight = scratch[0], scratch[1], scratch[2], scratch[3]
    there, there_plain, back, plain = scratch[4], scratch[5], scratch[6], scratch[7]
    last = pairs.row + pairs.start.shape[1] - 1
    beta_pull[pairs.row : last] = 0.0
    W_pull[pairs.row : last] = 0.0
    for part in range(pairs.start.shape[0]):
        block, index = U(part * pairs.block), pairs.index[part]
        for row in range(pairs.start.shape[1] - 1):
            i, end = U(pairs.row + row), pairs.start[part, row + 1]
            own[:] = beta[i]
            for start in range(pairs.start[part, row], end, PIECE):
                count = min(PIECE, end - start)
                scalar_products(W, block, index, start, count, W, i, S)
                for m in range(U(count)):
                    b[m] = beta[block + U(index[U(start) + m])]
                answers(law, S, b, count, there, there_plain)
                answers(law, S, own, count, back, plain)
                for m in range(U(count)):
                    j = block + U(index[U(start) + m])
                    weight[m] = -n[j] * (p[i] * there[m] + p[j] * back[m])
                    beta_pull[i] -= n[j] * p[j] * plain[m]
                add_columns(W, block, index, start, count, weight, W_pull, i)


@helper(fastmath=LOOSE)
def scalar_product(L, j, R, i):
    """Return l_j·r_i."""
    total = L.dtype.type(0.0)
    for k in range(U(L.shape[1])):
        total += L[j, k] * R[i, k]
    return total


@kernel(
    *(
        void(
            *(real[:, ::1],) * 2,
            *(real[::1],) * 3,
            *(int64, boolean),
            *(real[:, ::1], real[:, ::1], real[::1]),
        )
        for real in REALS
    )
)
def pull_own(L, R, beta, p, target, law, two_sided, L_pull, R_pull, beta_pull):
    """Add what every feature does to its own output, f = relu(v l_j·r_j + β_j) against a_j v."""
    for j in range(L.shape[0]):
        S = scalar_product(L, j, R, j)
        m0, m1, m2 = gate_moments(law, S, beta[j])
        gap = S - target[j]
        drive = -p[j] * (gap * m2 + beta[j] * m1)
        beta_pull[j] -= p[j] * (gap * m1 + beta[j] * m0)
        for k in range(L.shape[1]):
            R_pull[j, k] += drive * L[j, k]
        if two_sided:
            for k in range(L.shape[1]):
                L_pull[j, k] += drive * R[j, k]
