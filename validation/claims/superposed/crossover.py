"""The time at which all features have been pulled along grows as K^a."""

from __future__ import annotations

import numpy as np

from superlaw.figures.panels import Panel, Series
from superlaw.setting.task import PowerLawTask
from superlaw.validation.claims.check import Check
from superlaw.validation.claims.claim import Claim, Findings
from superlaw.validation.claims.size import Conditions
from superlaw.validation.claims.superposed import flows
from superlaw.validation.fitting.readings import time_to_reach
from superlaw.validation.training.ensemble import Ensemble

HALF = 0.5


def run(conditions: Conditions) -> Findings:
    """Fit the power of K over the widths whose crossover was reached."""
    checks, series, ensembles = [], [], []
    grid = conditions.size.superposed
    n = grid.n_features
    widths = np.array([float(n // share) for share in flows.SHARES])
    tasks = [PowerLawTask(a, 0.0, n) for a in grid.frequency_exponents]
    flown = flows.over(tasks, flows.SHARES, conditions)
    for a, task in zip(grid.frequency_exponents, tasks, strict=True):
        runs = [flown[task, share] for share in flows.SHARES]
        ensembles += runs
        halves = np.array([_half_time(each) for each in runs])
        reached = np.isfinite(halves)
        if reached.sum() < 2:
            continue
        power = np.polyfit(np.log(widths[reached]), np.log(halves[reached]), 1)[0]
        expected = conditions.believed(task).a
        checks.append(Check(f"a={a:g}, power of K", expected, float(power), tolerance=0.2))
        series.append(Series(f"a = {a:g}", widths[reached], halves[reached], style="points"))
        guide = halves[reached][-1] * (widths[reached] / widths[reached][-1]) ** expected
        series.append(Series(f"K^{expected:g}", widths[reached], guide, paired=True))
    panel = Panel("Crossover against width", "K", "time at which tr B/K = ½", tuple(series))
    return Findings(tuple(checks), (panel,), tuple(ensembles))


def _half_time(runs: Ensemble) -> float:
    return time_to_reach(runs.times, runs.observables["trace"].mean(axis=0), HALF)


CLAIM = Claim(
    name="crossover",
    statement="With b = 0 the time at which tr B/K = ½ grows with the width as K^a.",
    step="X12",
    solver="closed form",
    run=run,
    check=flows.check,
)
