"""Chebyshev stages on a flat state, for `superlaw.solvers.integrators.stabilised`."""

from __future__ import annotations

import numpy as np
from numba import float32, float64, types

from superlaw.compiled import LOOSE, kernel

_VECTORS = (float64[::1], float32[::1])
"""A state of either precision; coefficients are always double."""


@kernel(*(types.void(*(v,) * 5, types.UniTuple(float64, 5), float64) for v in _VECTORS))
def combine(y0, before, last, slope, slope0, row, h):
    """Overwrite `before` with the next stage; row is (μ̃, μ, ν, γ̃, 1 − μ − ν)."""
    drive, mu, nu, start, rest = row
    for k in range(y0.size):
        stage = rest * y0[k] + mu * last[k] + nu * before[k]
        before[k] = stage + h * (drive * slope[k] + start * slope0[k])


@kernel(*(types.void(*(v,) * 4, float64, v) for v in _VECTORS))
def estimate(y0, y, slope0, slope, h, out):
    """Fill the local error 0.8 (y_n − y_{n+1}) + 0.4 h (F_n + F_{n+1})."""
    for k in range(y0.size):
        out[k] = 0.8 * (y0[k] - y[k]) + 0.4 * h * (slope0[k] + slope[k])


@kernel(*(float64(v) for v in _VECTORS), fastmath=LOOSE)
def norm(v):
    """Return |v|: the same bits in every process, unlike a library that splits it over threads."""
    total = 0.0
    for k in range(v.size):
        total += v[k] * v[k]
    return np.sqrt(total)
