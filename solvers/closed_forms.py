"""Loss curves in closed form: sums over feature classes, with a bound on their error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from superlaw import laplace
from superlaw.arguments import fitting, lasting, refuse
from superlaw.curves import Array
from superlaw.resume import Place
from superlaw.setting.case import Case
from superlaw.setting.optimizer import SGD
from superlaw.setting.student import Student
from superlaw.solvers.feature_classes import relative_difference
from superlaw.solvers.inspection import UNDERFLOW
from superlaw.solvers.models import bottleneck, coactive
from superlaw.solvers.models.sequential import exponential_sum
from superlaw.solvers.models.two_layer import logistic_sum
from superlaw.solvers.solution import STATUS, Solution
from superlaw.solvers.task_classes import TaskClasses, coarser, every_feature, few, usual

ROUNDING = 1e-13
"""Relative rounding error of a sum over features."""
QUADRATURE = 1e-11
"""No smaller error is claimed for a sum over classes."""
TERM_SECONDS = 1e-8
"""Of a mode at a time, or of its moments in a step."""
PAIR_SECONDS = 1e-7
"""Of an entry of an N × N matrix of moments in a step."""
STEP_SECONDS = 1e-4
"""Of a step of N × N moments, however small N is."""
SHARED_ROUNDING = 1e-18
"""Of N × N moments: the part of the first loss that later ones are rounded to."""
APART = 0.01
"""Local slopes of SGD are taken between steps this part before and after."""
N_WORKING = 12
"""Arrays over all features that a sum holds at a time."""
MOST_STEPS = 2.0**53
"""Larger numbers of steps are not whole in floating point."""


@dataclass(frozen=True)
class Asked:
    """A curve that is asked for.

    Parameters
    ----------
    case : Case
        With a finite number of features.
    times : ndarray
        Output times [time], those of whole steps if there are steps.
    method : str
        Name of the method.
    features : str
        "auto", "classes" or "all".
    rtol : float
        Tolerance of an integrator.
    progress : bool
        Show a bar on a terminal.
    place : Place or None
        Resume file of a long run.
    seeds : int or None
        Of direct flows; None if nothing was said.
    """

    case: Case
    times: Array
    method: str
    features: str
    rtol: float
    progress: bool
    place: Place | None = None
    seeds: int | None = None

    @property
    def n_features(self) -> int:
        """N."""
        return int(self.case.task.n_features or 0)

    @property
    def sgd(self) -> SGD:
        """The optimizer of a row for SGD."""
        assert isinstance(self.case.optimizer, SGD)  # by the row's dynamics
        return self.case.optimizer

    @property
    def steps(self) -> Array:
        """Numbers of steps at the output times."""
        return np.round(self.times / self.sgd.time_per_step)

    def classes(self) -> TaskClasses:
        """Return what is summed over; every feature only where that fits."""
        if self.features != "all":
            return usual(self.case.task, is_forced=self.features == "classes")
        n, remedy = self.n_features, "Leave it out for feature classes, or use a smaller N."
        fitting("features", "all", 8.0 * N_WORKING * n, remedy)
        lasting("features", "all", TERM_SECONDS * n * len(self.times), remedy)
        return every_feature(self.case.task)

    @property
    def first_loss(self) -> float:
        """Loss of a student that has learned nothing."""
        on = usual(self.case.task)
        return 0.5 * float(np.sum(on.weight * on.lam * on.target**2))


def whole_steps(times: Array, optimizer: SGD) -> Array:
    """Return the times of the nearest whole numbers of steps, each once."""
    steps = np.unique(np.round(times / optimizer.time_per_step))
    if steps[-1] > MOST_STEPS:
        least = times[-1] / MOST_STEPS * (1.0 - optimizer.momentum)
        remedy = "Raise it, or ask for earlier times."
        refuse("lr", f"above {least:.2g} up to t = {times[-1]:.4g}", optimizer.lr, remedy)
    return np.asarray(steps * optimizer.time_per_step)


def start(student: Student, target: Array) -> Array:
    """Return s_i(0) of a two-layer student."""
    size = float(student.init or 0.0)
    return np.full_like(target, size) if student.init_profile == "flat" else size * target


def modes(asked: Asked) -> Solution:
    """Return the sum of independent modes, exponential (S9) or logistic (T2)."""

    def curve(on: TaskClasses) -> tuple[Array, Array]:
        lam, target, weight = on.lam, on.target, on.weight
        if asked.case.kind == "two_layer":
            begun = start(asked.case.student, target)
            return logistic_sum(asked.times, lam, target, weight, begun)
        return exponential_sum(asked.times, 0.5 * weight * lam * target**2, 2.0 * lam)

    return _summed(asked, curve, "exact (closed form of the modes)")


def mean_of_sgd(asked: Asked) -> Solution:
    """Return the mean loss of SGD where modes do not share their noise (N1, N12 to N14)."""
    from superlaw.solvers.models import sgd

    optimizer = asked.sgd

    def curve(on: TaskClasses) -> tuple[Array, Array]:
        lam, target, weight = on.lam, on.target, on.weight
        fourth = on.fourth
        if not optimizer.momentum:
            rate = sgd.one_active_rates(lam, fourth, optimizer.lr, optimizer.batch)
            return exponential_sum(asked.times, 0.5 * weight * lam * target**2, rate)
        from superlaw.solvers.models import momentum  # numba takes a second

        trained = optimizer.lr, optimizer.batch, optimizer.momentum
        moved = lam, fourth, target, weight
        return _at_steps(asked, lambda n: momentum.one_active_loss(n, *moved, *trained))

    return _summed(asked, curve, "exact (closed form of mean SGD)")


def contour(asked: Asked) -> Solution:
    """Integrate the resolvent's trace (M6), with fewer nodes, twice, for the error."""

    def curve(on: TaskClasses, n_nodes: int = laplace.N_NODES) -> tuple[Array, Array]:
        lam, target, weight = on.lam, on.target, on.weight
        mean = on.mean
        return coactive.rank_one_loss(asked.times, lam - mean**2, mean, target, weight, n_nodes)

    solution = _summed(asked, curve, "contour (rank-one resolvent)")
    bound = np.zeros_like(solution.loss) if solution.error_bound is None else solution.error_bound
    for less in (4, 6):  # an error that changes sign hides from one only
        fewer, _ = curve(asked.classes(), laplace.N_NODES - less)
        bound = bound + relative_difference(fewer, solution.loss)
    return replace(solution, error_bound=bound)


