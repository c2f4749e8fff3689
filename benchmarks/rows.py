"""Questions to ask of the measured rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

GOAL_ERROR = 1e-6
"""Achieved relative error of the loss at which solvers are compared."""
Row = dict[str, Any]


def of_study(results: dict[str, Any], study: str, problem: str | None = None) -> list[Row]:
    """Return the rows of a study, of one problem if named."""
    return [
        row
        for row in results["rows"]
        if row["study"] == study and problem in (None, row["problem"])
    ]


def is_ours(row: Row) -> bool:
    """Whether the row is of this package."""
    return str(row["solver"]).startswith("superlaw")


def finished(rows: Iterable[Row]) -> list[Row]:
    """Return the rows that have a time."""
    return [row for row in rows if row["status"] == "finished"]


def good(rows: Iterable[Row], error: float = GOAL_ERROR) -> list[Row]:
    """Return the rows that reached an error, fastest first."""
    reached = [row for row in finished(rows) if row["error"] <= error]
    return sorted(reached, key=lambda row: row["seconds"])


def fastest_each(rows: Iterable[Row], error: float = GOAL_ERROR) -> list[Row]:
    """Return the fastest row of each solver that reached an error, fastest first."""
    best: dict[str, Row] = {}
    for row in good(rows, error):
        best.setdefault(row["solver"], row)
    return list(best.values())


def slope(x: Iterable[float], y: Iterable[float]) -> float:
    """Return the exponent of y ∝ x^slope."""
    return float(np.polyfit(np.log(list(x)), np.log(list(y)), 1)[0])
