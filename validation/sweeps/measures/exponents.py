"""The predicted exponent of a point."""

from __future__ import annotations

from superlaw.theory.exponents import exponent
from superlaw.validation.sweeps.grid import Point
from superlaw.validation.sweeps.measures.options import VALUE, Found, codes


def predicted(point: Point) -> Found:
    """Return the exponent, where there is one, and what is said of it."""
    found = exponent(point.task, point.student, point.optimizer)
    low, high = found.band or (None, None)
    return {
        VALUE: found.exponent,
        "regime": found.regime,
        "equation": found.equation,
        "prefactor": found.prefactor,
        "band_low": low,
        "band_high": high,
        "crossover": found.crossover,
        "floor": found.floor,
        **codes(found.warnings),
    }