def moments(asked: Asked) -> Solution:
    """Iterate the exact second moments of SGD on independent centred features (N4, N11)."""
    from superlaw.solvers.models import momentum, sgd

    optimizer, classes = asked.sgd, asked.classes()
    seconds = TERM_SECONDS * asked.steps[-1] * len(classes)
    lasting("lr", optimizer.lr, seconds, "Raise it, or ask for earlier times.")

    def curve(on: TaskClasses) -> tuple[Array, Array]:
        lam, target, weight = on.lam, on.target, on.weight
        spread = lam, on.fourth, target, weight
        trained = optimizer.lr, optimizer.batch or 1
        if optimizer.momentum:
            moved = *spread, *trained, optimizer.momentum
            return _at_steps(asked, lambda n: momentum.centred_loss(n, *moved))
        return _at_steps(asked, lambda n: sgd.centred_loss(n, *spread, *trained))

    return _summed(asked, curve, "moments (exact mean of SGD)")


def coupled_moments(asked: Asked) -> Solution:
    """Iterate the N × N second moments of SGD on inputs with a mean (M3 with noise)."""
    from superlaw.solvers.models import sgd

    optimizer, task = asked.sgd, asked.case.task
    seconds = (STEP_SECONDS + PAIR_SECONDS * asked.n_features**2) * asked.steps[-1]
    lasting("lr", optimizer.lr, seconds, "Raise it, ask for earlier times, or use a smaller N.")
    classes = every_feature(task)
    raw, target = np.stack([classes.p * task.law.moment(k) for k in (1, 2, 3, 4)]), classes.target
    trained = optimizer.lr, optimizer.batch
    curve = _at_steps(asked, lambda n: sgd.coupled_loss(n, raw, target, *trained))
    solution = _solution(asked, curve, classes, "moments (exact mean of SGD)")
    rounded = SHARED_ROUNDING * 0.5 * np.sum(raw[1] * target**2)
    bound = ROUNDING + rounded / np.maximum(np.abs(solution.loss), UNDERFLOW)
    return replace(solution, error_bound=bound)


def resolvents(asked: Asked) -> Solution:
    """Sum the resolvents of a linear student (L5, L11)."""
    student, classes = asked.case.student, few(asked.case.task)
    width = int(student.width or 0)
    spectrum = bottleneck.Spectrum(classes.lam, classes.target, classes.weight, width)
    is_tight = student.embedding == "tight_frame"
    loss_of = bottleneck.tight_frame_loss if is_tight else bottleneck.random_columns_loss
    curve = loss_of(asked.times, spectrum)
    method = "bottleneck (deterministic equivalent of large N and K)"
    solution = _solution(asked, curve, classes, method)
    return replace(solution, floor=bottleneck.floor(spectrum))


def _at_steps(asked: Asked, loss_of: Callable[[Array], Array]) -> tuple[Array, Array]:
    """Return the loss at the asked steps and −d log L/d log t, from steps 1 % before and after.

    The loss is 0 where it has underflowed, and the slope not a number.
    """
    steps = asked.steps
    before = np.maximum(np.floor(steps * (1.0 - APART)), np.minimum(steps, 1.0))
    after = np.ceil(steps * (1.0 + APART))
    every, place = np.unique(np.concatenate([before, steps, after]), return_inverse=True)
    found = loss_of(every)
    found[np.abs(found) < UNDERFLOW] = 0.0
    earlier, loss, later = found[place].reshape(3, -1)
    slope, moving = np.full_like(loss, np.nan), (steps > 0.0) & (later > 0.0)
    slope[moving] = np.log(earlier[moving] / later[moving])
    slope[moving] /= np.log(after[moving] / before[moving])
    slope[steps == 0.0] = 0.0
    return loss, slope


def _summed(
    asked: Asked, curve: Callable[[TaskClasses], tuple[Array, Array]], method: str
) -> Solution:
    """Return a curve with its error bound: how much coarser classes, if any, change it."""
    classes = asked.classes()
    solution = _solution(asked, curve(classes), classes, method)
    bound = np.full_like(solution.loss, ROUNDING if classes.is_exact else QUADRATURE)
    for others in () if classes.is_exact else coarser(asked.case.task):
        bound += relative_difference(curve(others)[0], solution.loss)
    return replace(solution, error_bound=bound)


def _solution(
    asked: Asked, curve: tuple[Array, Array], classes: TaskClasses, method: str
) -> Solution:
    """Return a curve as a solution without a bound on its error."""
    where = "every feature" if classes.is_exact else f"{len(classes)} feature classes"
    loss, slope = curve
    text = STATUS["success"]
    return Solution(asked.times, loss, "success", text, f"{method}, {where}", local_slope=slope)
