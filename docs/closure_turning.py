"""Marks that turn, and how alike they are at two times: for the page of the closure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from superlaw.curves import Array
from superlaw.theory.documents.document import Table
from superlaw.theory.documents.markdown import measured_on, table
from superlaw.validation.reports.two_times import correlation

Row = dict[str, Any]
TWO_TIMES = Path(__file__).parent / "results" / "two_times.json"
LATE = Path(__file__).parent / "results" / "late_losses.json"
NEAR = 0.02
"""How near correlations at two times were to be."""
SHOWN = (1.5, 0.0, 1e3)
"""a, b and the last time of what is shown in full."""
TURNS = """Marks of rare columns turn with B (step R26), at a rate that follows from the order
parameters; nothing in it is fitted. Median over the tasks with bias and N/K up to 8 of the
deviation's size, in brackets that of the same closure with marks that stay. Where b > 0 or a is
large few features decide late, and those are in head columns, whose marks stay."""
TWO = f"""The mean cosine of $B w_i$ at a last time and at earlier ones, in one direct flow each,
beside R24. A closure that keeps two times, or a mark for each class of what was learned, is not
built (Memory); it was to have these within {NEAR:g} first. Two things keep R24 from it: the
hyperbolic secant itself, of the angle through which B of the flow has turned, and the angle that
the closure gives, the root of a small difference (R22), most of it due to few head features. The
size of B is |B|² of the closure over that of the flow: where it is far from 1, what is missed is
missed before marks turn. Largest differences over all earlier times; for comparison also those of
the critically damped $(1 + \\vartheta)\\, e^{{-\\vartheta}}$, which has no cusp either."""


def sections(closure: dict[str, Any]) -> Iterator[str]:
    """Yield what marks that turn do to the loss, and how alike marks are at two times."""
    yield f"## Marks that turn\n\n{TURNS}"
    yield _turned(closure)
    found = json.loads(TWO_TIMES.read_text("utf-8"))
    yield f"## Two times\n\n{TWO} {measured_on(found['provenance'])}."
    yield _missed(found["rows"])
    for row in found["rows"]:
        if (row["task"]["a"], row["task"]["b"], row["last"]) == SHOWN:
            yield from _in_full(row, found)


def late() -> Iterator[str]:
    """Yield what late losses are made of where flows were farthest from the closure."""
    found = json.loads(LATE.read_text("utf-8"))
    task, times = found["task"], found["times"]
    yield (
        f"## Late, with b > 0\n\nWhat fails where fresh flows were farthest from the closure, a = "
        f"{task['a']:g}, b = {task['b']:g}, N = {task['n_features']}, K = {found['width']}. Of the "
        f"first {found['head']} features few stay closed for long (R2), whatever the loss "
        "of the others, and hold much of it until they open; then it drops at once. The closure "
        "lets a part of the rows of each class open (R15, R18), with marks of head columns that "
        "stay (R9), and gives the mean over rows, open and closed. A flow has either, and where "
        "all of them have opened that mean lies far above their log-mean. Entries: "
        "the closure over the loss of a flow; in brackets the part of it that closed outputs of "
        f"these features hold, and which they are. {measured_on(found['provenance'])}."
    )
    heads = ("", *(f"t = {t:g}" for t in times))
    lines = []
    for number, flow in enumerate(found["flows"], 1):
        cells = []
        for closure, row in zip(found["closure"], flow, strict=True):
            which = ", ".join(map(str, row["closed"])) or "none"
            cells.append(f"{closure / row['loss']:.2f} ({row['share']:.0%}: {which})")
        lines.append((f"flow {number}", *cells))
    yield table(Table(heads, tuple(lines)))


def _missed(rows: list[Row]) -> str:
    """Return the table of how far correlations are from what angles say."""
    lines = []
    for row in rows:
        measured, flow, closure = (np.array(row["seen"][name]) for name in NAMES)
        cells = (
            _off(correlation(flow), measured),
            _off(correlation(closure), measured),
            _off(_damped(flow), measured),
            _off(_damped(closure), measured),
        )
        task = (f"{row['task']['a']:g}", f"{row['task']['b']:g}", f"{row['width']}")
        angles = (f"{flow[0]:.2f}", f"{closure[0]:.2f}")
        size = f"{row['excess']:.2f}"
        lines.append((*task, f"{row['last']:g}", size, *angles, *(f"{cell:.3f}" for cell in cells)))
    return table(Table(HEADS, tuple(lines)))


NAMES = ("rare columns", "angle of the flow", "angle of the closure")
HEADS = (
    "a", "b", "K", "last t", "size of B", "angle, flow", "angle, closure", "R24, angle of the flow",
    "R24, angle of the closure", "damped, angle of the flow", "damped, angle of the closure",
)  # fmt: skip


def _in_full(row: Row, found: dict[str, Any]) -> Iterator[str]:
    """Yield one task and last time, at every earlier time."""
    seen, task = row["seen"], row["task"]
    yield (
        f"In full, a = {task['a']:g}, b = {task['b']:g}, N = {task['n_features']}, K = "
        f"{row['width']}, at t = {row['last']:g}; rare columns are those after {found['rare']}, "
        f"head columns the first {found['head']}, which turn too: that their marks stay is an "
        "assumption (R9)."
    )
    rows = {
        "rare columns": seen["rare columns"],
        "head columns": seen["head columns"],
        "B itself": seen["B"],
        "R24, angle of the flow": correlation(np.array(seen["angle of the flow"])),
        "R24, angle of the closure": correlation(np.array(seen["angle of the closure"])),
    }
    heads = ("", *(f"t = {t:g}" for t in row["times"]))
    lines = tuple((name, *(f"{value:.3f}" for value in row)) for name, row in rows.items())
    yield table(Table(heads, lines))


def _off(stated: Array, measured: Array) -> float:
    return float(np.abs(stated - measured).max())


def _damped(angle: Array) -> Array:
    return np.asarray((1.0 + angle) * np.exp(-angle))


def _turned(closure: dict[str, Any]) -> str:
    """Return the table of both closures on the same flows, by a and b."""
    still = closure["still"]
    place = ("a", "b", "share", "n_features")
    turned = {tuple(row[name] for name in place): row for row in closure["rows"] if row["bias"]}
    lines = []
    groups = sorted({(row["b"], row["a"]) for row in still})
    for b, a in groups:
        here = [row for row in still if (row["b"], row["a"]) == (b, a)]
        pairs = (here, [turned[tuple(row[name] for name in place)] for row in here])
        off = [np.median(np.abs([row["deviation"] for row in part]), axis=0)[-5:] for part in pairs]
        sizes = zip(*np.expm1(off), strict=True)
        cells = (f"{turning:.1%} ({staying:.1%})" for staying, turning in sizes)
        lines.append((f"{a:g}", f"{b:g}", f"{len(here)}", *cells))
    heads = ("a", "b", "tasks", *(f"t = {t:g}" for t in closure["times"][-5:]))
    return table(Table(heads, tuple(lines)))
