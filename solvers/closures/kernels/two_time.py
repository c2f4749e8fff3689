"""The answers of entries whose row's bias answers too, on a grid of times (R31, R47)."""

from __future__ import annotations

import numpy as np
from numba import float64, int64, void

from superlaw.compiled import LOOSE, helper, kernel
from superlaw.solvers.closures.kernels.two_time_products import fill_row_of_inverse, row_times

_MATRIX = float64[:, ::1]
_MATRICES = float64[:, :, ::1]
LEAST_SLOPE = 0.3
"""Part of the bare slope of an entry that is left at least within a step."""


@kernel(
    void(_MATRIX, _MATRIX, _MATRIX, float64[::1], int64[::1], _MATRICES, _MATRIX, _MATRICES),
    fastmath=LOOSE,
)
def add_answers(m1, m2, stiffness, p, of, kept, d, answers):
    """Add q of each entry to answers[of[entry]].

    With dS = 1 + R q, (d + κ) dβ = −p m1 dS and q = −p m2 dS − p m1 dβ, time after time: on
    the diagonal both are solved together. m1, m2, stiffness κ [entry, time], p [entry], kept R and
    answers [class, time, time], d [time, time] with two times before.
    """
    n_times = d.shape[0]
    q, bias, dS = np.zeros((n_times, n_times)), np.zeros((n_times, n_times)), np.empty(n_times)
    for entry in range(m1.shape[0]):
        g = of[entry]
        for n in range(n_times):
            by_S, by_bias = -p[entry] * m2[entry, n], -p[entry] * m1[entry, n]
            held, R = d[n, n] + stiffness[entry, n], kept[g, n, n]
            dS[: n + 1] = 0.0
            dS[n] = 1.0
            for m in range(n):
                R_m = kept[g, n, m]
                for k in range(m + 1):
                    dS[k] += R_m * q[m, k]
            whole = 1.0 - R * (by_S + by_bias * by_bias / held)
            for k in range(n + 1):
                before = 0.0
                if n > 0 and k < n:
                    before -= d[n, n - 1] * bias[n - 1, k]
                if n > 1 and k < n - 1:
                    before -= d[n, n - 2] * bias[n - 2, k]
                dS_k = (dS[k] + R * by_bias * before / held) / whole
                bias[n, k] = (before + by_bias * dS_k) / held
                q[n, k] = by_S * dS_k + by_bias * bias[n, k]
                answers[g, n, k] += q[n, k]


@helper()
def _open(m2):
    """Return the first time at which a gate is open, and that after the last one."""
    first, end = 0, m2.size
    while end > 0 and m2[end - 1] == 0.0:
        end -= 1
    while first < end and m2[first] == 0.0:
        first += 1
    return first, end


@helper(fastmath=LOOSE)
def fill_entry_alone(kept, n, by_S, part, U, V, follows):
    """Fill row n of U = (1 − D_S R)⁻¹, what is left of a kick of an entry alone.

    Also of V = 1 + R U D_S, and `follows` with that of R U: R is `part` of kept, D_S by_S [time].
    """
    follows[: n + 1] = 0.0
    for m in range(n):
        x = kept[n, m] * part
        for k in range(m + 1):
            follows[k] += x * U[m, k]
    own = kept[n, n] * part
    scale = 1.0 / max(1.0 - by_S[n] * own, LEAST_SLOPE)
    for k in range(n):
        U[n, k] = by_S[n] * follows[k] * scale
    U[n, n] = scale
    for k in range(n + 1):
        follows[k] += own * U[n, k]
        V[n, k] = follows[k] * by_S[k]
    V[n, n] += 1.0


@helper(fastmath=LOOSE)
def fill_answer(n, U, V, bias, by_S, by_bias, bias_by_S, q):
    """Fill row n of q = U (D_S + D_b b g_S V), b being what is left of a kick of the bias (R47)."""
    first, second = np.empty(n + 1), np.empty(n + 1)
    for k in range(n + 1):
        q[n, k] = U[n, k] * by_S[k]
        first[k] = U[n, k] * by_bias[k]
    row_times(first, n, bias, second)
    for k in range(n + 1):
        second[k] *= bias_by_S[k]
    row_times(second, n, V, first)
    for k in range(n + 1):
        q[n, k] += first[k]


@kernel(
    void(_MATRIX, _MATRIX, float64[::1], float64[::1], int64[::1], _MATRICES, _MATRIX, _MATRICES),
    fastmath=LOOSE,
)
def add_answers_of_row(m1, m2, stiffness, p, of, kept, d, answers):
    """Add q of each entry of a row to answers[of[entry]], its bias softened by all of them (R47).

    q = U (D_S + D_b b D_b V), b = (d + κ − A)⁻¹, A = Σ D_b R U D_b, with D_S = −p m2 and
    D_b = −p m1. Only while a gate is open does it answer. Shapes are those of `add_answers`, κ
    [time].
    """
    n_entries, n_times = m1.shape
    U, V = np.empty((n_entries, n_times, n_times)), np.empty((n_entries, n_times, n_times))
    taken, bias, q = np.zeros((3, n_times, n_times))
    follows = np.empty(n_times)
    for e in range(n_entries):
        first, end = _open(m2[e])
        by_S, by_bias = -p[e] * m2[e, first:end], -p[e] * m1[e, first:end]
        R = kept[of[e], first:end, first:end].copy()
        for n in range(end - first):
            fill_entry_alone(R, n, by_S, 1.0, U[e], V[e], follows)
            for k in range(n + 1):
                taken[first + n, first + k] += by_bias[n] * follows[k] * by_bias[k]
    for n in range(n_times):
        fill_row_of_inverse(bias, n, d, taken[n], d[n, n] + stiffness[n] - taken[n, n])
    for e in range(n_entries):
        first, end = _open(m2[e])
        by_S, by_bias = -p[e] * m2[e, first:end], -p[e] * m1[e, first:end]
        left = bias[first:end, first:end].copy()
        for n in range(end - first):
            fill_answer(n, U[e], V[e], left, by_S, by_bias, by_bias, q)
            for k in range(n + 1):
                answers[of[e], first + n, first + k] += q[n, k]
