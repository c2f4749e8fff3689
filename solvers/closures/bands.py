"""The band around a closure's curve in which direct flows lie, and how far their seeds scatter.

Both are measured: at the corners of the cell that holds a task's parameters, and interpolated. A
corner counts with its deviation in logarithms, the largest of three neighbouring times, and with
`ERRORS` standard errors of a difference between two means of logarithms: its own, over its seeds,
and that over `SEEDS` fresh ones. Nothing is subtracted.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from superlaw.curves import Array
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.closures.measurements import (
    FLOW_TOLERANCE,
    SLACK,
    Row,
    compared,
    measured,
    outside,
    region,
    within,
)

SEEDS = 4
"""The band is meant for the log-mean of at least so many fresh flows."""
ERRORS = 1.5
"""Standard errors in it. Chosen on the cells that were compared, by leaving out a value of a, b or
N/K at a time: no more curves leave the band at some time than `MISSED` says."""
MISSED = 0.05
"""The part of log-means of fresh flows that may lie outside."""


@dataclass(frozen=True)
class Band:
    """A measured statement of accuracy, not a number where nothing was compared.

    Parameters
    ----------
    half_width : ndarray
        h: the log-mean of direct flows over seeds and the curve are within a factor 1 + h of each
        other, shape (n_times,).
    scatter : ndarray
        Standard deviation over seeds of the loss of a flow, relative to its mean, shape (n_times,).
    """

    half_width: Array
    scatter: Array


def lattice_band(
    task: PowerLawTask,
    width: int,
    trains_bias: bool,
    times: Array,
    closure: str = "row_replica",
) -> Band:
    """Return the band of a closure that was compared on a lattice of tasks and widths.

    Parameters
    ----------
    task : PowerLawTask
    width : int
        K.
    trains_bias : bool
    times : ndarray
    closure : str
        "row_replica" or "two_time".
    """
    corners = _corners(task, width, trains_bias, closure)
    if not corners:
        return _unknown(times)
    weights = np.array([weight for _, weight in corners])
    nodes = np.array(measured(closure)["times"])
    deviation = weights @ [_padded(_widest(np.abs(row["deviation"])), nodes) for row, _ in corners]
    square = weights @ [np.square(row["spread"]) for row, _ in corners]
    relative = weights @ [np.square(row["scatter"]) for row, _ in corners]
    fewest = min(row["seeds"] for row, _ in corners)
    error = np.sqrt(_smoothed(square) * (1.0 / fewest + 1.0 / SEEDS))
    half = np.expm1(deviation + ERRORS * error) + FLOW_TOLERANCE
    return _at(times, nodes, half, np.sqrt(_smoothed(relative)))


def tied_band(task: PowerLawTask, width: int, times: Array) -> Band:
    """Return the band of the closure of tied columns.

    Its error is ordered by N/K²: the largest deviation of rows with b > 0 within a factor of two of
    it counts, at any earlier time; their seeds scatter alike and are taken together.
    """
    share, numbers = float(task.n_features or 0) / width**2, measured("tied")
    here = {"a": task.a, "b": task.b, "N": float(task.n_features or 0), "N/K²": share}
    rows = tied_rows(share)
    if outside(here, numbers["region"]) or not rows:
        return _unknown(times)
    deviation = np.max([row["worst"] for row in rows], axis=0)
    n_seeds = rows[0]["seeds"]
    spread = math.sqrt(n_seeds) * np.sqrt(
        np.mean([np.square(row["error"]) for row in rows], axis=0)
    )
    error = spread * math.sqrt(1.0 / n_seeds + 1.0 / SEEDS)
    half = (1.0 + deviation) * np.exp(ERRORS * error) - 1.0
    return _at(times, np.array(rows[0]["until"]), half, spread)


def tied_rows(share: float) -> list[Row]:
    """Return the comparisons of tied columns with b > 0 whose N/K² is within a factor of two."""
    around = share / 2.0, share * 2.0
    rows = measured("tied")["rows"]
    return [row for row in rows if row["b"] > 0.0 and within(_share(row), around)]


def _share(row: Row) -> float:
    return float(row["n_features"] / row["width"] ** 2)


def _corners(
    task: PowerLawTask, width: int, trains_bias: bool, closure: str
) -> list[tuple[Row, float]]:
    """Return the cells around a task with their weights; none outside of what was compared."""
    n = float(task.n_features or 0)
    here = {"a": task.a, "b": task.b, "N/K": n / width}
    if outside(here | {"N": n}, region(closure, trains_bias=trains_bias)):
        return []
    here = {"share": n / width, "a": task.a, "b": task.b}
    return _between(compared(closure, trains_bias=trains_bias), here)


def _between(rows: Iterable[Row], here: dict[str, float]) -> list[tuple[Row, float]]:
    """Return the rows on either side of parameters with their weights, one parameter at a time.

    None if they lie outside of what is known there.
    """
    rows = tuple(rows)
    if not here:
        return [(row, 1.0) for row in rows]
    (name, value), *rest = here.items()
    found = []
    for known, weight in _around(value, sorted({row[name] for row in rows}), name == "share"):
        inner = _between((row for row in rows if row[name] == known), dict(rest))
        if not inner:
            return []
        found += [(row, weight * part) for row, part in inner]
    return found


def _around(value: float, known: list[float], is_log: bool) -> list[tuple[float, float]]:
    """Return the known values on either side of one, with weights; only itself if it is known."""
    if not within(value, (known[0], known[-1])):
        return []
    below = max(x for x in known if x <= value * (1.0 + SLACK))
    above = min((x for x in known if x >= value * (1.0 - SLACK)), default=below)
    if below == above:
        return [(below, 1.0)]
    low, here, high = (math.log(x) if is_log else x for x in (below, value, above))
    part = (here - low) / (high - low)
    return [(below, 1.0 - part), (above, part)]


def _padded(values: Array, nodes: Array) -> Array:
    """Return values at each node; not a number from where a closure's loss rose on."""
    return np.pad(values, (0, len(nodes) - len(values)), constant_values=np.nan)


def _widest(values: Array) -> Array:
    """Return the largest of each value and its neighbours."""
    padded = np.pad(values, 1, mode="edge")
    return np.max([padded[:-2], padded[1:-1], padded[2:]], axis=0)


def _smoothed(values: Any) -> Array:
    """Return the mean of each value and its neighbours."""
    padded = np.pad(values, 1, mode="edge")
    return np.mean([padded[:-2], padded[1:-1], padded[2:]], axis=0)


def _at(times: Array, nodes: Array, half: Array, scatter: Array) -> Band:
    """Return a band at times between those that were compared; unknown later."""
    when = np.log(np.maximum(times, nodes[0]))
    known = times <= nodes[-1] * (1.0 + 1e-9)
    return Band(
        *(np.where(known, np.interp(when, np.log(nodes), y), np.nan) for y in (half, scatter))
    )


def _unknown(times: Array) -> Band:
    return Band(*np.full((2, len(times)), np.nan))
