"""Pictures of the shared slope: loss curves side by side, maps, what the loss is made of."""

from __future__ import annotations

import numpy as np

from superlaw.curves import differenced_slope
from superlaw.figures.panels import HeatMap, Maps, Panel, Row, Series
from superlaw.setting.task import PowerLawTask
from superlaw.validation.claims.trained import flows
from superlaw.validation.training.ensemble import Ensemble, standard_error

SCALE = (0.0, 2.0)
SHOWN = 4
"""Curves of a panel that would be crowded."""
Runs = dict[PowerLawTask, Ensemble]


def side_by_side(narrow: Runs, wide: Runs, shared: float) -> Row:
    """Return the curves of K = N beside those in superposition, from where the window starts."""
    titles = (
        f"K = N: slopes {span(wide)}",
        f"N/K = {flows.SHARE}, W trained: slopes {span({x: narrow[x] for x in wide})}",
    )
    panels = tuple(
        Panel(title, "time t", "loss, over its value at t = 12", _curves(wide, runs, shared))
        for title, runs in zip(titles, (wide, narrow), strict=True)
    )
    return Row("Loss curves of all tasks, without superposition and with it", panels)


def _curves(tasks: Runs, runs: Runs, shared: float) -> tuple[Series, ...]:
    """Return one line a task, one colour for every b, and the guide of the shared slope."""
    series, last = [], None
    a = ", ".join(f"{value:g}" for value in sorted({task.a for task in tasks}))
    for task in sorted(tasks, key=lambda each: (each.b, each.a)):
        each = runs[task]
        inside = each.times >= flows.WINDOW[0]
        t, loss = each.times[inside], each.mean[inside]
        known = task.b == last
        label = "" if known else f"b = {task.b:g}, a = {a}"
        series.append(Series(label, t, loss / loss[0], paired=known))
        last = task.b
    guide = (t / t[0]) ** -shared
    return (*series, Series(f"t^-{shared:.2g}", t, guide, style="dashed"))


def span(runs: Runs) -> str:
    """Return the smallest and the largest slope, in words."""
    own = [flows.slope(each) for each in runs.values()]
    return f"{min(own):.2f} to {max(own):.2f}"


def slope_map(title: str, runs: Runs) -> HeatMap:
    """Return the slopes of all tasks as a table."""
    title = f"Slope over 12 ≤ t ≤ 1000, {title}"
    return slope_table(title, {task: flows.slope(each) for task, each in runs.items()})


def slope_table(title: str, slopes: dict[PowerLawTask, float]) -> HeatMap:
    """Return slopes by task as a table, on the scale of all of them."""
    columns, rows = sorted({task.a for task in slopes}), sorted({task.b for task in slopes})
    slope = {(task.a, task.b): found for task, found in slopes.items()}
    values = np.array([[slope[a, b] for a in columns] for b in rows])
    names = (tuple(f"{a:g}" for a in columns), tuple(f"{b:g}" for b in rows))
    return HeatMap(title, "frequency exponent a", "teacher exponent b", *names, values, SCALE)


def maps_beside_theory(by_share: dict[int, Runs]) -> Maps:
    """Show the slopes of all tasks at each N/K beside those of K = N by theory, on one scale."""
    times = next(iter(by_share[flows.SHARE].values())).times
    theory = {task: flows.theory_slope(task, times) for task in by_share[flows.SHARE]}
    panels = [slope_table("K = N, theory", theory)]
    for share, runs in sorted(by_share.items()):
        found = {task: flows.slope(each) for task, each in runs.items()}
        panels.append(slope_table(f"N/K = {share}, W trained", found))
    return Maps("Slopes over 12 ≤ t ≤ 1000, beside K = N", tuple(panels))


def balance(runs: Runs) -> Row:
    """Show the local slope beside the share of the loss that features have on themselves."""
    chosen = list(runs.items())[:: max(1, len(runs) // SHOWN)]
    slopes, shares = [], []
    for task, each in chosen:
        late = each.times >= 1.0
        t, name = each.times[late], flows.name(task)
        slopes.append(Series(name, t, differenced_slope(t, each.mean[late])))
        own = (each.observables["loss_diagonal"] / each.loss).mean(axis=0)
        shares.append(Series(name, t, own[late]))
    left = Panel(
        "Local slope", "time t", "slope, share", tuple(slopes), y_log=False, shaded=flows.WINDOW
    )
    right = Panel(
        *("Share of the loss on own outputs", "time t", "slope, share"),
        tuple(shares),
        y_log=False,
        shaded=flows.WINDOW,
    )
    return Row("Local slope beside what the loss is made of", (left, right))


def against_share(by_share: dict[int, Runs]) -> Panel:
    """Show the slope of each task against N/K, with seeds as error bars."""
    shares = np.array(sorted(by_share), dtype=float)
    series, last = [], None
    tasks = next(iter(by_share.values()))
    every = ", ".join(f"{a:g}" for a in sorted({task.a for task in tasks}))
    for task in sorted(tasks, key=lambda each: (each.b, each.a)):
        runs = [by_share[int(share)][task] for share in shares]
        slope = np.array([flows.slope(each) for each in runs])
        error = np.array([float(standard_error(flows.slopes(each))) for each in runs])
        label = "" if task.b == last else f"b = {task.b:g}, a = {every}"
        series.append(Series(label, shares, slope, paired=task.b == last))
        series.append(Series("", shares, slope, error, "points", paired=True))
        last = task.b
    return Panel("Slope against N/K, W trained", "N/K", "slope", tuple(series), y_log=False)
