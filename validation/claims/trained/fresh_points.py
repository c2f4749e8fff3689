"""Tasks and students drawn at random have the slope that the fit to others gives."""

from __future__ import annotations

import numpy as np

from superlaw.figures.panels import Panel, Series
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.theory.laws.tied import BAND, measured_slope
from superlaw.validation.claims.check import Check
from superlaw.validation.claims.claim import Claim, Findings
from superlaw.validation.claims.size import Conditions
from superlaw.validation.claims.trained import flows

A, B = (1.2, 2.4), (0.3, 1.0)
N, X = (300, 900), (1 / 16, 4.0)
"""Ranges of a, b, N and N/K² from which points are drawn, the latter two evenly in logarithm."""


def run(conditions: Conditions) -> Findings:
    """Compare the slope at each drawn point with the measured law."""
    checks, ensembles = [], []
    drawn = {(task, width): (task, Student(width, tied=True)) for task, width in draw(conditions)}
    for (task, width), runs in flows.run(drawn, conditions).items():
        n = task.n_features or 0
        checks.append(
            Check(
                f"{flows.name(task)}, N = {n}, K = {width}",
                conditions.planted * measured_slope(n, width),
                flows.slope(runs),
                tolerance=BAND,
            )
        )
        ensembles.append(runs)
    return Findings(tuple(checks), (_panel(checks),), tuple(ensembles), _remark(checks))


def draw(conditions: Conditions) -> list[tuple[PowerLawTask, int]]:
    """Return tasks and widths, drawn anew with every entropy."""
    generator = np.random.default_rng(conditions.draws("fresh points"))
    points = []
    for _ in range(conditions.size.trained.fresh):
        a, b = (round(float(generator.uniform(*span)), 2) for span in (A, B))
        n, x = (float(np.exp(generator.uniform(*np.log(span)))) for span in (N, X))
        points.append((PowerLawTask(a, b, round(n)), round((n / x) ** 0.5)))
    return points


def _panel(checks: list[Check]) -> Panel:
    predicted = np.array([check.predicted for check in checks])
    measured = np.array([check.measured for check in checks])
    ends = np.array([predicted.min(), predicted.max()])
    series = (
        Series("drawn points", predicted, measured, style="points"),
        Series("as predicted", ends, ends, style="dashed"),
        Series("± 10 %", ends, (1.0 + BAND) * ends, style="dotted"),
        Series("", ends, (1.0 - BAND) * ends, style="dotted", paired=True),
    )
    title = "Slopes at points that no fit has seen"
    return Panel(title, "1 + 0.115 ln(2N/K²)", "slope", series, x_log=False, y_log=False)


def _remark(checks: list[Check]) -> str:
    gaps = np.array([check.measured / check.predicted - 1.0 for check in checks])
    return (
        f"{len(checks)} points were drawn; the deviations run from {gaps.min():+.0%} to "
        f"{gaps.max():+.0%}, {np.sqrt(np.mean(gaps**2)):.1%} in the root mean square."
    )


CLAIM = Claim(
    name="fresh_points",
    statement=(
        "At points drawn at random, a in 1.2 to 2.4, b in 0.3 to 1, N in 300 to 900 and N/K² in "
        "1/16 to 4, the slope of a tied student over 12 ≤ t ≤ 1000 is 1 + 0.115 ln(2N/K²) within "
        "10 %. Measured, not derived."
    ),
    step="U21",
    solver="a fit to other flows",
    run=run,
    check=flows.check,
    takes=("seeds", "entropy"),
)
