"""The direct population flows that the superposed claims share, each run once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product
from typing import TypeVar

from superlaw.curves import log_times
from superlaw.setting.optimizer import GradientFlow
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.solve import solve
from superlaw.validation.claims.size import Conditions
from superlaw.validation.sweeps.ensembles import Simulation, simulation, simulations
from superlaw.validation.training.ensemble import Ensemble
from superlaw.validation.training.simulate import check_simulation

SHARES = (2, 4, 8)
"""Values of N/K."""
OPTIMIZER = GradientFlow(rtol=2e-3)
PER_DECADE = 8
K = TypeVar("K")


def tasks(conditions: Conditions) -> list[PowerLawTask]:
    """Return the tasks of the map, a by a."""
    return conditions.size.superposed.tasks


def _point(task: PowerLawTask, student: Student, conditions: Conditions) -> Simulation:
    """Return the population flows of a student, over seeds of W, as a point of a sweep.

    Seed k has the same W for every task of one width: tasks are compared with each other, and
    what W alone does is the same in both. The student of K = N has W = 1, so one run is all
    there is.
    """
    resolved, extent = student.on(task.n_features), conditions.size.superposed
    drawn = (conditions.entropy, extent.seeds) if resolved.embedding != "identity" else (None, 1)
    return simulation(
        task,
        log_times(0.1, extent.t_end, PER_DECADE),
        student,
        optimizer=OPTIMIZER,
        entropy=drawn[0],
        seeds=drawn[1],
        precision="float32",
    )


def run(
    students: Mapping[K, tuple[PowerLawTask, Student]], conditions: Conditions
) -> dict[K, Ensemble]:
    """Return the flows of tasks and students: one sweep, in which each is run once."""
    points = {key: _point(*studied, conditions) for key, studied in students.items()}
    return simulations(points, **conditions.how)


def over(
    studied: Iterable[PowerLawTask], shares: Iterable[int], conditions: Conditions
) -> dict[tuple[PowerLawTask, int], Ensemble]:
    """Return the flows of each task at each N/K; K = N has W = 1, by the same code."""
    students = {
        (task, share): (
            task,
            Student(activation="relu") if share == 1 else Student((task.n_features or 0) // share),
        )
        for task, share in product(studied, shares)
    }
    return run(students, conditions)


def check(conditions: Conditions) -> None:
    """Refuse features whose widest students would take too much memory or time."""
    (task, *_), extent = tasks(conditions), conditions.size.superposed
    student = Student(extent.n_features // min(SHARES))
    times = log_times(0.1, extent.t_end, PER_DECADE)
    check_simulation(task, student, times, optimizer=OPTIMIZER, seeds=extent.seeds)


def first_loss(task: PowerLawTask) -> float:
    """Return the loss of every student that has learned nothing."""
    return float(solve(task, times=[0.0]).loss[0])
