"""The answers of entries whose row's bias answers too, on a grid of times (R31, R47)."""

from __future__ import annotations

import numpy as np
from numba import float64, int64, void

from superlaw.compiled import LOOSE, helper, kernel

_MATRIX = float64[:, ::1]
_MATRICES = float64[:, :, ::1]


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


@helper()
def _moved(by_S, R, first, n_times, U, G):
    """Fill U = (1 + D R)⁻¹, what is left of a kick of an entry alone, and G = R U, from `first`."""
    for n in range(n_times):
        U[n] = 0.0
        G[n] = 0.0
        for m in range(n):
            R_m = R[first + n, first + m]
            for k in range(m + 1):
                G[n, k] += R_m * U[m, k]
        R_n = R[first + n, first + n]
        U[n, n] = 1.0
        for k in range(n + 1):
            U[n, k] = (U[n, k] - by_S[n] * G[n, k]) / (1.0 + by_S[n] * R_n)
            G[n, k] += R_n * U[n, k]


@helper()
def _answered(by_S, by_bias, bias, first, n_times, U, G, turned, q):
    """Fill q = U (D_b b D_b V − D), V = 1 − G D, from `first`."""
    for n in range(n_times):
        turned[n] = 0.0
        for m in range(n + 1):
            bias_m = bias[first + n, first + m] * by_bias[m]
            for k in range(m + 1):
                turned[n, k] -= bias_m * G[m, k]
        for k in range(n + 1):
            turned[n, k] *= by_bias[n] * by_S[k]
            turned[n, k] += by_bias[n] * bias[first + n, first + k] * by_bias[k]
        turned[n, n] -= by_S[n]
        q[n] = 0.0
        for m in range(n + 1):
            for k in range(m + 1):
                q[n, k] += U[n, m] * turned[m, k]


@helper()
def _tilted(stiffness, taken, d, bias):
    """Fill (d + κ − A)⁻¹, what is left of a kick of the bias, where A is what entries take."""
    for n in range(d.shape[0]):
        bias[n] = 0.0
        for m in range(n):
            for k in range(m + 1):
                bias[n, k] += (taken[n, m] - d[n, m]) * bias[m, k]
        bias[n, n] += 1.0
        held = d[n, n] + stiffness[n] - taken[n, n]
        for k in range(n + 1):
            bias[n, k] /= held


@kernel(
    void(_MATRIX, _MATRIX, float64[::1], float64[::1], int64[::1], _MATRICES, _MATRIX, _MATRICES),
    fastmath=LOOSE,
)
def add_answers_of_row(m1, m2, stiffness, p, of, kept, d, answers):
    """Add q of each entry of a row to answers[of[entry]], its bias softened by all of them (R47).

    q = U (D_S + D_b b D_b V), V = 1 + R U D_S, b = (d + κ − A)⁻¹, A = Σ D_b R U D_b, with
    D_S = −p m2 and D_b = −p m1. Only while a gate is open does it answer. Shapes are those of
    `add_answers`, κ [time].
    """
    n_entries, n_times = m1.shape
    U, G = np.empty((n_entries, n_times, n_times)), np.empty((n_entries, n_times, n_times))
    taken, bias = np.zeros((n_times, n_times)), np.zeros((n_times, n_times))
    turned, q = np.empty((n_times, n_times)), np.empty((n_times, n_times))
    for e in range(n_entries):
        first, end = _open(m2[e])
        by_S, by_bias = p[e] * m2[e, first:end], p[e] * m1[e, first:end]
        _moved(by_S, kept[of[e]], first, end - first, U[e], G[e])
        for n in range(end - first):
            for k in range(n + 1):
                taken[first + n, first + k] += by_bias[n] * by_bias[k] * G[e, n, k]
    _tilted(stiffness, taken, d, bias)
    for e in range(n_entries):
        first, end = _open(m2[e])
        by_S, by_bias = p[e] * m2[e, first:end], p[e] * m1[e, first:end]
        _answered(by_S, by_bias, bias, first, end - first, U[e], G[e], turned, q)
        for n in range(end - first):
            for k in range(n + 1):
                answers[of[e], first + n, first + k] += q[n, k]
