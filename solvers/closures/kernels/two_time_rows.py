"""A row with memory: all its entries and its bias, on a grid of times (R30)."""

from __future__ import annotations

import numpy as np
from numba import float64, int64, void

from superlaw.compiled import LOOSE, kernel
from superlaw.solvers.closures.kernels.two_time_fields import solve_row

_VECTOR, _MATRIX = float64[::1], float64[:, ::1]


@kernel(
    void(float64[:, :, ::1], _MATRIX, int64[::1], *(_VECTOR,) * 2, *(_MATRIX,) * 2, _VECTOR),
    fastmath=LOOSE,
)
def march_row(kept, d, of, p, target, fields, S, beta):
    """Fill S [entry, time] and the bias β [time] of a row.

    S = ξ + R D, D = −p ((S − A) m_2 + β m_1), dβ/dt = −Σ p ((S − A) m_1 + β m_0): R in kept by the
    class of each entry [class, time, time], ξ in fields [entry, time], A in target [entry]. The own
    entry is the first, and given: its field is what it is, whatever its class.
    """
    size, n_times = fields.shape
    D, weight, R = np.zeros((size, n_times)), np.ones(size), np.zeros(size)
    field, now, drive = np.empty(size), np.empty(size), np.empty(size)
    for n in range(n_times):
        for e in range(size):
            field[e] = fields[e, n]
            if e > 0:
                R[e] = kept[of[e], n, n]
                for m in range(n):
                    field[e] += kept[of[e], n, m] * D[e, m]
            now[e] = S[e, n - 1] if n > 0 else field[e]
        before, last = 0.0, 0.0
        for m in range(max(n - 2, 0), n):
            before += d[n, m] * beta[m]
            last = beta[m]
        beta[n] = solve_row(field, R, p, target, weight, now, drive, last, d[n, n], before)
        S[:, n] = now
        D[:, n] = drive
