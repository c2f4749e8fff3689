"""Tied students: the measured order of the slope that their tasks share; nothing here is derived.

ŷ = ReLU(WᵀW x + β) with W trained by gradient flow from random unit columns, b ≥ ¼. The slope of
one straight fit over two decades, from t = 12 on, is ordered by x = N/K²: near 1 at x = ½, where
the N columns are as many as the equiangular lines that K dimensions can hold at most.

It is no law of N/K² alone. Compared were N from 256 to 1200, in the regions of `MEASURED`; at
N/K² = 1/32 the slope falls with N and depends on (a, b), and nothing is known of N → ∞.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

MEASURED: dict[str, Any] = json.loads(
    Path(__file__).with_suffix(".json").read_text(encoding="utf-8")
)
"""The law, the regions in which flows were compared with it, the narrower first, with their largest
relative deviation, and where it comes from: `python -m superlaw.validation.reports.shared_slope`.
"""
RISE: float = MEASURED["rise"]
"""What the slope gains as x grows e-fold [measured: `superlaw validate width_order`]."""
BAND = 0.1
"""Largest relative deviation of a task from it, N from 256 to 900 and x from 1/8 to 2."""


def measured_slope(n_features: int, width: int) -> float:
    """Return 1 + 0.115 ln(2N/K²), within 10 %: a fit to flows, not a law that is derived."""
    return 1.0 + RISE * math.log(2.0 * n_features / width**2)
