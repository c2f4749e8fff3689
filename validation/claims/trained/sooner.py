"""Whether a trained embedding reaches a loss sooner than K = N does: with b = 0, not b ≥ ½."""

from __future__ import annotations

import numpy as np

from superlaw.curves import Array
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.solve import solve
from superlaw.validation.claims.check import Check
from superlaw.validation.claims.claim import Claim, Findings
from superlaw.validation.claims.size import Conditions
from superlaw.validation.claims.trained import flows
from superlaw.validation.figures.panels import Panel, Series
from superlaw.validation.fitting.readings import time_to_reach
from superlaw.validation.training.ensemble import Ensemble

LEVEL = 0.1
"""Part of the loss of a student that says nothing."""
LATER, FLAT = 0.5, 1.5
"""From this b on the trained embedding is later; with b = 0 it is sooner up to this a."""
CONTROL_TOLERANCE = 0.2
"""The gates and the bias of ReLU(B x + β) delay K = N at first by up to 15 %."""
FURTHER, N_TIMES = 100.0, 400


def run(conditions: Conditions) -> Findings:
    """Compare times to reach a tenth of the loss of a student that says nothing."""
    checks, series, ensembles = [], [], []
    width = conditions.size.trained.n_features // flows.SHARE
    for task in flows.tasks(conditions):
        narrow = flows.tied(task, width, conditions)
        ensembles.append(narrow)
        theory = _theory(conditions.believed(task), narrow.times)
        name, here = flows.name(task), _curve(narrow, task)
        is_sooner = task.b == flows.UNLIKE and task.a <= FLAT
        if is_sooner or task.b >= LATER:
            bound = "above" if is_sooner else "below"
            gain = _time(theory, LEVEL) / _time(here, LEVEL)
            checks.append(Check(f"{name}, speed-up", 1.0, gain, bound=bound))
        if task.b >= LATER:
            wide = flows.alone(task, conditions)
            ensembles.append(wide)
            own, expected = _time(_curve(wide, task), LEVEL), _time(theory, LEVEL)
            label = f"{name}, time of K = N by the same code"
            checks.append(Check(label, expected, own, tolerance=CONTROL_TOLERANCE))
        levels = np.geomspace(0.5, max(0.01, 1.1 * here[1][-1]), 12)
        ratio = np.array([_time(theory, level) / _time(here, level) for level in levels])
        series.append(Series(name, levels, ratio, style="line" if task.b else "dotted"))
    title = "Speed-up of N/K = 16, W trained, over K = N"
    panel = Panel(title, "loss over that of saying nothing", "ratio of times", tuple(series))
    return Findings(tuple(checks), (panel,), tuple(ensembles))


def _curve(runs: Ensemble, task: PowerLawTask) -> tuple[Array, Array]:
    """Return times, and the loss there over that of a student that says nothing."""
    return runs.times, runs.mean / flows.first_loss(task)


def _theory(task: PowerLawTask, times: Array) -> tuple[Array, Array]:
    """Return the same of K = N by theory, at this N and far enough (S9)."""
    longer = np.geomspace(0.1 * times[0], FURTHER * times[-1], N_TIMES)
    return longer, solve(task, times=longer).loss / flows.first_loss(task)


def _time(curve: tuple[Array, Array], level: float) -> float:
    times, share = curve
    return time_to_reach(times, -share, -level)


CLAIM = Claim(
    name="sooner",
    statement=(
        "Tied, N/K = 16 and trained from random unit columns, a student reaches a tenth of the "
        "loss of saying nothing sooner than K = N of the same N where all targets are equal "
        "(b = 0) and frequencies fall slowly (a ≤ 1.5), and later for b ≥ ½. Measured, not "
        "derived."
    ),
    step="U9",
    solver="closed form of K = N",
    run=run,
)
