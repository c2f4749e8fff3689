"""The direct population flows that the superposed claims share, each run once."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from superlaw.curves import log_times
from superlaw.setting.optimizer import GradientFlow
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.solve import solve
from superlaw.validation.claims.claim import Size
from superlaw.validation.training.ensemble import Ensemble
from superlaw.validation.training.simulate import simulate

FREQUENCY_EXPONENTS = (1.1, 1.5, 2.0)
TEACHER_EXPONENTS = (0.0, 0.5, 1.0)
SHARES = (2, 4, 8)
"""Values of N/K."""
OPTIMIZER = GradientFlow(rtol=2e-3)
PER_DECADE = 8


def tasks(size: Size) -> list[PowerLawTask]:
    """Return the tasks of the map, a by a."""
    return [
        PowerLawTask(a, b, size.n_network) for a in FREQUENCY_EXPONENTS for b in TEACHER_EXPONENTS
    ]


def flow(task: PowerLawTask, student: Student, seed: int, size: Size) -> Ensemble:
    """Return the population flows of a student, over seeds of W.

    The student of K = N has W = 1, so one run is all there is.
    """
    resolved = student.on(task.n_features)
    seeds = 1 if resolved.embedding == "identity" else size.seeds
    return _flow(task, student, seed, seeds, size.t_network, size.progress, size.runs)


def superposed(task: PowerLawTask, share: int, seed: int, size: Size) -> Ensemble:
    """Return the flows of the default student with K = N/share."""
    return flow(task, Student((task.n_features or 0) // share), seed, size)


def control(task: PowerLawTask, seed: int, size: Size) -> Ensemble:
    """Return the flow of the same student with K = N and W = 1, by the same code."""
    return flow(task, Student(activation="relu"), seed, size)


def first_loss(task: PowerLawTask) -> float:
    """Return the loss of every student that has learned nothing."""
    return float(solve(task, times=[0.0]).loss[0])


@lru_cache(maxsize=256)
def _flow(
    task: PowerLawTask,
    student: Student,
    seed: int,
    seeds: int,
    t_end: float,
    progress: bool,
    runs: str | None,
) -> Ensemble:
    folder = None if runs is None else Path(runs) / _folder(task, student, seed)
    return simulate(
        task,
        student,
        log_times(0.1, t_end, PER_DECADE),
        optimizer=OPTIMIZER,
        seeds=seeds,
        entropy=None if student.on(task.n_features).embedding == "identity" else seed,
        precision="float32",
        out=folder,
        progress=progress,
    )


def _folder(task: PowerLawTask, student: Student, seed: int) -> str:
    """Return a name that tells what is inside."""
    parts: dict[str, object] = {
        "N": task.n_features,
        "K": student.width,
        "a": task.a,
        "b": task.b,
        "entropy": seed,
    }
    parts |= {"phi": student.activation, "bias": student.bias, "W": student.embedding}
    return "-".join(f"{name}{value}" for name, value in parts.items() if value is not None)
