"""Sweeps of simulated training: each run once, kept by content, resumed from a folder."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from superlaw import storage
from superlaw.curves import Array
from superlaw.execution.locks import claimed
from superlaw.progress import WorkBar
from superlaw.setting.optimizer import Optimizer
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.validation.sweeps.points import measured
from superlaw.validation.sweeps.store import content_key
from superlaw.validation.training.ensemble import Ensemble
from superlaw.validation.training.seeds import SimulationInterrupted
from superlaw.validation.training.simulate import simulate

LARGEST_MEMORY = 512
"""Ensembles in memory; one is some 50 kB."""
K = TypeVar("K")
_memory: dict[str, Ensemble] = {}


@dataclass(frozen=True, eq=False)
class Simulation:
    """A point of a sweep of simulated training.

    Parameters
    ----------
    task : PowerLawTask
    times : ndarray or list
    student : Student
    optimizer : Optimizer
    options : mapping
        seeds, entropy, precision, … of `simulate`.
    """

    task: PowerLawTask
    times: Array | list[float]
    student: Student
    optimizer: Optimizer
    options: Mapping[str, Any]

    @property
    def configuration(self) -> dict[str, Any]:
        """All that decides what comes out."""
        return {
            "task": self.task.to_dict(),
            "student": self.student.to_dict(),
            "optimizer": self.optimizer.to_dict(),
            "times": np.asarray(self.times),
            **self.options,
        }

    @property
    def name(self) -> str:
        """What its folder is called: what is inside, and its content."""
        task, student = self.task, self.student
        width = "" if student.width is None else f"-K{student.width}"
        key = content_key(self.configuration)[:12]
        return f"N{task.n_features}{width}-a{task.a:g}-b{task.b:g}-{key}"


def simulation(
    task: PowerLawTask,
    times: Array | list[float],
    student: Student | None = None,
    *,
    optimizer: Optimizer,
    **options: Any,
) -> Simulation:
    """Return a point of a sweep of simulated training, from the arguments of `simulate`."""
    return Simulation(task, times, student or Student(), optimizer, options)


def simulations(
    points: Mapping[K, Simulation],
    *,
    runs: str | os.PathLike[str] | None = None,
    executor: str | Executor = "serial",
    workers: int | None = None,
    progress: bool = False,
) -> dict[K, Ensemble]:
    """Return the ensemble of each point, simulated once a process, and once a folder.

    Parameters
    ----------
    points : mapping of Simulation
    runs : path, optional
        Folder below which each point has a folder of its own, named by its content: an interrupted
        run goes on there, and processes that share it share the work. In memory only if left out.
    executor : {"serial", "processes"} or concurrent.futures.Executor
        One point after another, its seeds in threads; or points beside one another, each with one
        thread.
    workers : int, optional
        Points at a time.
    progress : bool
        Show a bar of each point on a terminal, or of all.

    Raises
    ------
    KeyboardInterrupt
        When interrupted; it says how to resume.
    """
    is_serial = executor == "serial"
    kept = _Ensembles(None if runs is None else storage.output_folder(runs, "runs"))
    job = _Simulate(kept.folder, progress and is_serial, None if is_serial else 1)
    try:
        with WorkBar(progress and not is_serial, len(points), "simulations") as bar:
            how: dict[str, Any] = {"executor": executor, "workers": workers, "bar": bar}
            found = measured([*points.values()], job, lambda x: x.configuration, kept, **how)
    except KeyboardInterrupt as error:
        raise _with_advice(error, kept.folder) from None
    return dict(zip(points, found, strict=True))


@dataclass(frozen=True)
class _Simulate:
    """The job of a point, in any process."""

    runs: Path | None
    progress: bool
    workers: int | None

    def __call__(self, point: Simulation) -> Ensemble:
        return simulate(
            point.task,
            point.student,
            point.times,
            optimizer=point.optimizer,
            out=None if self.runs is None else self.runs / point.name,
            progress=self.progress,
            workers=self.workers,
            **point.options,
        )


class _Ensembles:
    """Ensembles in memory; a folder has those of its own runs, seed by seed."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def load(self, configuration: Mapping[str, Any]) -> Ensemble | None:
        """Return what was simulated in this process."""
        return _memory.get(content_key(configuration))

    def save(self, configuration: Mapping[str, Any], ensemble: Ensemble) -> None:
        """Keep an ensemble in memory; its folder has it already."""
        if len(_memory) >= LARGEST_MEMORY:
            _memory.pop(next(iter(_memory)))
        _memory[content_key(configuration)] = ensemble

    @contextmanager
    def claimed(self, configuration: Mapping[str, Any]) -> Iterator[bool]:
        """Hold a run against other processes; yield whether it was free."""
        if self.folder is None:
            yield True
            return
        with claimed(self.folder / f"{content_key(configuration)[:12]}.lock") as is_free:
            yield is_free


def _with_advice(error: KeyboardInterrupt, runs: Path | None) -> KeyboardInterrupt:
    """Return an interruption that says how a validation resumes."""
    if runs is None:
        return KeyboardInterrupt(
            "interrupted; give a folder (runs=..., --runs) to be able to resume"
        )
    if isinstance(error, SimulationInterrupted):
        return error
    return KeyboardInterrupt(f"interrupted; do the same again to resume from {runs}")
