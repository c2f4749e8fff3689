"""Simulate training: independent seeds side by side, resumable to the identical result."""

from __future__ import annotations

import os

import numpy as np
from numpy.typing import ArrayLike

from superlaw.arguments import fitting, increasing_times, one_of, positive, refuse, whole
from superlaw.curves import log_times
from superlaw.setting.optimizer import SGD, GradientFlow, Optimizer
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.theory.laws import largest_stable_lr
from superlaw.validation.training.ensemble import Ensemble
from superlaw.validation.training.kernels.gate_moments import RELU_LAWS
from superlaw.validation.training.plan import Plan
from superlaw.validation.training.seeds import SAVE_SECONDS, Runs, run_folder
from superlaw.validation.training.stability import largest_stable_network_lr

N_TRACKED = 20
"""Features whose mode is reported, log-spaced."""
_SMALLER = "Choose a smaller N, K or batch, or fewer workers."
_POSITIVE = "A ReLU cannot give negative outputs: use positive amplitudes."


def simulate(
    task: PowerLawTask,
    student: Student | None = None,
    times: ArrayLike | None = None,
    *,
    optimizer: Optimizer | None = None,
    seeds: int = 8,
    entropy: int = 0,
    precision: str = "float64",
    out: str | os.PathLike[str] | None = None,
    workers: int | None = None,
    save_every: float = SAVE_SECONDS,
    progress: bool = False,
) -> Ensemble:
    """Train students and measure their population loss.

    K = N, the plain student: every entry of S is trained from zero on fresh samples. Networks
    ŷ = φ(WᵀB W x + β): population gradient flow (R6), or SGD or Adam on fresh sparse samples. The
    loss is exact with one active feature; with several it is a mean over a fixed test set whose
    standard error is in `observables["sampling_error"]`.

    Seeds run in threads: the kernels are compiled and release the interpreter, so threads are as
    fast as processes, start at once and need no `__main__` guard in the caller's script.

    Parameters
    ----------
    task : PowerLawTask
        Data and teacher.
    student : Student, optional
        One layer, K = N, if left out.
    times : array_like
        Gradient-flow times to measure at, rounded to whole steps; 0.1 … 1e4 if left out.
    optimizer : SGD, Adam or GradientFlow, optional
        If left out: SGD(lr=0.05, batch=1) for the plain student; for networks GradientFlow() where
        it is exact (one active feature, W fixed), else SGD(lr=0.05, batch=64).
    seeds : int
        Number of independent runs.
    entropy : int
        Root of all random streams; seed k draws from its k-th child.
    precision : {"float64", "float32"}
        Of networks; the plain student is trained in double precision.
    out : path, optional
        Folder for finished seeds and resume files; the same call with it resumes. Another process
        in it is waited for.
    workers : int, optional
        Seeds at a time; the number of processors if left out.
    save_every : float
        Seconds between resume files: what a crash costs at most. Ctrl-C, SIGTERM and SIGHUP save.
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
        On Ctrl-C, SIGTERM and SIGHUP; carries the finished seeds.

    Examples
    --------
    >>> runs = simulate(PowerLawTask(a=1.5, n_features=64), times=[1.0, 10.0], seeds=2)
    >>> runs.loss.shape
    (2, 2)
    """
    plan = _plan(task, student or Student(), times, optimizer, seeds, entropy, precision)
    at_once = _workers(workers, plan.seeds)
    _check_memory(plan, at_once)
    positive("save_every", save_every, "Give seconds, e.g. 60.")
    folder = None if out is None else run_folder(out, plan)
    return Runs(plan, folder, save_every, progress=progress).go(at_once)


