"""Simulate training: independent seeds side by side, resumable to the identical result."""

from __future__ import annotations

import math
import os

import numpy as np
from numpy.typing import ArrayLike

from superlaw.arguments import (
    fitting,
    flag,
    increasing_times,
    one_of,
    positive,
    refuse,
    whole,
)
from superlaw.curves import log_times
from superlaw.setting.case import Case, case
from superlaw.setting.optimizer import SGD, Adam, GradientFlow, Optimizer
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask, Task
from superlaw.validation.training.cost import check_time, tell_time
from superlaw.validation.training.ensemble import Ensemble
from superlaw.validation.training.plan import TRAINERS, Plan
from superlaw.validation.training.seeds import SAVE_SECONDS, Runs, run_folder
from superlaw.validation.training.stability import (
    largest_adam_lr,
    largest_stable_network_lr,
)

N_TRACKED = 20
"""Features whose mode is reported, log-spaced."""
N_OBSERVABLES = 8
"""Numbers measured at each time, at most, besides those of features and of their classes."""
SEED_BYTES = 2000.0
"""What a seed takes besides its numbers."""
COLUMNS_PER_WIDTH, USUAL_PER_WIDTH, FEWEST_CLASSES = 16, 32, 256
"""Classes for each dimension of a student: at least, and if nothing is said, as long as two
features share one on the average; and how many there are then of a narrow student."""
SEEDS, PRECISION = 8, "float64"
"""What is taken where nothing is said."""
_SMALLER = "Choose a smaller N, K or batch, or fewer workers."
_CLASSES = 'It is for features="classes".'


