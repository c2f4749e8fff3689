"""The answers of entries whose row's bias answers too, on a grid of times (R31)."""

from __future__ import annotations

import numpy as np
from numba import float64, int64, void

from superlaw.compiled import LOOSE, kernel

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
