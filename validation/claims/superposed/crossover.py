"""The time at which all features have been pulled along grows as K^a."""

from __future__ import annotations

import numpy as np

from superlaw.setting.task import PowerLawTask
from superlaw.validation.claims.claim import Check, ClaimResult, Panel, Series, Size
from superlaw.validation.claims.superposed import flows
from superlaw.validation.fitting.readings import time_to_reach

STATEMENT = "With b = 0 the time at which tr B/K = ½ grows with the width as K^a."
HALF = 0.5


def run(seed: int, size: Size) -> ClaimResult:
    """Fit the power of K over the widths whose crossover was reached."""
    checks, series = [], []
    for a in flows.FREQUENCY_EXPONENTS:
        task = PowerLawTask(a, 0.0, size.n_network)
        widths = np.array([size.n_network // share for share in flows.SHARES], dtype=float)
        halves = np.array([_half_time(task, share, seed, size) for share in flows.SHARES])
        reached = np.isfinite(halves)
        if reached.sum() < 2:
            continue
        power = np.polyfit(np.log(widths[reached]), np.log(halves[reached]), 1)[0]
        expected = size.believed(task).a
        checks.append(Check(f"a={a:g}, power of K", expected, float(power), tolerance=0.2))
        series.append(Series(f"a = {a:g}", widths[reached], halves[reached], style="points"))
        guide = halves[reached][-1] * (widths[reached] / widths[reached][-1]) ** expected
        series.append(Series(f"K^{expected:g}", widths[reached], guide, paired=True))
    panel = Panel("Crossover against width", "K", "time at which tr B/K = ½", tuple(series))
    return ClaimResult("crossover", STATEMENT, "X12", tuple(checks), (panel,))


def _half_time(task: PowerLawTask, share: int, seed: int, size: Size) -> float:
    runs = flows.superposed(task, share, seed, size)
    return time_to_reach(runs.times, runs.observables["trace"].mean(axis=0), HALF)
