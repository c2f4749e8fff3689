"""What was measured of the closures: flows they were compared with, and where that was done.

The numbers stand beside each closure, in a file of its name, with their provenance: version,
command, root of the random streams, seeds and date.
"""

from __future__ import annotations

import json
import math
from functools import cache
from importlib import resources
from typing import Any

from superlaw.arguments import one_of

CLOSURES = ("row_replica", "two_time", "tied")
"""Those with measured deviations."""
FLOW_TOLERANCE = 5e-3
"""Relative error of the loss of the flows that the row replicas were compared with."""
VARIED = ("N", "N/K", "a", "b")
Row = dict[str, Any]
Span = tuple[float, float]
SLACK = 1e-9
"""Relative: parameters this near are the same."""


@cache
def measured(closure: str) -> dict[str, Any]:
    """Return the deviations that were found, where, and their provenance."""
    file = f"{one_of('closure', closure, CLOSURES)}.json"
    text = resources.files("superlaw.solvers.closures").joinpath(file).read_text("utf-8")
    numbers: dict[str, Any] = json.loads(text)
    return numbers


@cache
def compared(closure: str = "row_replica", *, trains_bias: bool) -> tuple[Row, ...]:
    """Return the cells between which the band of a closure is interpolated.

    Cells where the closure failed are left out: nothing could be compared there.
    """
    rows = measured(closure)["rows"]
    return tuple(row for row in rows if row["bias"] == trains_bias and row["deviation"])


@cache
def region(closure: str = "row_replica", *, trains_bias: bool) -> dict[str, Span]:
    """Return between which parameters a closure was compared, and up to which time."""
    cells, numbers = compared(closure, trains_bias=trains_bias), measured(closure)
    names = {"a": "a", "b": "b", "N/K": "share"}
    spans = {name: _span(row[key] for row in cells) for name, key in names.items()}
    others = [row for row in numbers["fresh"]["rows"] if row["bias"] == trains_bias]
    spans["N"] = _span(row["n_features"] for row in (*cells, *others))
    return spans | {"t": (0.0, float(numbers["times"][-1]))}


def outside(here: dict[str, float], spans: dict[str, Any]) -> list[str]:
    """Return in which respects parameters lie outside their spans, as "a = 3"."""
    return [f"{name} = {x:.6g}" for name, x in here.items() if not within(x, spans[name])]


def within(value: float, span: Span) -> bool:
    """Whether a value lies in a span, its ends included."""
    low, high = span
    return low * (1.0 - SLACK) <= value <= high * (1.0 + SLACK)


def _span(values: Any) -> Span:
    known = sorted(values) or [math.nan]
    return float(known[0]), float(known[-1])
