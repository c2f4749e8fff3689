"""Columns and rows of B at two times, beside what is derived of them: for the closure's page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from superlaw.curves import Array
from superlaw.theory.documents.document import Table
from superlaw.theory.documents.markdown import measured_on, table

COVARIANCES = Path(__file__).parent / "results" / "covariances.json"
RARE = "rare"
SIDES = ("columns", "rows")
SAID = """A closure with memory needs the covariances of $B w_i$ and of $B^T w_j$ at two times.
R36 and R37 give them, without the parts along $w_i$ and $w_j$ themselves, from the forces
of a flow and what answers them; nothing is fitted. They are compared with {flows} direct flows a
task, for groups of columns, or rows, by index. Rare ones are near: their sizes, $|B w_i|^2$ of a
group over that of the flow, are off by {columns_size} (columns) and {rows_size} (rows),
correlations of {late} with earlier times by {columns} and {rows}. Columns and rows of frequent
features are not: there are few, so that they scatter from flow to flow, but in the median sizes
at t = {last:g} are too large for columns of every group, and those of the first rows at all
times. First table: the size, its median over tasks and flows, in brackets the smallest and the
largest; and how far correlations are off, over all pairs of times, in the median and at most.
Second table, rare ones, means over flows: size, and the correlations of the flow, in brackets
those derived."""


def sections() -> Iterator[str]:
    """Yield how near what is derived of columns and rows is to flows."""
    found = json.loads(COVARIANCES.read_text("utf-8"))
    yield f"## Columns and rows in flows\n\n{_said(found)} {measured_on(found['provenance'])}."
    yield _groups(found)
    yield _table(found)


def _said(found: dict[str, Any]) -> str:
    """Return how far sizes and correlations of rare columns and rows are off."""
    rare, said = found["groups"].index(RARE), {}
    for side in SIDES:
        size = np.abs(_all(found, side, "size")[:, :, rare] - 1.0)
        off = _off(found, side)[:, :, rare]
        said[f"{side}_size"] = f"{np.median(size):.1%} in the median and {size.max():.0%} at most"
        said[side] = f"{np.median(off):.3f} in the median and {off.max():.3f} at most ({side})"
    columns, rows = (np.median(_all(found, side, "size"), axis=(0, 1)) for side in SIDES)
    if min(columns[:, -1].min(), rows[0].min()) < 1.0:
        raise ValueError("late columns, or the first rows, are not too large: the page is untrue")
    return SAID.format(
        flows=found["provenance"]["seeds"],
        late=" and ".join(f"t = {late:g}" for late in sorted({pair[0] for pair in found["pairs"]})),
        last=found["sizes"][-1],
        **said,
    )


def _off(found: dict[str, Any], side: str) -> Array:
    """Return by how much correlations are off [case, flow, group, pair of times]."""
    return np.abs(_all(found, side, "derived") - _all(found, side, "flow"))


def _groups(found: dict[str, Any]) -> str:
    """Return sizes and correlations by group, over all cases."""
    lines = []
    for side in SIDES:
        size, off = _all(found, side, "size"), _off(found, side)
        for number, name in enumerate(found["groups"]):
            here = size[:, :, number].reshape(-1, len(found["sizes"])).T
            cells = (f"{np.median(x):.2f} ({x.min():.2f} to {x.max():.2f})" for x in here)
            apart = off[:, :, number]
            which = f"{name} {side}" if name == RARE else f"{side} {name}"
            lines.append((which, *cells, f"{np.median(apart):.3f}", f"{apart.max():.3f}"))
    sizes = (f"size, t = {time:g}" for time in found["sizes"])
    return table(Table(("", *sizes, "correlations, median", "at most"), tuple(lines)))


def _all(found: dict[str, Any], side: str, name: str) -> Array:
    """Return what is compared [case, flow, group, time]."""
    return np.array(
        [
            [[group[name] for group in flow[side]] for flow in case["flows"]]
            for case in found["cases"]
        ]
    )


def _table(found: dict[str, Any]) -> str:
    """Return what rare columns and rows are, of each case."""
    rare = found["groups"].index(RARE)
    lines = []
    for number, case in enumerate(found["cases"]):
        for side in SIDES:
            size, flow, derived = (
                _all(found, side, name)[number, :, rare].mean(axis=0)
                for name in ("size", "flow", "derived")
            )
            task = (f"{case['task'][name]:g}" for name in ("a", "b"))
            cells = (f"{one:.3f} ({other:.3f})" for one, other in zip(flow, derived, strict=True))
            sizes = (f"{each:.3f}" for each in size)
            lines.append((*task, f"{case['width']}", f"rare {side}", *sizes, *cells))
    sizes = (f"size, t = {time:g}" for time in found["sizes"])
    pairs = (f"t = {late:g} with {early:g}" for late, early in found["pairs"])
    return table(Table(("a", "b", "K", "", *sizes, *pairs), tuple(lines)))
