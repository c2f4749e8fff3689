"""What was aimed at with the row-replica closure, and how much of it is reached: for its page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from superlaw.theory.documents.document import Table
from superlaw.theory.documents.markdown import table

Row = dict[str, Any]
STRAIGHT, CURVED, LAST = 1.5, (1.75, 2.0, 2.1), 2.2
"""Largest a of the first goal, the a of the second, and beyond the a of all."""
GOALS: tuple[tuple[str, Callable[[Row], bool], float, float], ...] = (
    ("b = 0, a ≤ 1.5", lambda row: row["b"] == 0.0 and row["a"] <= STRAIGHT, 1e3, 0.015),
    ("b = 0, a ≤ 1.5", lambda row: row["b"] == 0.0 and row["a"] <= STRAIGHT, 1e4, 0.04),
    ("b ≤ 0.05, a = 1.75, 2, 2.1", lambda row: row["b"] <= 0.05 and row["a"] in CURVED, 1e4, 0.05),
    ("b > 0, a ≤ 2.1", lambda row: row["b"] > 0.0 and row["a"] < LAST, 1e2, 0.1),
)
"""Tasks, up to which time, and the largest deviation that was aimed at. With b > 0 that was meant
before the floor; at the time given here most are near it."""
HEADS = ("tasks, with bias", "N/K", "up to t", "goal", "reached by", "median", "largest", "in")
TEXT = """Largest deviation up to a time, of all log-means with bias, fresh or not. What was aimed
at is reached by no more of the tasks than stand under "reached by". [What was found of the
reasons](accuracy_reasons.md): with b = 0 the closure makes B too large and turns it too little,
most at a = 2; late with b > 0 few outputs decide that are open or closed. At N/K = 16 these
students are narrow, and marks are Gaussian that should be bounded."""


def sections(closure: dict[str, Any]) -> list[str]:
    """Return what is reached of the goals, task by task."""
    rows = [r for r in (*closure["rows"], *closure["fresh"]["rows"]) if r["bias"]]
    times = np.array(closure["times"])
    lines = []
    for name, belongs, last, goal in GOALS:
        here = [row for row in rows if belongs(row)]
        for share in sorted({row["share"] for row in here}):
            lines.append(
                _reached(name, [r for r in here if r["share"] == share], times, last, goal)
            )
    return [
        f"## Goals\n\n{TEXT}",
        table(Table(HEADS, tuple(lines))),
    ]


def _reached(
    name: str, rows: list[Row], times: np.ndarray, last: float, goal: float
) -> tuple[str, ...]:
    """Return how many rows stay within a goal, and how far from it they are."""
    early = times <= last * 1.001
    worst = np.array([np.expm1(np.abs(row["deviation"])[early].max()) for row in rows])
    row = rows[int(worst.argmax())]
    return (
        name,
        f"{row['share']:g}",
        f"{last:g}",
        f"{goal:.1%}",
        f"{(worst <= goal).sum()} of {len(rows)}",
        f"{np.median(worst):.1%}",
        f"{worst.max():.1%}",
        f"a = {row['a']:g}, b = {row['b']:g}",
    )
