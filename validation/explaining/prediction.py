"""Predicted curves of candidates on a fine grid of log t, each with its band."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.interpolate import CubicSpline

from superlaw.arguments import ArgumentError
from superlaw.curves import Array, log_times
from superlaw.setting.case import case
from superlaw.setting.optimizer import SGD, GradientFlow
from superlaw.setting.student import Student
from superlaw.setting.task import Task
from superlaw.solvers.models.sequential import exponential_sum
from superlaw.solvers.solution import NumericsError, Solution
from superlaw.solvers.solve import solve
from superlaw.solvers.task_classes import usual
from superlaw.validation.training.simulate import simulate

LEAST_BAND = 0.01
"""What gradient flow of the population loss leaves out of training in steps: a convention."""
NETWORK_SCATTER = 0.05
"""Of one network against the mean over embeddings, where no seeds say: a convention."""
UNKNOWN_BAND = 0.2
"""Of a closure at parameters where it was not compared with direct flows: a convention."""
SEEDS, SECONDS = 3, 20.0
"""Networks trained where no closure is offered, and the longest that may take."""
PER_DECADE, FINE = 20, 60
"""Times a decade of a network's curve, and of what it is interpolated to."""
FIRST = 1e-3
"""Grids start this part of the fastest mode's time after 0, where nothing is learned yet."""
SPAN = 10**1.5
"""Factor by which a network's curve is made longer until it has fallen far enough."""
BELOW, ON_FLOOR = 0.3, 0.02
"""A curve has fallen far enough where ln L is so far below the measured one, and has ended where it
falls by less in a decade."""
LATEST = 1e5
"""In units of the fastest mode's time: no network's curve is made longer."""


@dataclass(frozen=True)
class Prediction:
    """A predicted curve.

    Parameters
    ----------
    x, y : ndarray
        ln t [time] and ln L on a fine grid; before it nothing is learned, after it nothing known.
    band : ndarray
        Relative standard deviation of what the prediction leaves open of the mean over networks.
    scatter : ndarray
        Of one network about that mean.
    method : str
        Where it comes from.
    start : float or None
        Start of two layers that the curve has to fix; None where it is given, or there is none.
    is_whole : bool
        Whether it has fallen as far as it will, or as far as the curve: else it may go on.
    """

    x: Array
    y: Array
    band: Array
    scatter: Array
    method: str
    start: float | None = None
    is_whole: bool = True

    def at(self, x: Array, n_runs: int) -> tuple[Array, Array]:
        """Return ln L at values of ln t, and the standard deviation of a mean of runs there."""
        open_ = np.sqrt(self.band**2 + self.scatter**2 / n_runs)
        return np.interp(x, self.x, self.y), np.interp(x, self.x, open_)


class NotPredicted(Exception):
    """Why a candidate has no curve."""


def first_time(task: Task) -> float:
    """Return the time of the fastest mode."""
    return 1.0 / float(task.second_moment(1.0))


def exact(task: Task, student: Student, times: Array, *, start: float | None = None) -> Prediction:
    """Return the curve of a student whose modes are solved exactly."""
    try:
        found = solve(task, student, times)
    except ArgumentError as error:
        raise NotPredicted(str(error)) from None
    made = _of_solution(found, LEAST_BAND + 0.0 * times, 0.0 * times)
    if start is None:
        return made
    return replace(made, method=f"{made.method}, start {start:.2g} fitted", start=start)


def sequential(task: Task, times: Array, optimizer: SGD | None) -> Prediction:
    """Return the curve of modes learned one by one: the exact mean of SGD, where there is one."""
    if optimizer is None:
        return exact(task, Student(), times)
    try:
        found = solve(task, Student(), times, optimizer=optimizer)
    except (ArgumentError, NumericsError) as error:
        flow = exact(task, Student(), times)
        return replace(flow, method=f"{flow.method} of gradient flow, not of SGD: {error}")
    later = found.times > 0.0
    found = replace(found, times=found.times[later], loss=found.loss[later])
    same = np.ones(len(found.times))
    return _fine(_of_solution(found, LEAST_BAND * same, 0.0 * same))


