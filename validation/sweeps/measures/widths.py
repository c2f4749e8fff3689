"""Loss at a width."""

from __future__ import annotations

from typing import Any

from superlaw.validation.sweeps.grid import Point
from superlaw.validation.sweeps.measures.options import VALUE, Found, codes
from superlaw.validation.width.law import width_law


def at_width(point: Point) -> Found:
    """Return the loss at a width: trained, else predicted, else that of random codes."""
    widths: list[Any] = [point.student.width]  # the law refuses a student without one
    found = width_law(point.task, widths, entropy=point.seed, **point.run)
    predicted, random = found.predicted[0], found.random[0]
    low, high = found.band[0] or (None, None)
    trained = None if found.trained is None else found.trained[0]
    best = next(loss for loss in (trained, predicted, random) if loss is not None)
    return {
        VALUE: best,
        "trained": trained,
        "predicted": predicted,
        "band_low": low,
        "band_high": high,
        "random": random,
        "lower": found.lower[0],
        "represented": found.represented[0],
        "regime": found.regime[0],
        **codes(found.warnings),
    }
