"""Rows with memory beside those of flows: for the closure's page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from superlaw.curves import Array
from superlaw.theory.documents.document import Table
from superlaw.theory.documents.markdown import measured_on, table
from superlaw.validation.reports.rows_with_memory import RULES

ROWS = Path(__file__).parent / "results" / "rows_with_memory.json"
SAID = """A closure with memory draws a row as a whole: its entries and its bias (R30), each
entry driven by a Gaussian path and by what is left of its own drive (R35). Covariances, overlaps
and gates are those of the flow here ({flows} flows a task, {draws} draws of each row), so that
this tests the entries and not what a closure would have to find. The loss on other features
differs from that of the flow by {first} in the median and {first_most} at most up to t =
{middle:g}, and by {last} and {last_most} at t = {end:g}, where it is too small in {below} of
{count} flows. That rows answer (R34) matters late: without, it is off by {rest} and {rest_most}
there. Table: loss over that of the flow, less 1, means over flows; in brackets with rows that do
not answer."""


def sections() -> Iterator[str]:
    """Yield how near the loss of rows with memory is to that of flows."""
    found = json.loads(ROWS.read_text("utf-8"))
    yield f"## Rows with memory\n\n{_said(found)} {measured_on(found['provenance'])}."
    lines = []
    for number, case in enumerate(found["cases"]):
        task = (f"{case['task'][name]:g}" for name in ("a", "b"))
        means = (_off(found, name)[number].mean(axis=0) for name in RULES)
        cells = (f"{one:+.1%} ({other:+.1%})" for one, other in zip(*means, strict=True))
        lines.append((*task, f"{case['width']}", *cells))
    heads = (f"t = {time:g}" for time in found["times"])
    yield table(Table(("a", "b", "K", *heads), tuple(lines)))


def _said(found: dict[str, Any]) -> str:
    """Return how far losses are off, up to t = 1000 and at the last time."""
    times = np.array(found["times"])
    off = {name: np.abs(_off(found, name)) for name in RULES}
    early, late = off["rows answer"][:, :, times <= 1e3], off["rows answer"][:, :, -1]
    rest = off["rows at rest"][:, :, -1]
    if np.median(rest) < np.median(late):
        raise ValueError("answers of rows do not matter late: the page is untrue")
    return SAID.format(
        flows=found["provenance"]["seeds"],
        draws=found["draws"],
        first=f"{np.median(early):.1%}",
        first_most=f"{early.max():.1%}",
        middle=times[times <= 1e3][-1],
        last=f"{np.median(late):.1%}",
        last_most=f"{late.max():.1%}",
        end=times[-1],
        below=int((_off(found, "rows answer")[:, :, -1] < 0.0).sum()),
        count=late.size,
        rest=f"{np.median(rest):.1%}",
        rest_most=f"{rest.max():.1%}",
    )


def _off(found: dict[str, Any], name: str) -> Array:
    """Return losses over those of flows, less 1 [case, flow, time]."""
    return np.array([case["ratio"][name] for case in found["cases"]]) - 1.0