def _plan(
    task: PowerLawTask,
    student: Student,
    times: ArrayLike | None,
    optimizer: Optimizer | None,
    seeds: int,
    entropy: int,
    precision: str,
) -> Plan:
    """Check everything before any work is done."""
    n = task.n_features
    if n is None:
        refuse("n_features", "a finite number to simulate", n, "Give N, e.g. n_features=1024.")
    if student.depth != 1:
        refuse("depth", "1 to simulate", student.depth, "Use sl.solve for two layers.")
    one_of("precision", precision, ("float64", "float32"))
    seeds = whole("seeds", seeds, "Give a number of runs, e.g. 8.")
    entropy = whole("entropy", entropy, "Give a whole number.", minimum=0)
    if not isinstance(optimizer, Optimizer | None):
        refuse("optimizer", "SGD, Adam or GradientFlow", optimizer, "E.g. sl.SGD(lr=0.05).")
    resolved = student.on(n)
    chosen = optimizer or _default_optimizer(task, student, resolved)
    if student.is_network(n) or isinstance(chosen, GradientFlow):
        _check_network(task, resolved, chosen)
    else:
        _check_plain(task, chosen)
        one_of("precision", precision, ("float64",))
    grid = log_times(0.1, 1e4) if times is None else increasing_times(times)
    if not isinstance(chosen, GradientFlow):
        grid = np.unique(np.round(grid / chosen.time_per_step))
    tracked = np.unique(np.round(np.geomspace(1, n, min(N_TRACKED, n)))).astype(np.int64)
    return Plan(task, student, chosen, grid, tracked, seeds, entropy, precision)


def _default_optimizer(task: PowerLawTask, student: Student, resolved: Student) -> Optimizer:
    """Return how a student is trained if nothing is said."""
    if not student.is_network(task.n_features):
        return SGD()
    if task.activity == "one" and resolved.embedding != "trained":
        return GradientFlow()
    return SGD(lr=0.05, batch=64)


def _check_plain(task: PowerLawTask, optimizer: Optimizer) -> None:
    """Refuse what the plain student cannot be trained with."""
    if not isinstance(optimizer, SGD):
        refuse("optimizer", "SGD for the plain student", optimizer, "E.g. sl.SGD(lr=0.05).")
    _check_stable(optimizer, largest_stable_lr(task, optimizer.batch))


def _check_stable(optimizer: SGD, bound: float) -> None:
    """Refuse a step that is as long as the longest stable one, in gradient-flow time."""
    if optimizer.time_per_step >= bound:
        remedy = "Lower it, raise batch, or lower the momentum."
        rule = f"below {bound * (1.0 - optimizer.momentum):.6g} to be stable"
        refuse("lr", rule, optimizer.lr, remedy)


def _check_network(task: PowerLawTask, student: Student, optimizer: Optimizer) -> None:
    """Refuse what a network cannot be trained with."""
    if student.activation == "relu" and task.amplitude not in RELU_LAWS:
        refuse("amplitude", f"one of {', '.join(RELU_LAWS)} for relu", task.amplitude, _POSITIVE)
    if isinstance(optimizer, GradientFlow):
        if task.activity != "one":
            remedy = "Use an SGD or Adam optimizer, which sample."
            refuse("activity", '"one" for population gradient flow', task.activity, remedy)
        if student.tied or student.embedding == "trained":
            name = "tied" if student.tied else "embedding"
            value: object = True if student.tied else "trained"
            remedy = "Use an SGD or Adam optimizer to train W."
            refuse(name, "left out under gradient flow", value, remedy)
        return
    if optimizer.batch is None:
        refuse("batch", "a number of samples for a network", None, "Use GradientFlow() instead.")
    if isinstance(optimizer, SGD):
        n, width = task.n_features or 0, student.width or 0
        fitting("n_features", n, 16.0 * width * (n + width), _SMALLER)
        _check_stable(optimizer, largest_stable_network_lr(task, student, optimizer.batch))


def _check_memory(plan: Plan, at_once: int) -> None:
    """Refuse what would not fit: weights, gradients, what a batch and a test set need."""
    n, width = plan.task.n_features or 0, plan.student.on(plan.task.n_features).width or 0
    batch = getattr(plan.optimizer, "batch", None) or 0
    square = 5.0 * n * n + 2.0 * n * width + 8.0 * width * width
    needed = 8.0 * (square + 3.0 * batch * (n + width))
    fitting("n_features", n, at_once * needed, _SMALLER)


def _workers(workers: int | None, seeds: int) -> int:
    if workers is not None:
        whole("workers", workers, "Give a number of seeds to run at a time.")
    return min(workers or os.cpu_count() or 1, seeds)
