"""A row with memory: all its entries and its bias, on a grid of times (R30)."""

from __future__ import annotations

import numpy as np
from numba import float64, int64, void

from superlaw.compiled import helper, kernel
from superlaw.solvers.closures.kernels.row_replica_pairs import moments

_TOLERANCE, _MOST = 1e-12, 80
"""Relative, of an entry and of a bias; Newton steps of either, which are bracketed."""
_VECTOR, _MATRIX = float64[::1], float64[:, ::1]


@helper()
def _entry(S, rhs, R, p, beta):
    """Return S with S + R p (S m_2 + β m_1) = rhs, from a guess: the left side is convex in S."""
    for _ in range(_MOST):
        _, m1, m2 = moments(S, beta)
        step = (S + R * p * (S * m2 + beta * m1) - rhs) / (1.0 + R * p * m2)
        S -= step
        if abs(step) <= _TOLERANCE * (abs(S) + abs(rhs)):
            break
    return S


@kernel(void(float64[:, :, ::1], _MATRIX, int64[::1], _VECTOR, _MATRIX, _MATRIX, _MATRIX, _VECTOR))
def march_row(kept, d, of, p, fields, own, S, beta):
    """Fill S [entry, time] and the bias β [time] of a row.

    S = ξ + R D, D = −p (S m_2 + β m_1), dβ/dt = −Σ p (S m_1 + β m_0): R in kept by the class of
    each entry [class, time, time], ξ in fields [entry, time]. The own entry is given: s_j, and p_j
    and a_j, in own [3, time].
    """
    n_entries, n_times = fields.shape
    D, rhs = np.zeros((n_entries, n_times)), np.empty(n_entries)
    for n in range(n_times):
        for e in range(n_entries):
            rhs[e] = fields[e, n]
            for m in range(n):
                rhs[e] += kept[of[e], n, m] * D[e, m]
            S[e, n] = S[e, n - 1] if n > 0 else rhs[e]
        before = 0.0
        for m in range(max(n - 2, 0), n):
            before += d[n, m] * beta[m]
        at = beta[n - 1] if n > 0 else 0.0
        low, high = -np.inf, np.inf
        for _ in range(_MOST):
            m0, m1, _ = moments(own[0, n], at)
            x = 0.0
            if own[0, n] > 0.0 and 0.0 < -at / own[0, n] < 2.0:
                x = -at / own[0, n]
            off = d[n, n] * at + before + own[1, n] * ((own[0, n] - own[2, n]) * m1 + at * m0)
            slope = d[n, n] + own[1, n] * m0
            if x > 0.0:
                slope -= own[1, n] * own[2, n] * 0.5 * x / own[0, n]
            for e in range(n_entries):
                R = kept[of[e], n, n]
                S[e, n] = _entry(S[e, n], rhs[e], R, p[e], at)
                m0, m1, m2 = moments(S[e, n], at)
                off += p[e] * (S[e, n] * m1 + at * m0)
                slope += p[e] * (m0 - R * p[e] * m1 * m1 / (1.0 + R * p[e] * m2))
            if off > 0.0:
                high = at
            else:
                low = at
            new = at - off / max(slope, 0.1 * d[n, n])
            if not low <= new <= high:
                new = 0.5 * (low + high)
            step, at = abs(new - at), new
            if not step > 1e-9 * (abs(at) + 1e-6):
                break
        beta[n] = at
        for e in range(n_entries):
            S[e, n] = _entry(S[e, n], rhs[e], kept[of[e], n, n], p[e], at)
            _, m1, m2 = moments(S[e, n], at)
            D[e, n] = -p[e] * (S[e, n] * m2 + at * m1)
