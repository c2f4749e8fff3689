"""Moments of the amplitude where a gate is open: closed forms, nothing is sampled (R3)."""

from __future__ import annotations

import math

from superlaw.compiled import helper

RELU_LAWS = ("uniform", "constant", "half-normal")
"""Amplitude laws, by their code, that the gate's moments are known for."""


@helper()
def _half_normal_moments(x):
    """Return E[v^k 1(v < x)], k = 0, 1, 2, for v = √(π/2)|g|."""
    z = x * math.sqrt(2.0 / math.pi)
    below, density = math.erf(z / math.sqrt(2.0)), math.exp(-0.5 * z * z)
    return below, 1.0 - density, 0.5 * math.pi * (below - math.sqrt(2.0 / math.pi) * z * density)


@helper()
def gate_moments(law, S, beta):
    """Return E[v^k 1(v S + β ≥ 0)], k = 0, 1, 2 (R3).

    Parameters
    ----------
    law : int
        0, 1, 2 for uniform on (0, 2), constant 1, half-normal of mean 1.
    S, beta : float
    """
    if law == 1:
        is_open = 1.0 if S + beta >= 0.0 else 0.0
        return is_open, is_open, is_open
    second = 4.0 / 3.0 if law == 0 else 0.5 * math.pi
    if S == 0.0:
        return (1.0, 1.0, second) if beta >= 0.0 else (0.0, 0.0, 0.0)
    x = max(-beta / S, 0.0)
    if law == 0:
        x = min(x, 2.0)
        m0, m1, m2 = 0.5 * x, 0.25 * x * x, x * x * x / 6.0
    else:
        m0, m1, m2 = _half_normal_moments(x)
    return (1.0 - m0, 1.0 - m1, second - m2) if S > 0.0 else (m0, m1, m2)