def simulate(
    task: Task,
    student: Student | None = None,
    times: ArrayLike | None = None,
    *,
    optimizer: Optimizer | None = None,
    seeds: int | None = None,
    entropy: int | None = None,
    precision: str | None = None,
    features: str | None = None,
    n_classes: int | None = None,
    out: str | os.PathLike[str] | None = None,
    workers: int | None = None,
    save_every: float | None = None,
    hours: float | None = None,
    progress: bool = False,
) -> Ensemble:
    """Train students and measure their population loss.

    K = N, the plain student: every entry of S is trained from zero on fresh samples. Networks
    ŷ = φ(S x + β), S = WᵀB W, WᵀW or DᵀW: population gradient flow (R6), where no sample is drawn
    and steps are adaptive, or SGD or Adam on fresh sparse samples. The loss is exact with one
    active feature; with several it is a mean over a fixed test set whose standard error is in
    `observables["sampling_error"]`.

    Seeds run in threads: the kernels are compiled and release the interpreter, so threads are as
    fast as processes, start at once and need no `__main__` guard in the caller's script.

    Parameters
    ----------
    task : PowerLawTask or MeasuredTask
        Data and teacher.
    student : Student, optional
        One layer, K = N, if left out.
    times : array_like
        Gradient-flow times to measure at, rounded to whole steps; 0.1 … 1e4 if left out.
    optimizer : SGD, Adam or GradientFlow, optional
        If left out: SGD(lr=0.05, batch=1) for the plain student; for networks GradientFlow() where
        it is exact (one active feature), else SGD(lr=0.05, batch=64).
    seeds : int, optional
        Number of independent runs: 8 if left out, 1 where nothing is drawn (population gradients
        with W = 1), where more are refused.
    entropy : int, optional
        Root of all random streams, 0 if left out; seed k draws from its k-th child. Refused where
        nothing is drawn.
    precision : {"float64", "float32"}, optional
        Of networks, float64 if left out; refused for the plain student, trained in float64.
    features : {"all", "classes"}, optional
        Train a column for every feature, or, under gradient flow and with ReLU, classes of
        features that share one, extrapolated to none shared: large N at any K, with a stated error
        (`Ensemble.thinning_error`). All if left out.
    n_classes : int, optional
        Number of classes, at least 16 K and at most N/2; if left out, 32 K, or fewer where N/2 is
        less, and at least 256.
        Refused without features="classes".
    out : path, optional
        Folder for finished seeds and resume files; the same call with it resumes. Another process
        in it is waited for.
    workers : int, optional
        Seeds at a time; the number of processors if left out.
    save_every : float, optional
        Seconds between resume files, 60 if left out: what a crash costs at most. Ctrl-C, SIGTERM
        and SIGHUP save. Refused without `out`.
    hours : float, optional
        What is estimated to take longer is refused, 1 if left out.
    progress : bool
        Show a bar on a terminal; before, say what is estimated to take more than 10 s.

    Returns
    -------
    Ensemble
        Loss of each seed at each time, and the modes of tracked features.

    Raises
    ------
    ArgumentError
        If an argument is outside its rule, the case is not in `TRAINERS`, an option would be
        ignored, or `out` holds another run or a damaged file.
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
    flag("progress", progress)
    plan = _plan(task, student, times, optimizer, seeds, entropy, precision, features, n_classes)
    at_once = _check_room(plan, workers, hours)
    if save_every is not None and out is None:
        refuse("save_every", "left out without a folder", save_every, "Give out=... to save.")
    every = SAVE_SECONDS if save_every is None else save_every
    every = positive("save_every", every, "Give seconds, e.g. 60.")
    folder = None if out is None else run_folder(out, plan)
    if progress:
        tell_time(plan, at_once)
    return Runs(plan, folder, every, progress=progress).go(at_once)


def check_simulation(
    task: PowerLawTask,
    student: Student | None,
    times: ArrayLike,
    *,
    optimizer: Optimizer,
    seeds: int,
) -> None:
    """Refuse what `simulate` would refuse, at once."""
    plan = _plan(task, student, times, optimizer, seeds, None, None, None, None)
    _check_room(plan, None, None)


def _check_room(plan: Plan, workers: int | None, hours: float | None) -> int:
    """Refuse what takes too much memory or time; return how many seeds run at once."""
    at_once = _workers(workers, plan.seeds)
    _check_memory(plan, at_once)
    check_time(plan, at_once, hours)
    return at_once


def _plan(
    task: Task,
    student: Student | None,
    times: ArrayLike | None,
    optimizer: Optimizer | None,
    seeds: int | None,
    entropy: int | None,
    precision: str | None,
    features: str | None,
    n_classes: int | None,
) -> Plan:
    """Check everything before any work is done."""
    chosen = _default_optimizer(case(task, student)) if optimizer is None else optimizer
    studied = case(task, student, chosen)
    one_of("features", "all" if features is None else features, ("all", "classes"))
    given = {"features": None if features == "all" else features, "n_classes": n_classes}
    TRAINERS.row(studied, given | {"precision": precision})
    n = task.n_features
    if n is None:
        refuse("n_features", "a finite number to simulate", n, "Give N, e.g. n_features=1024.")
    _check_stable(studied)
    thinned = _classes(studied, features, n_classes)
    one_of("precision", precision or PRECISION, ("float64", "float32"))
    n_seeds, root = _randomness(studied, seeds, entropy)
    grid = log_times(0.1, 1e4) if times is None else increasing_times(times)
    if not isinstance(chosen, GradientFlow):
        grid = np.unique(np.round(grid / chosen.time_per_step))
    tracked = np.unique(np.round(np.geomspace(1, n, min(N_TRACKED, n)))).astype(np.int64)
    stated = task, student or Student(), chosen, grid, tracked, n_seeds, root
    return Plan(*stated, precision or PRECISION, thinned)


def _classes(studied: Case, features: str | None, n_classes: int | None) -> int | None:
    """Return how many classes share columns; None where every feature has its own."""
    if features != "classes":
        if n_classes is not None:
            refuse("n_classes", "left out with all features", n_classes, _CLASSES)
        return None
    n, student = studied.task.n_features or 0, studied.student
    if not isinstance(studied.task, PowerLawTask):
        rule = '"all" with measured frequencies'
        refuse("features", rule, features, "What shared columns cost is known of power laws only.")
    least = COLUMNS_PER_WIDTH * (student.width or 0)
    if student.activation != "relu" or student.embedding not in ("random", "trained"):
        rule = "relu, W random or trained, with classes of features"
        refuse("student", rule, student.to_dict(), 'Use features="all".')
    most = USUAL_PER_WIDTH * (student.width or 0)
    usual = max(least, FEWEST_CLASSES, min(most, n // 2))
    if 2 * usual > n and n_classes is None:
        rule = f'"all" where N is below {2 * usual}'
        refuse("features", rule, features, "Every feature can have a column of its own.")
    wanted = usual if n_classes is None else n_classes
    wanted = whole("n_classes", wanted, "Give a number of columns, e.g. 32 K.")
    if not least <= wanted <= n // 2:
        rule = f"at least {least} (16 K) and at most {n // 2} (N/2)"
        refuse("n_classes", rule, wanted, 'Leave it out, or use features="all".')
    fitting("n_features", n, 64.0 * n, _SMALLER)
    return wanted


def _default_optimizer(studied: Case) -> Optimizer:
    """Return how a student is trained if nothing is said."""
    if studied.kind == "plain":
        return SGD()
    flow = (row for row in TRAINERS.rows if "flow" in row.dynamics)
    if any(row.covers(studied) for row in flow):
        return GradientFlow()
    return SGD(lr=0.05, batch=64)


def _randomness(studied: Case, seeds: int | None, entropy: int | None) -> tuple[int, int]:
    """Return the number of seeds and their root; a run that draws nothing has one, and none."""
    is_drawn = studied.is_sampled or studied.student.embedding != "identity"
    if not is_drawn:
        remedy = "Nothing is drawn here: every run is the same."
        if seeds is not None and whole("seeds", seeds, remedy) != 1:
            refuse("seeds", "left out, or 1", seeds, remedy)
        if entropy is not None:
            refuse("entropy", "left out", entropy, remedy)
    default = SEEDS if is_drawn else 1
    root = 0 if entropy is None else entropy
    n_seeds = whole("seeds", default if seeds is None else seeds, "Give a number of runs, e.g. 8.")
    return n_seeds, whole("entropy", root, "Give a whole number.", minimum=0)


def _check_stable(studied: Case) -> None:
    """Refuse steps of a network as long as the longest stable ones, in gradient-flow time."""
    optimizer, n, width = studied.optimizer, studied.task.n_features, studied.student.width
    if isinstance(optimizer, Adam):
        bound = largest_adam_lr(studied.student)
        if optimizer.lr >= bound:
            remedy = "Its first step moves a trained weight by lr: give e.g. 1e-3."
            refuse("lr", f"below {bound:.4g} for Adam on this student", optimizer.lr, remedy)
        return
    if studied.kind == "plain" or not isinstance(optimizer, SGD) or n is None or width is None:
        return
    fitting("n_features", n, 16.0 * width * (n + width), _SMALLER)
    bound = largest_stable_network_lr(studied.task, studied.student, optimizer.batch or 1)
    if optimizer.time_per_step >= bound:
        rule = f"below {bound * (1.0 - optimizer.momentum):.6g} to be stable"
        refuse("lr", rule, optimizer.lr, "Lower it, raise batch, or lower the momentum.")


def _check_memory(plan: Plan, at_once: int) -> None:
    """Refuse what would not fit: weights, gradients, what a batch and a test set need, results."""
    n, width = plan.n_columns, plan.student.on(plan.task.n_features).width or 0
    if isinstance(plan.optimizer, GradientFlow) and plan.case.student.embedding != "identity":
        needed = 2.0 * n * n + 128.0 * n * width + 64.0 * width * width  # lists of all pairs
    else:
        batch = 0 if isinstance(plan.optimizer, GradientFlow) else plan.optimizer.batch or 0
        square = 5.0 * n * n + 2.0 * n * width + 8.0 * width * width
        needed = 8.0 * (square + 3.0 * batch * (n + width))
    fitting("n_features", n, at_once * needed, _SMALLER)
    classes = math.log2(n) + 1.0
    rows = 8.0 * len(plan.goals) * (3 * len(plan.tracked) + classes * classes + N_OBSERVABLES)
    fitting("seeds", plan.seeds, plan.seeds * (SEED_BYTES + rows), "Ask for fewer.")


def _workers(workers: int | None, seeds: int) -> int:
    if workers is None:
        return min(os.cpu_count() or 1, seeds)
    return min(whole("workers", workers, "Give a number of seeds to run at a time."), seeds)
