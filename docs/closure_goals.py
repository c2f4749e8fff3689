"""What was aimed at with the row-replica closure, and how much of it is reached: for its page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from superlaw.curves import Array
from superlaw.theory.documents.document import Table
from superlaw.theory.documents.markdown import table

Row = dict[str, Any]
STRAIGHT, CURVED, LAST = 1.5, (1.75, 2.0, 2.1), 2.2
"""Largest a of the first goal, the a of the second, and beyond the a of all."""
NARROW, PARTS, FEW, TWO, LATE = (
    f"[{name.lower()}](accuracy_reasons.md#{name.lower().replace(' ', '-')})"
    for name in (
        "Narrow students",
        "Parts of the loss",
        "Few directions",
        "Two times",
        "Closed for long",
    )
)
"""Where the reasons stand that were found."""
GOALS: tuple[tuple[str, Callable[[Row], bool], float, float, str], ...] = (
    ("b = 0, a ≤ 1.5", lambda row: row["b"] == 0.0 and row["a"] <= STRAIGHT, 1e3, 0.015, PARTS),
    ("b = 0, a ≤ 1.5", lambda row: row["b"] == 0.0 and row["a"] <= STRAIGHT, 1e4, 0.04, TWO),
    (
        "b ≤ 0.05, a = 1.75, 2, 2.1",
        lambda row: row["b"] <= 0.05 and row["a"] in CURVED,
        1e4,
        0.05,
        f"{PARTS}, {LATE}",
    ),
    ("b > 0, a ≤ 2.1", lambda row: row["b"] > 0.0 and row["a"] < LAST, 1e2, 0.1, f"{PARTS}, {FEW}"),
)
"""Tasks, up to which time, the largest deviation that was aimed at, and what was found where it is
missed. With b > 0 that was meant before the floor; at the time given here most are near it."""
WIDEST = 16
"""N/K from which on students are narrow."""
HEADS = (
    *("tasks, with bias", "N/K", "up to t", "goal", "reached by", "median", "largest", "in"),
    "what was found",
)
TEXT = """What was aimed at, and how many of the tasks reach it: at all log-means with bias, fresh
or not, the deviation was to stay below a goal up to a time. `median` and `largest` are those of the
tasks' largest deviations. Where a goal is missed the last column leads to what was found
of [the reasons](accuracy_reasons.md). That outputs which are closed at a = 2 open when those of
flows do was an aim too: they are [counted](accuracy_reasons.md#parts-of-the-loss), and in
[a large student](#closed-outputs)."""


def sections(closure: dict[str, Any]) -> list[str]:
    """Return what is reached of the goals, task by task."""
    rows = [r for r in (*closure["rows"], *closure["fresh"]["rows"]) if r["bias"]]
    times = np.array(closure["times"])
    lines = []
    for name, belongs, last, goal, found in GOALS:
        here = [row for row in rows if belongs(row)]
        for share in sorted({row["share"] for row in here}):
            near = [row for row in here if row["share"] == share]
            row, off = _farthest(near, times <= last * 1.001)
            within, is_narrow = int((off <= goal).sum()), share >= WIDEST and row["b"] == 0.0
            lines.append((
                name, f"{share:g}", f"{last:g}", f"{goal:.1%}", f"{within} of {len(near)}",
                f"{np.median(off):.1%}", f"{off.max():.1%}", f"a = {row['a']:g}, b = {row['b']:g}",
                "" if within == len(near) else NARROW if is_narrow else found,
            ))  # fmt: skip
    return [
        f"## Goals\n\n{TEXT}",
        table(Table(HEADS, tuple(lines))),
    ]


def _farthest(rows: list[Row], early: Array) -> tuple[Row, Array]:
    """Return the row that is farthest from flows at early times, and how far each of them is."""
    off = np.array([np.expm1(np.abs(row["deviation"])[early].max()) for row in rows])
    return rows[int(off.argmax())], off
