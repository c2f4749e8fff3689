"""Loss curves of a point: solved, simulated, and their fitted exponent."""

from __future__ import annotations

from typing import Any

from superlaw.arguments import one_of
from superlaw.solvers.solve import solve
from superlaw.validation.fitting.power_law import fit_power_law
from superlaw.validation.sweeps.grid import RUN, Point
from superlaw.validation.sweeps.measures.options import (
    CURVE,
    FIT,
    SIMULATE,
    SOLVE,
    VALUE,
    Found,
    check_taken,
    codes,
)
from superlaw.validation.sweeps.measures.training import trained


def solved(point: Point) -> Found:
    """Return the last loss and the curve that a solver gives."""
    found = solve(point.task, point.student, point.times, optimizer=point.optimizer, **point.run)
    slope, bound = found.local_slope, found.error_bound
    error = None if bound is None else bound * found.loss
    return {
        VALUE: float(found.loss[-1]),
        "local_slope": None if slope is None else float(slope[-1]),
        "floor": found.floor,
        "method": found.method.split()[0],
        CURVE: {"times": found.times, "loss": found.loss, "error": error},
        **codes(found.warnings),
    }


def simulated(point: Point) -> Found:
    """Return the last loss and the mean curve of simulated training."""
    runs = trained(point)
    error = runs.standard_error if len(runs.seeds) > 1 else None
    return {
        VALUE: float(runs.mean[-1]),
        "standard_error": None if error is None else float(error[-1]),
        "seeds": len(runs.seeds),
        CURVE: {"times": runs.times, "loss": runs.mean, "error": error},
    }


def fitted(point: Point) -> Found:
    """Return the exponent of a curve, solved unless run.curve is "simulate"."""
    given = point.run
    kind = one_of(f"{RUN}.curve", given.pop("curve", "solve"), ("solve", "simulate"))
    asked: dict[str, Any] = {name: given.pop(name) for name in FIT if name in given}
    is_trained = kind == "simulate"
    check_taken(point, given, SIMULATE if is_trained else SOLVE, kind)
    if is_trained:
        curve: Any = trained(point, given)
    else:
        curve = solve(point.task, point.student, point.times, optimizer=point.optimizer, **given)
    if "start" in asked or "end" in asked:
        ends = (float(curve.times[0]), float(curve.times[-1]))
        asked["window"] = (asked.pop("start", ends[0]), asked.pop("end", ends[1]))
    found = fit_power_law(curve, **asked)
    loss = curve.mean if is_trained else curve.loss
    return {
        VALUE: found.exponent,
        "total_error": found.total_error,
        "model": found.model,
        "window_start": found.window[0],
        "window_end": found.window[1],
        "goodness": found.goodness,
        CURVE: {"times": curve.times, "loss": loss, "error": None},
        **codes(found.warnings),
    }
