"""How much sooner, or later, superposition reaches a loss than K = N does."""

from __future__ import annotations

import numpy as np

from superlaw.curves import Array
from superlaw.figures.panels import Panel, Series
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.solve import solve
from superlaw.validation.claims.check import Check
from superlaw.validation.claims.claim import Claim, Findings
from superlaw.validation.claims.size import Conditions
from superlaw.validation.claims.superposed import flows
from superlaw.validation.fitting.readings import time_to_reach

LEVEL, SHARE = 0.1, 4
MANY = 10**12
"""Features that stand for N = ∞."""
Curve = tuple[Array, Array]
"""Times, and the loss there over its start."""


def run(conditions: Conditions) -> Findings:
    """Compare times to reach a tenth of the first loss."""
    checks, series, gains, ensembles = [], [], [], []
    slowest = min(conditions.size.superposed.frequency_exponents)
    flown = flows.over(flows.tasks(conditions), (SHARE,), conditions)
    for (task, _), runs in flown.items():
        ensembles.append(runs)
        here = runs.times, runs.mean / flows.first_loss(task)
        alone = _alone(conditions.believed(task), runs.times, 100.0)
        name = f"a={task.a:g}, b={task.b:g}"
        if task.b > 0.0 or task.a == slowest:
            bound = "above" if task.b == 0.0 else "below"
            gain = _speed_up(alone, here, LEVEL)
            checks.append(Check(f"{name}, speed-up", 1.0, gain, bound=bound))
        if task.b == 0.0 and task.a > slowest:
            endless = _speed_up(_endless(task, runs.times), here, LEVEL)
            gains.append(f"{endless:.2g} for a = {task.a:g}")
        if task.b != 0.5:
            levels = np.geomspace(0.5, max(0.02, 1.1 * here[1][-1]), 12)
            ratio = np.array([_speed_up(alone, here, level) for level in levels])
            style = "line" if task.b == 0.0 else "dashed"
            series.append(Series(name, levels, ratio, style=style))
    panel = Panel(
        "Speed-up of K = N/4 over K = N",
        "loss over its start",
        "ratio of times",
        tuple(series),
        x_log=False,
    )
    remark = f"With N = ∞ for K = N the speed-up at b = 0 is {' and '.join(gains)}."
    return Findings(tuple(checks), (panel,), tuple(ensembles), remark)


def _speed_up(alone: Curve, here: Curve, level: float) -> float:
    """Return how many times sooner one curve reaches a level than the other."""
    late, soon = (time_to_reach(times, -share, -level) for times, share in (alone, here))
    return late / soon


def _alone(task: PowerLawTask, times: Array, further: float) -> Curve:
    """Return the curve of K = N with the same N, over its start (S9)."""
    longer = np.geomspace(times[0], further * times[-1], 400)
    return longer, solve(task, times=longer).loss / flows.first_loss(task)


def _endless(task: PowerLawTask, times: Array) -> Curve:
    """Return the curve of K = N with N = ∞ and the same λ_1, over its start."""
    endless = PowerLawTask(task.a, task.b, MANY)
    longer, share = _alone(endless, times, 1e6)
    return longer * endless.second_moment(1.0) / task.second_moment(1.0), share


CLAIM = Claim(
    name="acceleration",
    statement=(
        "Superposition (K = N/4) speeds up the fall to a tenth of the first loss where all "
        "targets are equal (b = 0) and frequencies fall slowly (a = 1.1); for b ≥ ½ it slows it "
        "down. Against K = N of the same N; the gain against N = ∞ is in the remark."
    ),
    step="X9",
    solver="closed form of K = N",
    run=run,
    check=flows.check,
)
