"""Simulate training: independent seeds side by side, resumable to the identical result."""

from __future__ import annotations

import os

import numpy as np
from numpy.typing import ArrayLike

from superlaw.arguments import fitting, increasing_times, refuse, whole
from superlaw.solvers.times import log_times
from superlaw.theory.laws import largest_stable_lr
from superlaw.theory.optimizers import SGD
from superlaw.theory.students import Student
from superlaw.theory.tasks import PowerLawTask
from superlaw.validation.ensemble import Ensemble
from superlaw.validation.runs import Plan, Runs, run_folder

N_TRACKED = 20
"""Features whose mode is reported, log-spaced."""


def simulate(
    task: PowerLawTask,
    student: Student | None = None,
    times: ArrayLike | None = None,
    *,
    optimizer: SGD | None = None,
    seeds: int = 8,
    entropy: int = 0,
    out: str | os.PathLike[str] | None = None,
    workers: int | None = None,
    progress: bool = False,
) -> Ensemble:
    """Train students on fresh samples and measure their population loss exactly.

    Every entry of the student's map is trained from zero. Seeds run in threads: the kernels are
    compiled and release the interpreter, so threads are as fast as processes, start at once and
    need no `__main__` guard in the caller's script.

    Parameters
    ----------
    task : PowerLawTask
        Data and teacher.
    student : Student, optional
        One layer, K = N.
    times : array_like
        Gradient-flow times to measure at, rounded to whole steps; 0.1 … 1e4 if left out.
    optimizer : SGD, optional
        SGD(lr=0.05, batch=1) if left out.
    seeds : int
        Number of independent runs.
    entropy : int
        Root of all random streams; seed k draws from its k-th child.
    out : path, optional
        Folder for finished seeds and checkpoints; the same call with it resumes.
    workers : int, optional
        Seeds at a time; the number of processors if left out.
    progress : bool
        Show a bar on a terminal.

    Returns
    -------
    Ensemble
        Loss of each seed at each time, and the modes of tracked features.

    Raises
    ------
    ArgumentError
        If an argument is outside its rule, or `out` holds another run or a damaged file.
    DivergenceError
        If a run diverges.
    SimulationInterrupted
        On Ctrl-C; carries the finished seeds.

    Examples
    --------
    >>> runs = simulate(PowerLawTask(a=1.5, n_features=64), times=[1.0, 10.0], seeds=2)
    >>> runs.loss.shape
    (2, 2)
    """
    optimizer = optimizer or SGD()
    plan = _plan(task, student or Student(), times, optimizer, seeds, entropy)
    folder = None if out is None else run_folder(out, plan)
    return Runs(plan, folder, progress).go(_workers(workers, seeds))


def _plan(
    task: PowerLawTask,
    student: Student,
    times: ArrayLike | None,
    optimizer: SGD,
    seeds: int,
    entropy: int,
) -> Plan:
    """Check everything before any work is done."""
    n = task.n_features
    if n is None:
        refuse("n_features", "a finite number to simulate", n, "Give N, e.g. n_features=1024.")
    if student.width not in (None, n) or student.depth != 1:
        refuse("student", "one layer with K = N", student, "Other students are not available yet.")
    fitting("n_features", n, 8.0 * n * n, "Choose a smaller N: N x N entries are trained.")
    whole("seeds", seeds, "Give a number of runs, e.g. 8.")
    whole("entropy", entropy, "Give a whole number.", minimum=0)
    bound = largest_stable_lr(task, optimizer.batch)
    if optimizer.lr >= bound:
        refuse("lr", f"below {bound:.6g} to be stable", optimizer.lr, "Lower it or raise batch.")
    grid = log_times(0.1, 1e4) if times is None else increasing_times(times)
    steps = np.unique(np.round(grid / optimizer.lr)).astype(np.int64)
    tracked = np.unique(np.round(np.geomspace(1, n, min(N_TRACKED, n)))).astype(np.int64)
    return Plan(task, student, optimizer, steps, tracked, seeds, entropy)


def _workers(workers: int | None, seeds: int) -> int:
    if workers is not None:
        whole("workers", workers, "Give a number of seeds to run at a time.")
    return min(workers or os.cpu_count() or 1, seeds)
