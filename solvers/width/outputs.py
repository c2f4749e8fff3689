"""What an output costs where one feature is active, v uniform on (0, 2); losses are without a ½.

An output of gain s and bias b on its own feature costs A(s, b) = E(v − (v s + b)₊)²; where it
should be silent an overlap S costs B(S, b) = E(v S + b)₊². With b ≤ 0, B(S, b) = S² (2 − x)₊³/6 at
x = −b/S, S > 0.
"""

from __future__ import annotations

import numpy as np

from superlaw.curves import Array

SECOND_MOMENT = 4.0 / 3.0
"""E[v²]: what a feature that is ignored costs, times its frequency, before a bias."""


def own_cost(s: Array | float, b: Array | float) -> Array:
    """Return A(s, b) = v₀³/6 + ½ ∫_{v₀}^2 ((1 − s) v − b)² dv with v₀ = −b/s within (0, 2).

    Derivation step H1, for biases above 0 too.

    Parameters
    ----------
    s, b : array_like
        Gain, above 0, and bias, of shapes that broadcast [dimensionless].
    """
    s, b = np.asarray(s, dtype=float), np.asarray(b, dtype=float)
    v_0 = np.clip(-b / s, 0.0, 2.0)
    gap = 1.0 - s
    square, mixed, plain = (8.0 - v_0**3) / 3.0, 4.0 - v_0**2, 2.0 - v_0
    return v_0**3 / 6.0 + 0.5 * (gap**2 * square - gap * b * mixed + b**2 * plain)


def own_slopes(s: Array | float, b: Array | float) -> tuple[Array, Array]:
    """Return ∂A/∂s = −2 E[v (v − v s − b)] and ∂A/∂b = −2 E[v − v s − b], v above v₀."""
    s, b = np.asarray(s, dtype=float), np.asarray(b, dtype=float)
    v_0 = np.clip(-b / s, 0.0, 2.0)
    m_0, m_1, m_2 = 1.0 - v_0 / 2.0, 1.0 - v_0**2 / 4.0, (8.0 - v_0**3) / 6.0
    gap = 1.0 - s
    return -2.0 * (gap * m_2 - b * m_1), -2.0 * (gap * m_1 - b * m_0)


def interference(S: Array | float, b: Array | float) -> Array:
    """Return B(S, b) = (2 S + b)₊³/(6 S) for S > 0 and 0 otherwise, b ≤ 0 (H3).

    Parameters
    ----------
    S, b : array_like
        Overlap and bias, of shapes that broadcast [dimensionless].
    """
    S, b = np.broadcast_arrays(np.asarray(S, dtype=float), np.asarray(b, dtype=float))
    positive = np.maximum(S, np.finfo(float).tiny)
    return np.where(S > 0.0, np.maximum(2.0 * S + b, 0.0) ** 3 / (6.0 * positive), 0.0)


def interference_slopes(S: Array | float, b: Array | float) -> tuple[Array, Array]:
    """Return ∂B/∂S = 2 E[v (v S + b)₊] and ∂B/∂b = 2 E[(v S + b)₊] of B = E[(v S + b)₊²] (H3)."""
    S, b = np.broadcast_arrays(np.asarray(S, dtype=float), np.asarray(b, dtype=float))
    top = np.where(S > 0.0, np.maximum(2.0 * S + b, 0.0), 0.0)
    ratio = top / np.maximum(S, np.finfo(float).tiny)
    return top * ratio * (1.0 - ratio / 6.0), 0.5 * top * ratio
