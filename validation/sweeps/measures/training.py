"""Simulated training at a point, for measures of curves and of columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from superlaw.validation.sweeps.grid import Point
from superlaw.validation.training.ensemble import Ensemble
from superlaw.validation.training.simulate import simulate


def trained(point: Point, options: Mapping[str, Any] | None = None) -> Ensemble:
    """Return simulated training: one run of a seed that is given, unless more are."""
    given: dict[str, Any] = dict(point.run if options is None else options)
    if point.seed is not None:
        given = {"seeds": 1, **given, "entropy": point.seed}
    return simulate(
        point.task, point.student, point.times, optimizer=point.optimizer, workers=1, **given
    )
