"""What closures have in common that are followed by steps: the rate of their loss, their curve."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from superlaw.curves import Array
from superlaw.solvers.integrators.following import Row
from superlaw.solvers.integrators.stabilised import Chebyshev
from superlaw.solvers.solution import STATUS, Solution

TINY = 1e-15
"""A time that stands for 0, and a square that no state falls below."""
AHEAD = 1e-4
"""How far along the tangent a loss is looked at, in parts of the time."""


def loss_slope(loss: Callable[[Array], float], y: Array, slope: Array, t: float) -> float:
    """Return dL/dt: the loss a little ahead on the tangent, and a little behind."""
    step = AHEAD * max(t, TINY)
    return (loss(y + step * slope) - loss(y - step * slope)) / (2.0 * step)


def solution(times: Array, rows: list[Row], stepper: Chebyshev, method: str) -> Solution:
    """Return the curve of rows with a loss, its local slope and observables, one a time reached."""
    names = rows[0] if rows else ("loss", "local_slope")
    columns = {name: np.array([row[name] for row in rows]) for name in names}
    loss, slope = columns.pop("loss"), columns.pop("local_slope")
    status = "success" if len(rows) == len(times) else "step_underflow"
    if not np.all(np.isfinite(loss)):
        status = "not_finite"
    return Solution(
        times=times[: len(rows)],
        loss=loss,
        status=status,
        message=f"{STATUS[status]}; {stepper.n_steps} steps, {stepper.n_evaluations} rates",
        method=method,
        floor=math.nan,
        local_slope=slope,
        observables=columns,
        n_steps=stepper.n_steps,
        n_rejected=stepper.n_rejected,
    )