def most_frequent(task: Task, width: int, times: Array) -> Prediction:
    """Return the curve of a student that learns the K most frequent features and no other.

    L = ½ Σ_{i≤K} λ a² exp(−2λt) + ½ Σ_{i>K} λ a²: S9, cut at K.
    """
    if case(task).inputs == "mean":
        raise NotPredicted("features are learned one by one only with centred or single inputs")
    on = usual(task)
    inside = np.clip(width - (np.cumsum(on.weight) - on.weight), 0.0, on.weight)
    each, kept = 0.5 * on.lam * on.target**2, inside > 0.0
    loss = exponential_sum(times, (inside * each)[kept], 2.0 * on.lam[kept])[0]
    loss = loss + float(np.sum((on.weight - inside) * each))
    text = f"the {width} most frequent features are learned, no other (S9)"
    return Prediction(np.log(times), np.log(loss), LEAST_BAND + 0.0 * times, 0.0 * times, text)


def network(task: Task, student: Student, lowest: float, last: float | None) -> Prediction:
    """Return the curve of a network from its closure, or from training it where that is short.

    Parameters
    ----------
    task : Task
    student : Student
    lowest : float
        ln of the least loss of the measured curve.
    last : float or None
        Last time that is needed; if None, as late as it takes to fall to it.
    """
    unit = first_time(task)
    end = last if last is not None else 100.0 * unit
    found = None
    while True:
        times = log_times(min(FIRST * unit, end / 10.0), 1.01 * end, PER_DECADE)
        try:
            found = _network(task, student, times)
        except NotPredicted:
            if found is None:
                raise
            return replace(found, is_whole=False)  # as late as it can be had
        done = last is not None or bool(found.y[-1] < lowest - BELOW) or _has_ended(found)
        if done or end * SPAN > LATEST * unit:
            return replace(found, is_whole=done)
        end *= SPAN


def _has_ended(found: Prediction) -> bool:
    """Return whether a curve lies on its floor over its last decade."""
    before = np.interp(found.x[-1] - np.log(10.0), found.x, found.y)
    return bool(before - found.y[-1] < ON_FLOOR)


def _network(task: Task, student: Student, times: Array) -> Prediction:
    """Return a network's curve at given times."""
    try:
        found = solve(task, student, times)
    except (ArgumentError, NumericsError) as refused:
        return _trained(task, student, times, str(refused))
    return _fine(_of_solution(found, *_left_open(task, student, found)))


def _left_open(task: Task, student: Student, found: Solution) -> tuple[Array, Array]:
    """Return how far a method may be from the mean of networks, and one of them from it."""
    same = np.ones(len(found.times))
    if case(task, student).kind == "bottleneck":
        return LEAST_BAND * same, NETWORK_SCATTER * same
    if found.error_band is None or found.scatter is None:
        return UNKNOWN_BAND * same, UNKNOWN_BAND * same
    band = np.hypot(0.5 * found.error_band, LEAST_BAND)  # one fresh flow in twenty lies outside
    return np.nan_to_num(band, nan=UNKNOWN_BAND), np.nan_to_num(found.scatter, nan=UNKNOWN_BAND)


def _trained(task: Task, student: Student, times: Array, why: str) -> Prediction:
    """Train a few networks, if that is short; else say why there is no curve."""
    try:
        runs = simulate(
            task,
            student,
            times,
            optimizer=GradientFlow(),
            seeds=SEEDS,
            workers=1,
            hours=SECONDS / SEEDS / 3600.0,
        )
    except (ArgumentError, NumericsError) as error:
        raise NotPredicted(f"not solved: {why} Not trained: {error}") from None
    spread = np.maximum.accumulate(np.log(runs.loss).std(axis=0, ddof=1))
    band = np.hypot(spread / SEEDS**0.5, LEAST_BAND)
    x, y = np.log(runs.times), np.log(runs.loss).mean(axis=0)
    text = f"{SEEDS} networks trained by population flow"
    return _fine(Prediction(x, y, band, np.hypot(spread, NETWORK_SCATTER), text))


def _of_solution(found: Solution, band: Array, scatter: Array) -> Prediction:
    known = found.loss > 0.0
    x, y = np.log(found.times[known]), np.log(found.loss[known])
    method = found.method.split("; ")[0]  # why not another one is of no interest here
    return Prediction(x, y, band[known], scatter[known], method)


def _fine(coarse: Prediction) -> Prediction:
    """Return a prediction between its times: a spline of ln L against ln t."""
    n = int((coarse.x[-1] - coarse.x[0]) / np.log(10.0) * FINE) + 2
    x = np.linspace(coarse.x[0], coarse.x[-1], n)
    band, scatter = (np.interp(x, coarse.x, each) for each in (coarse.band, coarse.scatter))
    y = CubicSpline(coarse.x, coarse.y)(x)
    return Prediction(x, y, band, scatter, coarse.method, coarse.start)
