"""The row-replica closure against direct population flows, over the window before the floor."""

from __future__ import annotations

import numpy as np

from superlaw.figures.panels import Panel, Series
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.solution import Solution
from superlaw.solvers.solve import solve
from superlaw.validation.claims.check import worst_of_band
from superlaw.validation.claims.claim import Claim, Findings
from superlaw.validation.claims.size import Conditions
from superlaw.validation.claims.superposed import flows
from superlaw.validation.fitting.readings import fall
from superlaw.validation.training.ensemble import Ensemble

CLOSE, NEAR = 0.03, 0.10
"""Allowed deviation for b = 0 and a ≤ 1.5, and otherwise."""
PULLED = 0.5
"""With b = 0 the closure is compared until tr B/K exceeds this: interference decides after it."""
Flown = dict[tuple[PowerLawTask, int], Ensemble]


def run(conditions: Conditions) -> Findings:
    """Compare loss curves of every task and width of the map."""
    checks, panels, ensembles = [], [], []
    flown = flows.over(flows.tasks(conditions), (1, *flows.SHARES), conditions)
    for task in flows.tasks(conditions):
        for share in flows.SHARES:
            runs = flown[task, share]
            ensembles.append(runs)
            predicted = predict(conditions.believed(task), share, runs)
            end = window_end(task, runs)
            span = runs.times <= end
            name = f"a={task.a:g}, b={task.b:g}, N/K={share}"
            allowed = CLOSE if task.b == 0.0 and task.a <= 1.5 else NEAR
            checks.append(
                worst_of_band(
                    name, runs.times[span], predicted.loss[span], runs.loss[:, span], allowed
                )
            )
            if share == 8:
                believed = conditions.believed(task)
                panels.append(_panel(name, runs, predicted, flown[task, 1], believed, end))
    panels += [_dead(flown, conditions), _floors(flown, conditions)]
    return Findings(tuple(checks), tuple(panels), tuple(ensembles))


def window_end(task: PowerLawTask, runs: Ensemble) -> float:
    """Return the last time that is compared."""
    end = fall(runs.times, runs.mean).window[1]
    if task.b > 0.0:
        return end
    pulled = runs.observables["trace"].mean(axis=0) > PULLED
    return min(end, float(runs.times[pulled][0])) if pulled.any() else end


def predict(task: PowerLawTask, share: int, runs: Ensemble) -> Solution:
    """Return the closure's curve at the times of the runs."""
    return solve(task, Student((task.n_features or 0) // share), runs.times)


def _panel(
    name: str,
    runs: Ensemble,
    predicted: Solution,
    alone: Ensemble,
    believed: PowerLawTask,
    end: float,
) -> Panel:
    sequential = solve(believed, times=alone.times)
    return Panel(
        f"Loss, {name}",
        "time t",
        "population loss L",
        (
            Series("mean field", predicted.times, predicted.loss),
            Series("direct flows", runs.times, runs.mean, runs.standard_error, "points"),
            Series("K = N, theory", sequential.times, sequential.loss, style="dashed"),
            Series("K = N, same code", alone.times, alone.mean, style="rings"),
        ),
        shaded=(float(runs.times[0]), end),
    )


def _typical(conditions: Conditions) -> list[PowerLawTask]:
    """Return the tasks whose frequency exponent is in the middle of the map, by b."""
    grid = conditions.size.superposed
    typical = grid.frequency_exponents[len(grid.frequency_exponents) // 2]
    return [task for task in flows.tasks(conditions) if task.a == typical]


def _dead(flown: Flown, conditions: Conditions) -> Panel:
    """Show the fraction of dead units, closure and direct."""
    tasks, series = _typical(conditions), []
    for task in tasks:
        runs = flown[task, 2]
        predicted = predict(conditions.believed(task), 2, runs)
        dead = runs.observables["dead_fraction"].mean(axis=0)
        series.append(
            Series(
                f"b = {task.b:g}, mean field",
                predicted.times,
                predicted.observables["dead_fraction"],
            )
        )
        series.append(Series("direct", runs.times, dead, style="points", paired=True))
    title = f"Dead units, a = {tasks[0].a:g}, N/K = 2"
    return Panel(title, "time t", "fraction", tuple(series), y_log=False)


def _floors(flown: Flown, conditions: Conditions) -> Panel:
    """Show the loss at the last time against the width, closure and direct."""
    tasks, series = _typical(conditions), []
    extent = conditions.size.superposed
    widths = np.array([float(extent.n_features // share) for share in flows.SHARES])
    for task in tasks:
        runs = [flown[task, share] for share in flows.SHARES]
        curves = [
            predict(conditions.believed(task), share, each)
            for share, each in zip(flows.SHARES, runs, strict=True)
        ]
        floors = np.array([curve.loss[-1] for curve in curves])
        series.append(Series(f"b = {task.b:g}, mean field", widths, floors))
        last = np.array([run.mean[-1] for run in runs])
        error = np.array([run.standard_error[-1] for run in runs])
        series.append(Series("direct", widths, last, error, style="points", paired=True))
    title = f"Loss at t = {extent.t_end:g}, a = {tasks[0].a:g}"
    return Panel(title, "K", "population loss L", tuple(series))


CLAIM = Claim(
    name="meanfield",
    statement=(
        "The mean field on feature classes gives the loss of direct population flows, beyond two "
        "standard errors of the seeds: for b = 0 until tr B/K = ½ within 3 % (a ≤ 1.5) or 10 % "
        "(a = 2), for b > 0 until the floor within 10 %."
    ),
    step="R19",
    solver="row-replica closure",
    run=run,
    check=flows.check,
)
