"""How much sooner, or later, superposition reaches a loss than K = N does."""

from __future__ import annotations

import numpy as np

from superlaw.solvers.solve import solve
from superlaw.theory.tasks import PowerLawTask
from superlaw.validation.claim import Array, Check, ClaimResult, Panel, Series, Size
from superlaw.validation.claims import flows
from superlaw.validation.claims.curve_shape import time_to_reach
from superlaw.validation.ensemble import Ensemble

STATEMENT = (
    "Superposition (K = N/4) speeds up the fall to a tenth of the first loss where all targets "
    "are equal (b = 0) and frequencies fall slowly (a = 1.1); for b ≥ ½ it slows it down. Against "
    "K = N of the same N; the gain against N = ∞ is in the remark."
)
LEVEL, SHARE = 0.1, 4
MANY = 10**12
"""Features that stand for N = ∞."""


def run(seed: int, size: Size) -> ClaimResult:
    """Compare times to reach a tenth of the first loss."""
    checks, series, gains = [], [], []
    for task in flows.tasks(size):
        runs = flows.superposed(task, SHARE, seed, size)
        name = f"a={task.a:g}, b={task.b:g}"
        gain = _time_alone(size.believed(task), runs) / _time(runs.times, runs.mean, _first(task))
        if task.b > 0.0 or task.a == flows.FREQUENCY_EXPONENTS[0]:
            bound = "above" if task.b == 0.0 else "below"
            checks.append(Check(f"{name}, speed-up", 1.0, gain, bound=bound))
        if task.b == 0.0 and task.a > 1.1:
            endless = _endless(task, runs) / _time(runs.times, runs.mean, _first(task))
            gains.append(f"{endless:.2g} for a = {task.a:g}")
        levels = np.geomspace(0.5, max(0.02, 1.1 * float(runs.mean[-1]) / _first(task)), 12)
        ratio = [_speed_up(task, runs, float(level)) for level in levels]
        if task.b != 0.5:
            style = "line" if task.b == 0.0 else "dashed"
            series.append(Series(name, levels, np.array(ratio), style=style))
    panel = Panel(
        "Speed-up of K = N/4 over K = N",
        "loss over its start",
        "ratio of times",
        tuple(series),
        x_log=False,
    )
    remark = f"With N = ∞ for K = N the speed-up at b = 0 is {' and '.join(gains)}."
    return ClaimResult("acceleration", STATEMENT, "X9", tuple(checks), (panel,), remark=remark)


def _first(task: PowerLawTask) -> float:
    """Return the loss at time 0."""
    i = np.arange(1.0, (task.n_features or 0) + 1.0)
    return float(0.5 * np.sum(task.second_moment(i) * task.target(i) ** 2))


def _time(times: Array, loss: Array, first: float, level: float = LEVEL) -> float:
    return time_to_reach(times, -loss / first, -level)


def _time_alone(task: PowerLawTask, runs: Ensemble, level: float = LEVEL) -> float:
    """Return when K = N with the same N reaches the level (S9)."""
    times = np.geomspace(runs.times[0], 100.0 * runs.times[-1], 400)
    return _time(times, solve(task, times=times).loss, _first(task), level)


def _speed_up(task: PowerLawTask, runs: Ensemble, level: float) -> float:
    return _time_alone(task, runs, level) / _time(runs.times, runs.mean, _first(task), level)


def _endless(task: PowerLawTask, runs: Ensemble) -> float:
    """Return when K = N with N = ∞ and the same λ_1 reaches the level."""
    endless = PowerLawTask(task.a, task.b, MANY)
    times = np.geomspace(runs.times[0], 1e6 * runs.times[-1], 400)
    loss = solve(endless, times=times).loss
    first = 0.5 * endless.law.moment(2)
    return _time(times, loss, first) * endless.second_moment(1.0) / task.second_moment(1.0)
