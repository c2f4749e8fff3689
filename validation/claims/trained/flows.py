"""The flows of trained students that the claims share, each run once, and how they are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any, TypeVar

import numpy as np

from superlaw.curves import Array, differenced_slope, log_times
from superlaw.setting.optimizer import GradientFlow, Optimizer
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.solve import solve
from superlaw.validation.claims.size import Conditions
from superlaw.validation.fitting.readings import steadiest, straight_errors, straight_slope
from superlaw.validation.sweeps.ensembles import Simulation, simulation, simulations
from superlaw.validation.training.ensemble import Ensemble
from superlaw.validation.training.simulate import check_simulation

OPTIMIZER = GradientFlow(rtol=5e-3)
PER_DECADE = 10
K = TypeVar("K")
WINDOW = (12.0, 1e3)
"""One window for every student: after the start has been forgotten, for 1.9 decades."""
SHARE = 16
"""N/K of the student that is compared with K = N."""
ALONE = Student(activation="relu")
UNLIKE = 0.0
"""b for which the tasks do not share a slope: the gains start at their targets."""


def tasks(conditions: Conditions) -> list[PowerLawTask]:
    """Return the tasks of the map, a by a."""
    return conditions.size.trained.tasks


def alike(conditions: Conditions) -> list[PowerLawTask]:
    """Return the tasks whose slope is claimed to be one."""
    return [task for task in tasks(conditions) if task.b != UNLIKE]


def name(task: PowerLawTask) -> str:
    """Return the task in a few characters."""
    return f"a={task.a:g}, b={task.b:g}"


def point(
    task: PowerLawTask,
    student: Student,
    conditions: Conditions,
    optimizer: Optimizer = OPTIMIZER,
    t_end: float | None = None,
) -> Simulation:
    """Return the training of a student over seeds of W, the same for every task of one width.

    Flows of K = N draw nothing.
    """
    extent = conditions.size.trained
    drawn = {"entropy": conditions.entropy, "seeds": extent.seeds}
    draws_nothing = student.width is None and isinstance(optimizer, GradientFlow)
    return simulation(
        task,
        log_times(0.1, t_end or extent.t_end, PER_DECADE),
        student,
        optimizer=optimizer,
        precision="float32",
        **({} if draws_nothing else drawn),
    )


def run(
    students: Mapping[K, tuple[PowerLawTask, Student]],
    conditions: Conditions,
    optimizer: Optimizer = OPTIMIZER,
    t_end: float | None = None,
) -> dict[K, Ensemble]:
    """Return the training of tasks and students: one sweep, in which each is run once."""
    points = {
        key: point(*studied, conditions, optimizer, t_end) for key, studied in students.items()
    }
    return simulations(points, **conditions.how)


def of_each(
    studied: Iterable[PowerLawTask], student: Student, conditions: Conditions
) -> dict[PowerLawTask, Ensemble]:
    """Return the flows of one student at each task."""
    return run({task: (task, student) for task in studied}, conditions)


def tied(
    studied: Iterable[PowerLawTask], width: int, conditions: Conditions
) -> dict[PowerLawTask, Ensemble]:
    """Return the flows of ŷ = ReLU(WᵀW x + β), W trained from random unit columns."""
    return of_each(studied, Student(width, tied=True), conditions)


def check(conditions: Conditions) -> None:
    """Refuse features whose widest students would take too much memory or time."""
    (task, *_), extent = tasks(conditions), conditions.size.trained
    student = Student(extent.n_features // min((SHARE, *extent.shares)), tied=True)
    times = log_times(0.1, extent.t_end, PER_DECADE)
    check_simulation(task, student, times, optimizer=OPTIMIZER, seeds=extent.seeds)


def alone(studied: Iterable[PowerLawTask], conditions: Conditions) -> dict[PowerLawTask, Ensemble]:
    """Return the flows of K = N by the same code: ReLU(B x + β), trained from B = β = 0."""
    return of_each(studied, ALONE, conditions)


def slopes(runs: Ensemble, window: tuple[float, float] = WINDOW) -> Array:
    """Return the slope of each seed over a window."""
    return straight_slope(runs.times, runs.loss, window)


def slope(runs: Ensemble) -> float:
    """Return the mean slope over seeds."""
    return float(slopes(runs).mean())


def read(
    task: PowerLawTask, runs: Ensemble, window: tuple[float, float] = WINDOW
) -> dict[str, Any]:
    """Return the slope over a window and over the steadiest, as plain data.

    Errors are by source. The local slope is the smallest and largest in the window, the share at
    its two ends that of features on their own outputs.
    """
    inside = (runs.times >= window[0]) & (runs.times <= window[1])
    local = differenced_slope(runs.times, runs.mean)[inside]
    own = (runs.observables["loss_diagonal"] / runs.loss).mean(axis=0)[inside]
    steady = steadiest(runs.times, runs.mean)
    over = None if steady is None else float(straight_slope(runs.times, runs.mean, steady))
    return {
        **{"a": task.a, "b": task.b, "N": task.n_features},
        "K": runs.configuration["student"]["width"] or task.n_features,
        "seeds": len(runs.seeds),
        "slope": float(slopes(runs, window).mean()),
        "errors": asdict(straight_errors(runs.times, runs.loss, window)),
        "local": [float(local.min()), float(local.max())],
        "steadiest": {"slope": over, "window": steady},
        "own_share": [float(own[0]), float(own[-1])],
    }


def theory_slope(task: PowerLawTask, times: Array) -> float:
    """Return the slope of K = N over the window by theory, at this N (S9)."""
    return float(straight_slope(times, solve(task, times=times).loss, WINDOW))


def first_loss(task: PowerLawTask) -> float:
    """Return the loss of a student that says nothing."""
    return float(solve(task, times=[0.0]).loss[0])


def spread(values: list[float]) -> float:
    """Return the largest less the smallest."""
    return float(np.ptp(values))
