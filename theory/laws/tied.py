"""Tied students: the measured order of the slope that their tasks share; nothing here is derived.

ŷ = ReLU(WᵀW x + β) with W trained by gradient flow from random unit columns, b ≥ ¼. The slope of
one straight fit over two decades, from t = 12 on, is ordered by x = N/K²: near 1 at x = ½, where
the N columns are as many as the equiangular lines that K dimensions can hold at most.

It is no law of N/K² alone. Compared were N from 256 to 1200, in the regions of `MEASURED`; at
N/K² = 1/32 the slope falls with N and depends on (a, b), and nothing is known of N → ∞. What is
left of (a, b, N) is interpolated between measured points (`slope_between`).
"""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import Any

MEASURED: dict[str, Any] = json.loads(
    Path(__file__).with_suffix(".json").read_text(encoding="utf-8")
)
"""The law, the regions in which flows were compared with it, the narrower first, with their largest
relative deviation, what is interpolated, with its band, and where all of it comes from:
`python -m superlaw.validation.reports.shared_slope`.
"""
RISE: float = MEASURED["rise"]
"""What the slope gains as x grows e-fold [measured: `superlaw validate width_order`]."""
BAND = 0.1
"""Largest relative deviation of a task from it, N from 256 to 900 and x from 1/8 to 2."""


def measured_slope(n_features: int, width: int) -> float:
    """Return 1 + 0.115 ln(2N/K²), within 10 % [measured]: a fit to flows, no law is derived."""
    return 1.0 + RISE * math.log(2.0 * n_features / width**2)


def place(a: float, b: float, n_features: float, width: float) -> tuple[float, ...]:
    """Return where a student stands among the measured ones: ln(N/K²), ln(N/512), 1/a, b/a.

    K = N has the slope 1 − 1/a + 2b/a (S1): linear in the last two.
    """
    x = math.log(n_features / width**2)
    return x, math.log(n_features / 512.0), 1.0 / a, b / a


def slope_between(a: float, b: float, n_features: int, width: int) -> float:
    """Return the slope interpolated between measured ones, within the band that goes with it.

    A linear trend and Σ w exp(−½ Σ (Δ/scale)²) over measured points: Gaussian-process regression
    [measured; `superlaw.validation.reports.slope_between`].
    """
    known, here = MEASURED["interpolation"], place(a, b, n_features, width)
    trend = known["trend"][0] + sum(
        slope * x for slope, x in zip(known["trend"][1:], here, strict=True)
    )
    return float(trend + sum(row[4] * _near(here, row, known["scales"]) for row in known["rows"]))


@cache
def observed() -> dict[str, Any]:
    """Return the map of slopes [measured], each at one point with its errors, and its source.

    Made by `python -m superlaw.validation.reports.tied_map`.
    """
    text = Path(__file__).with_name("tied_map.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def near(a: float, b: float, n_features: int, width: int) -> list[dict[str, float]]:
    """Return the points [measured] near a student, the nearest first; none if it is far from all.

    Near is what the interpolation takes for it: a point at one scale counts e^(-1/2).
    """
    known, here = observed(), place(a, b, n_features, width)
    scales: list[float] = MEASURED["interpolation"]["scales"]
    rated = [(_near(here, row, scales), row) for row in known["rows"]]
    rated = sorted((each for each in rated if each[0] >= math.exp(-0.5)), reverse=True)
    return [dict(zip(known["columns"], row, strict=True)) for _, row in rated]


def _near(here: tuple[float, ...], row: list[float], scales: list[float]) -> float:
    """Return how much a measured point says of a place: 1 there, nothing far away."""
    steps = zip(here, place(*row[:4]), scales, strict=True)
    return math.exp(-0.5 * sum(((x - other) / scale) ** 2 for x, other, scale in steps))
