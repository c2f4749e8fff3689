"""The slope that tied students share, at a reader's own parameters: numbers, table and figure."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from superlaw.curves import Array
from superlaw.figures.drawing import svg
from superlaw.figures.panels import Panel, Series
from superlaw.setting.case import Case
from superlaw.solvers.solution import Solution
from superlaw.theory.answer import Exponent
from superlaw.theory.documents.document import Block, Figure, Heading, Paragraph, Table
from superlaw.theory.exponents import exponent
from superlaw.validation.training.ensemble import Ensemble

N_ROWS, N_POINTS = 5, 40


def shared_law(found: Case, solution: Solution | None, runs: Ensemble | None) -> tuple[Block, ...]:
    """Return what was measured of the slope of a tied student here; nothing of other students.

    Parameters
    ----------
    found : Case
    solution, runs : Solution and Ensemble, optional
        Curves to draw beside it.
    """
    if found.kind != "tied":
        return ()
    known = exponent(found.task, found.student, found.optimizer)
    heading = Heading("The slope that tasks share, measured")
    if known.exponent is None or known.window is None or known.band is None:
        return (heading, Paragraph(known.explanation))
    low, high = known.band
    text = (
        f"Slope {known.exponent:.4g}, between {low:.4g} and {high:.4g} by its band, over "
        f"{known.window[0]:g} ≤ t ≤ {known.window[1]:g} ({known.formula}). {known.explanation}"
    )
    return (heading, Paragraph(text), _table(known), _figure(known, solution, runs))


def _powers(known: Exponent, times: Array) -> Iterator[tuple[str, Array]]:
    """Yield the loss over that where the window starts, as the slope and its band have it."""
    assert known.exponent and known.band and known.window  # by its caller
    for name, slope in (
        ("by the slope", known.exponent),
        ("flattest", known.band[0]),
        ("steepest", known.band[1]),
    ):
        yield name, (times / known.window[0]) ** -slope


def _table(known: Exponent) -> Table:
    times = np.geomspace(*(known.window or (1.0, 1.0)), N_ROWS)
    names, columns = zip(*_powers(known, times), strict=True)
    rows = tuple(tuple(f"{x:.4g}" for x in row) for row in zip(times, *columns, strict=True))
    return Table(("time", *(f"loss over its first, {name}" for name in names)), rows)


def _figure(known: Exponent, solution: Solution | None, runs: Ensemble | None) -> Figure:
    first, last = known.window or (1.0, 1.0)
    times = np.geomspace(first, last, N_POINTS)
    (name, law), *band = _powers(known, times)
    series = [Series(name, times, law, style="dashed")]
    series += [
        Series("its band" if k == 0 else "", times, edge, style="dotted", paired=k > 0)
        for k, (_, edge) in enumerate(band)
    ]
    if solution is not None:
        series += _inside("solved", solution.times, solution.loss, (first, last))
    if runs is not None:
        series += _inside("simulated", runs.times, runs.mean, (first, last), "points")
    panel = Panel("The shared slope", "time t", "loss over that at the start", tuple(series))
    return Figure(svg(panel), "The measured slope and its band, over their window.", panel)


def _inside(
    name: str, times: Array, loss: Array, window: tuple[float, float], style: str = "line"
) -> list[Series]:
    """Return the part of a curve in the window, over its value where that starts; or nothing."""
    inside = (times >= window[0]) & (times <= window[1])
    if times[0] > window[0] or np.count_nonzero(inside) < 2:
        return []
    start = np.exp(np.interp(np.log(window[0]), np.log(times), np.log(loss)))
    return [Series(name, times[inside], loss[inside] / start, style=style)]
