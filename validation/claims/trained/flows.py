"""The flows of trained students that the claims share, each run once, and how they are read."""

from __future__ import annotations

import numpy as np

from superlaw.curves import Array, log_times
from superlaw.setting.optimizer import GradientFlow, Optimizer
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.solve import solve
from superlaw.validation.claims.size import Conditions
from superlaw.validation.fitting.readings import straight_slope
from superlaw.validation.sweeps.ensembles import simulated
from superlaw.validation.training.ensemble import Ensemble

OPTIMIZER = GradientFlow(rtol=5e-3)
PER_DECADE = 10
WINDOW = (12.0, 1e3)
"""One window for every student: after the start has been forgotten, for 1.9 decades."""
SHARE = 16
"""N/K of the student that is compared with K = N."""
UNLIKE = 0.0
"""b for which the tasks do not share a slope: the gains start at their targets."""


def tasks(conditions: Conditions) -> list[PowerLawTask]:
    """Return the tasks of the map, a by a."""
    extent = conditions.size.trained
    return [
        PowerLawTask(a, b, extent.n_features)
        for a in extent.frequency_exponents
        for b in extent.teacher_exponents
    ]


def alike(conditions: Conditions) -> list[PowerLawTask]:
    """Return the tasks whose slope is claimed to be one."""
    return [task for task in tasks(conditions) if task.b != UNLIKE]


def name(task: PowerLawTask) -> str:
    """Return the task in a few characters."""
    return f"a={task.a:g}, b={task.b:g}"


def flow(
    task: PowerLawTask,
    student: Student,
    conditions: Conditions,
    optimizer: Optimizer = OPTIMIZER,
    t_end: float | None = None,
) -> Ensemble:
    """Return the training of a student over seeds of W, the same for every task of one width."""
    extent = conditions.size.trained
    drawn = {"entropy": conditions.entropy, "seeds": extent.seeds}
    return simulated(
        conditions.runs,
        task,
        log_times(0.1, t_end or extent.t_end, PER_DECADE),
        student,
        optimizer=optimizer,
        precision="float32",
        progress=conditions.progress,
        **({} if student.width is None else drawn),
    )


def tied(task: PowerLawTask, width: int, conditions: Conditions) -> Ensemble:
    """Return the flows of ŷ = ReLU(WᵀW x + β), W trained from random unit columns."""
    return flow(task, Student(width, tied=True), conditions)


def alone(task: PowerLawTask, conditions: Conditions) -> Ensemble:
    """Return the flow of K = N by the same code: ReLU(B x + β), trained from B = β = 0."""
    return flow(task, Student(activation="relu"), conditions)


def slopes(runs: Ensemble) -> Array:
    """Return the slope of each seed over the window."""
    return straight_slope(runs.times, runs.loss, WINDOW)


def slope(runs: Ensemble) -> float:
    """Return the mean slope over seeds."""
    return float(slopes(runs).mean())


def theory_slope(task: PowerLawTask, times: Array) -> float:
    """Return the slope of K = N over the window by theory, at this N (S9)."""
    return float(straight_slope(times, solve(task, times=times).loss, WINDOW))


def first_loss(task: PowerLawTask) -> float:
    """Return the loss of a student that says nothing."""
    return float(solve(task, times=[0.0]).loss[0])


def spread(values: list[float]) -> float:
    """Return the largest less the smallest."""
    return float(np.ptp(values))
