"""The front of learning travels as t^(1/a)."""

from __future__ import annotations

import numpy as np

from superlaw.curves import Array
from superlaw.figures.panels import Panel, Series
from superlaw.setting.task import PowerLawTask
from superlaw.validation.claims.check import Check
from superlaw.validation.claims.claim import Claim, Findings
from superlaw.validation.claims.sequential import grid
from superlaw.validation.claims.size import Conditions
from superlaw.validation.training.ensemble import Ensemble, standard_error, z_score

LEARNED = 1.0 - np.exp(-0.5)
"""s_i/a_i at 2λ_i t = 1."""


def run(conditions: Conditions) -> Findings:
    """Compare the power with which arrival times grow along the features."""
    checks, ensembles = [], []
    series: list[Series] = []
    for task, runs in grid.trained(conditions).items():
        target = task.target(runs.tracked.astype(np.float64))
        theory = arrivals(runs.times, grid.mean_modes(task, runs, conditions) / target)
        found = np.array([arrivals(runs.times, modes / target) for modes in runs.modes])
        reached = np.isfinite(theory) & np.all(np.isfinite(found), axis=0)
        predicted = _power(runs.tracked[reached], theory[reached])
        powers = np.array([_power(runs.tracked[reached], times[reached]) for times in found])
        error, z = float(standard_error(powers)), float(z_score(powers, np.asarray(predicted)))
        label = f"{grid.name(task)}: power of t (1/a = {1 / conditions.believed(task).a:.4f})"
        checks.append(Check(label, predicted, float(powers.mean()), error, z=z))
        series += _series(task, runs, found, reached, conditions)
        ensembles.append(runs)
    panel = Panel("Travelling front", "time t", "feature learned i*", tuple(series))
    return Findings(tuple(checks), (panel,), tuple(ensembles))


def arrivals(times: Array, learned: Array) -> Array:
    """Return when each column of s_i/a_i first reaches `LEARNED`, NaN if it does not."""
    found = np.full(learned.shape[1], np.nan)
    for k, column in enumerate(learned.T):
        above = np.flatnonzero(column >= LEARNED)
        if above.size and above[0] > 0:
            span = slice(above[0] - 1, above[0] + 1)
            found[k] = np.exp(np.interp(LEARNED, column[span], np.log(times[span])))
    return found


def _power(features: Array, times: Array) -> float:
    """Return the power of t with which the front passes these features."""
    return float(1.0 / np.polyfit(np.log(features), np.log(times), 1)[0])


def _series(
    task: PowerLawTask, runs: Ensemble, found: Array, reached: Array, conditions: Conditions
) -> list[Series]:
    feature = runs.tracked[reached].astype(np.float64)
    theory = 0.5 / conditions.believed(task).second_moment(feature)
    measured = np.exp(np.log(found[:, reached]).mean(axis=0))
    return [
        Series(f"theory, a = {task.a:g}, b = {task.b:g}", theory, feature),
        Series(
            f"simulated, a = {task.a:g}, b = {task.b:g}",
            measured,
            feature,
            style="points",
            paired=True,
        ),
    ]


CLAIM = Claim(
    name="front",
    statement=(
        "Feature i is learned at 2λ_i t = 1: the front i*(t) = (2λ_1 t)^(1/a) travels as t^(1/a)."
    ),
    step="S15",
    solver="closed form",
    run=run,
)
