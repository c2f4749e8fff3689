"""Slopes of tied students between measured points, and how far points that are left out lie off.

Gaussian-process regression with a linear trend (C. E. Rasmussen, C. K. I. Williams, Gaussian
Processes for Machine Learning, MIT Press 2006, chapters 2 and 5): a squared exponential of a scale
for each coordinate, and the scatter of seeds, chosen by the likelihood of all slopes.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.optimize import minimize

from superlaw.curves import Array
from superlaw.theory.laws.tied import place

VAGUE = 10.0
"""Variance of the coefficients of the trend before anything is measured."""
STARTS = ((0.5, 0.5, -1.5, -1.0, -4.0, -8.0), (1.0, 1.0, -1.0, -0.5, -3.0, -8.0))
LIMITS = ((-2.0, 4.0),) * 4 + ((-8.0, 2.0), (-10.0, -4.0))
"""Logarithms of the scales, of the variance about the trend, and of that of one slope."""
DEVIATIONS = 4.0
"""Least band, in root-mean-square deviations of points that were left out."""
Point = tuple[float, float, float, float]
"""a, b, N and K."""


def interpolation(points: list[Point], slopes: list[float], drawn: list[bool]) -> dict[str, Any]:
    """Return what `superlaw.theory.laws.tied.slope_between` reads.

    Parameters
    ----------
    points, slopes : list
    drawn : list of bool
        Which points were drawn at random: each is left out once, and how far it then lies off
        makes the band.
    """
    S, y = np.array([place(*point) for point in points]), np.array(slopes)
    best = min(
        (minimize(_unlikely, start, (S, y), "L-BFGS-B", bounds=LIMITS) for start in STARTS),
        key=lambda found: float(found.fun),
    )
    C = _covariance(S, best.x)
    inverse = np.linalg.inv(C)
    alpha = inverse @ (y - 1.0)
    off = (alpha / np.diag(inverse) / y)[np.array(drawn)]
    worst, rms = float(np.abs(off).max()), float(np.sqrt(np.mean(off**2)))
    trend = VAGUE * _trend(S).T @ alpha
    trend[0] += 1.0
    rows = np.column_stack([np.array(points), math.exp(best.x[4]) * alpha])
    return {
        "scales": [float(f"{x:.6g}") for x in np.exp(best.x[:4])],
        "trend": [float(f"{x:.8g}") for x in trend],
        "rows": [[float(f"{x:.8g}") for x in row] for row in rows],
        "left_out": {"n": int(sum(drawn)), "rms": round(rms, 4), "worst": round(worst, 4)},
        "band": math.ceil(100.0 * max(worst, DEVIATIONS * rms)) / 100.0,
    }


def _trend(S: Array) -> Array:
    return np.column_stack([np.ones(len(S)), S])


def _covariance(S: Array, chosen: Array) -> Array:
    """Covariance of slopes at places S, scatter of seeds included."""
    scaled = (S[:, None] - S[None]) / np.exp(chosen[:4])
    near = np.exp(chosen[4] - 0.5 * np.sum(scaled**2, axis=-1))
    B = _trend(S)
    return np.asarray(near + VAGUE * B @ B.T + math.exp(chosen[5]) * np.eye(len(S)))


def _unlikely(chosen: Array, S: Array, y: Array) -> float:
    """Minus the logarithm of the likelihood of all slopes, up to a constant."""
    L = np.linalg.cholesky(_covariance(S, chosen))
    half = np.linalg.solve(L, y - 1.0)
    return float(0.5 * half @ half + np.log(np.diag(L)).sum())
