"""The direct population flows that the superposed claims share, each run once."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from superlaw.curves import log_times
from superlaw.setting.optimizer import GradientFlow
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.solve import solve
from superlaw.validation.claims.size import Conditions
from superlaw.validation.training.ensemble import Ensemble
from superlaw.validation.training.simulate import simulate

FREQUENCY_EXPONENTS = (1.1, 1.5, 2.0)
TEACHER_EXPONENTS = (0.0, 0.5, 1.0)
SHARES = (2, 4, 8)
"""Values of N/K."""
OPTIMIZER = GradientFlow(rtol=2e-3)
PER_DECADE = 8


def tasks(conditions: Conditions) -> list[PowerLawTask]:
    """Return the tasks of the map, a by a."""
    n = conditions.size.superposed.n_features
    return [PowerLawTask(a, b, n) for a in FREQUENCY_EXPONENTS for b in TEACHER_EXPONENTS]


def flow(task: PowerLawTask, student: Student, conditions: Conditions) -> Ensemble:
    """Return the population flows of a student, over seeds of W.

    Seed k has the same W for every task of one width: tasks are compared with each other, and
    what W alone does is the same in both. The student of K = N has W = 1, so one run is all
    there is.
    """
    resolved, extent = student.on(task.n_features), conditions.size.superposed
    drawn = (conditions.entropy, extent.seeds) if resolved.embedding != "identity" else (None, 1)
    return _flow(task, student, *drawn, extent.t_end, conditions.progress, conditions.runs)


def superposed(task: PowerLawTask, share: int, conditions: Conditions) -> Ensemble:
    """Return the flows of the default student with K = N/share."""
    return flow(task, Student((task.n_features or 0) // share), conditions)


def control(task: PowerLawTask, conditions: Conditions) -> Ensemble:
    """Return the flow of the same student with K = N and W = 1, by the same code."""
    return flow(task, Student(activation="relu"), conditions)


def first_loss(task: PowerLawTask) -> float:
    """Return the loss of every student that has learned nothing."""
    return float(solve(task, times=[0.0]).loss[0])


@lru_cache(maxsize=256)
def _flow(
    task: PowerLawTask,
    student: Student,
    entropy: int | None,
    seeds: int,
    t_end: float,
    progress: bool,
    runs: str | None,
) -> Ensemble:
    folder = None if runs is None else Path(runs) / _folder(task, student, entropy)
    return simulate(
        task,
        student,
        log_times(0.1, t_end, PER_DECADE),
        optimizer=OPTIMIZER,
        seeds=seeds,
        entropy=entropy,
        precision="float32",
        out=folder,
        progress=progress,
    )


def _folder(task: PowerLawTask, student: Student, entropy: int | None) -> str:
    """Return a name that tells what is inside."""
    parts: dict[str, object] = {
        "N": task.n_features,
        "K": student.width,
        "a": task.a,
        "b": task.b,
        "entropy": entropy,
    }
    parts |= {"phi": student.activation, "bias": student.bias, "W": student.embedding}
    return "-".join(f"{name}{value}" for name, value in parts.items() if value is not None)
