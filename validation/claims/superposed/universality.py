"""The map of fitted exponents over (a, b), with and without superposition, by one rule."""

from __future__ import annotations

from itertools import chain

import numpy as np

from superlaw.curves import Array, differenced_slope
from superlaw.figures.panels import HeatMap, Panel, Series
from superlaw.solvers.solve import solve
from superlaw.theory.laws.sequential import sequential_exponent
from superlaw.validation.claims.check import Check
from superlaw.validation.claims.claim import Claim, Findings
from superlaw.validation.claims.size import Conditions, Grid
from superlaw.validation.claims.superposed import flows
from superlaw.validation.fitting.readings import Fall, fall
from superlaw.validation.training.ensemble import Ensemble

ALIKE = 0.15
"""Largest spread over a that counts as none."""
SHARES = (1, 2, 8)
SCALE = (0.0, 2.0)


def run(conditions: Conditions) -> Findings:
    """Fit every curve of the map by the same rule and compare the spreads."""
    tasks, grid = flows.tasks(conditions), conditions.size.superposed
    found = flows.over(tasks, SHARES, conditions)
    flown = {share: [found[task, share] for task in tasks] for share in SHARES}
    falls = {share: [fall(each.times, each.mean) for each in flown[share]] for share in SHARES}
    planted = [sequential_exponent(conditions.planted * task.a, task.b) for task in tasks]
    theory = _table(planted, grid)
    fitted = {share: _table([x.exponent for x in falls[share]], grid) for share in SHARES}
    spread, free = float(np.ptp(fitted[8])), float(np.ptp(theory))
    checks = [Check("spread over (a, b), K = N/8", 0.5 * free, spread, bound="below")]
    for row, b in enumerate(grid.teacher_exponents):
        own = float(np.ptp(fitted[8][row]))
        checks.append(Check(f"spread over a at b={b:g}, K = N/8", ALIKE, own, bound="below"))
    checks += _control_checks(flown[1], falls[1], conditions)
    panels: list[Panel | HeatMap] = [_map("K = N, theory of large N", theory, grid)]
    for share in SHARES:
        panels.append(_map(f"K = N{'' if share == 1 else f'/{share}'}", fitted[share], grid))
    panels.append(_slopes(flown[8], conditions))
    remark = _remark(fitted[8], theory, falls[8])
    return Findings(tuple(checks), tuple(panels), tuple(chain(*flown.values())), remark)


def _control_checks(
    flown: list[Ensemble], falls: list[Fall], conditions: Conditions
) -> list[Check]:
    """Compare K = N, by the same code and rule, with the finite-N theory."""
    checks = []
    for task, runs, found in zip(flows.tasks(conditions), flown, falls, strict=True):
        curve = solve(conditions.believed(task), times=runs.times)
        predicted = fall(runs.times, curve.loss).exponent
        name = f"a={task.a:g}, b={task.b:g}, K = N, fitted exponent"
        checks.append(Check(name, predicted, found.exponent, tolerance=0.1))
    return checks


def _table(exponents: list[float], grid: Grid) -> Array:
    """Return one exponent a task as a table, rows b and columns a."""
    shape = (len(grid.frequency_exponents), len(grid.teacher_exponents))
    return np.array(exponents).reshape(shape).T


def _map(title: str, values: Array, grid: Grid) -> HeatMap:
    return HeatMap(
        f"Fitted exponent, {title}",
        "frequency exponent a",
        "teacher exponent b",
        tuple(f"{a:g}" for a in grid.frequency_exponents),
        tuple(f"{b:g}" for b in grid.teacher_exponents),
        values,
        SCALE,
    )


def _slopes(flown: list[Ensemble], conditions: Conditions) -> Panel:
    """Show that the local slope is not constant where one exponent is fitted."""
    series = []
    for task, runs in zip(flows.tasks(conditions), flown, strict=True):
        if task.b in (0.0, 1.0):
            slope = differenced_slope(runs.times, runs.mean)
            style = "line" if task.b == 0.0 else "dashed"
            series.append(Series(f"a={task.a:g}, b={task.b:g}", runs.times, slope, style=style))
    return Panel("Local slope, K = N/8", "time t", "−d log L/d log t", tuple(series), y_log=False)


def _remark(fitted: Array, theory: Array, falls: list[Fall]) -> str:
    """Return what the map supports, in words."""
    decades = [float(np.log10(found.window[1] / found.window[0])) for found in falls]
    peaks = [found.peak for found in falls]
    return (
        f"One straight fit over {min(decades):.1f} to {max(decades):.1f} decades gives exponents "
        f"from {fitted.min():.2f} to {fitted.max():.2f} with K = N/8, against {theory.min():.2f} "
        f"to {theory.max():.2f} by the theory of K = N: around 1 and independent of a within the "
        f"spread shown, but dependent on b, and not one power law: peak slopes run from "
        f"{min(peaks):.2f} to {max(peaks):.2f} and the slope is constant nowhere."
    )


CLAIM = Claim(
    name="universality",
    statement=(
        "With K = N/8 the fitted exponent depends on b but no longer on a, and its spread over "
        "(a, b) is less than half of that of the exponents without superposition."
    ),
    step="X11",
    solver="closed form of K = N",
    run=run,
    check=flows.check,
)
