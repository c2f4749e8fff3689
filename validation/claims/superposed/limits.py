"""The slope runs between (a − 1)/a and (a + 1)/a: integrated cross-talk against the closed form."""

from __future__ import annotations

import numpy as np

from superlaw.curves import log_times
from superlaw.figures.panels import Panel, Series
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.feature_classes import feature_classes
from superlaw.solvers.integrators.integrate import integrate
from superlaw.solvers.models.families import cross_talk
from superlaw.theory.laws.superposed import crossover_time, slope_limits
from superlaw.validation.claims.check import Check
from superlaw.validation.claims.claim import Claim, Findings
from superlaw.validation.claims.size import Conditions

N, K = 10**12, 10**7
CASES = (1.5, 2.0, 3.0)
EARLY, LATE = 1e6, 1e4
"""How far before and after t_K the slope is read, as factors."""


def run(conditions: Conditions) -> Findings:
    """Integrate the cross-talk equations on feature classes."""
    checks, series = [], []
    for a in CASES:
        task = PowerLawTask(a, 0.0, N)
        classes = feature_classes(N)
        lam = np.asarray(task.second_moment(classes.index))
        target = np.asarray(task.target(classes.index))
        t_k = crossover_time(a, K, float(lam[0]))
        times = log_times(t_k / EARLY, min(LATE * t_k, 0.01 / lam[-1]), per_decade=4)
        problem = cross_talk.problem(lam, target, classes.weight, float(K))
        slope = integrate(problem, times, method="rosenbrock", rtol=1e-7).local_slope
        assert slope is not None  # integrate always reports it
        early, late = slope_limits(conditions.believed(task).a)
        checks.append(Check(f"a={a:g}, long before", early, float(slope[0]), tolerance=0.03))
        checks.append(Check(f"a={a:g}, long after", late, float(slope[-1]), tolerance=0.03))
        series.append(Series(f"a = {a:g}", times / t_k, slope))
    panel = Panel(
        "Local slope of the cross-talk theory", "t/t_K", "slope", tuple(series), y_log=False
    )
    return Findings(tuple(checks), (panel,))


CLAIM = Claim(
    name="limits",
    statement=(
        "In the cross-talk theory with b = 0 the local slope is (a − 1)/a long before t_K and "
        "(a + 1)/a long after it, whatever K."
    ),
    step="X9",
    solver="`sl.integrate` on feature classes",
    run=run,
    takes=(),
)
