"""Loss at a width."""

from __future__ import annotations

from superlaw.validation.sweeps.grid import Point
from superlaw.validation.sweeps.measures.options import VALUE, Found, codes
from superlaw.validation.width.law import width_law


def at_width(point: Point) -> Found:
    """Return the loss at a width: trained, else predicted, else that of random codes."""
    widths = [point.student.width]
    found = width_law(point.task, widths, entropy=point.seed, **point.run)  # type: ignore[arg-type]
    (predicted,), (random,), (lower,), (band,) = (
        found.predicted,
        found.random,
        found.lower,
        found.band,
    )
    low, high = band or (None, None)
    trained = None if found.trained is None else found.trained[0]
    best = next(loss for loss in (trained, predicted, random) if loss is not None)
    return {
        VALUE: best,
        "trained": trained,
        "predicted": predicted,
        "band_low": low,
        "band_high": high,
        "random": random,
        "lower": lower,
        "represented": found.represented[0],
        "regime": found.regime[0],
        **codes(found.warnings),
    }
