"""Without a trained bias interference is never filtered, and each column stops at 1 − 2K/N."""

from __future__ import annotations

import numpy as np

from superlaw.curves import differenced_slope
from superlaw.figures.panels import Panel, Series
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.validation.claims.check import Check
from superlaw.validation.claims.claim import Claim, Findings
from superlaw.validation.claims.size import Conditions
from superlaw.validation.claims.superposed import flows

SHARES = (4, 8)
STEEPEST = 0.3


def run(conditions: Conditions) -> Findings:
    """Compare the last loss, and the steepest slope, of students without a bias."""
    checks, series, ensembles = [], [], []
    n = conditions.size.superposed.n_features
    task = PowerLawTask(1.5, 0.0, n)
    start = flows.first_loss(task)
    students = {share: (task, Student(n // share, bias=False)) for share in SHARES}
    for share, runs in flows.run(students, conditions).items():
        ensembles.append(runs)
        floor, last = 1.0 - 2.0 * conditions.planted / share, float(runs.mean[-1] / start)
        steepest = float(differenced_slope(runs.times, runs.mean).max())
        checks.append(Check(f"N/K={share}, last loss", floor, last, tolerance=0.06))
        checks.append(Check(f"N/K={share}, steepest slope", STEEPEST, steepest, bound="below"))
        series.append(Series(f"N/K = {share}", runs.times, runs.mean / start))
        flat = np.array([floor, floor])
        series.append(Series("floor", runs.times[[0, -1]], flat, style="dashed", paired=True))
    panel = Panel("ReLU without a bias", "time t", "loss over its start", tuple(series))
    return Findings(tuple(checks), (panel,), tuple(ensembles))


CLAIM = Claim(
    name="column_floor",
    statement=(
        "With b = 0 and no bias a ReLU student stops at 1 − 2K/N of its first loss, and its slope "
        "stays below 0.3 on the way."
    ),
    step="X20",
    solver="closed form",
    run=run,
    check=flows.check,
)
