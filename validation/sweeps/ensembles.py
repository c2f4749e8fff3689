"""Simulations that several claims share: each run once, kept by content, resumed from a folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from superlaw.curves import Array
from superlaw.setting.optimizer import Optimizer
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.validation.sweeps.store import content_key
from superlaw.validation.training.ensemble import Ensemble
from superlaw.validation.training.seeds import SimulationInterrupted
from superlaw.validation.training.simulate import simulate

LARGEST_MEMORY = 512
"""Ensembles in memory; one is some 50 kB."""
_memory: dict[str, Ensemble] = {}


def simulated(
    runs: str | os.PathLike[str] | None,
    task: PowerLawTask,
    times: Array | list[float],
    student: Student | None = None,
    *,
    optimizer: Optimizer,
    progress: bool = False,
    **options: Any,
) -> Ensemble:
    """Return an ensemble that is simulated once a process, and once a folder.

    Parameters
    ----------
    runs : path or None
        Folder below which the run has a folder of its own, named by its content: an interrupted
        run goes on there. In memory only if None.
    task, times, student, optimizer, progress, **options
        Of `simulate`.

    Returns
    -------
    Ensemble

    Raises
    ------
    KeyboardInterrupt
        When interrupted; it says how to resume.
    """
    student = Student() if student is None else student
    configuration = {
        "task": task.to_dict(),
        "student": student.to_dict(),
        "optimizer": optimizer.to_dict(),
        "times": np.asarray(times),
        **options,
    }
    key = content_key(configuration)
    if key not in _memory:
        out = None if runs is None else Path(runs) / f"{_name(task, student)}-{key[:12]}"
        try:
            found = simulate(
                task, student, times, optimizer=optimizer, out=out, progress=progress, **options
            )
        except SimulationInterrupted as error:
            raise _with_advice(error, out) from None
        if len(_memory) >= LARGEST_MEMORY:
            _memory.pop(next(iter(_memory)))
        _memory[key] = found
    return _memory[key]


def _with_advice(error: SimulationInterrupted, out: Path | None) -> KeyboardInterrupt:
    """Return an interruption that says how a validation resumes."""
    if out is not None:
        return error
    return KeyboardInterrupt("interrupted; give a folder (runs=..., --runs) to be able to resume")


def _name(task: PowerLawTask, student: Student) -> str:
    """Return a name that tells what is inside."""
    width = "" if student.width is None else f"-K{student.width}"
    return f"N{task.n_features}{width}-a{task.a:g}-b{task.b:g}"
