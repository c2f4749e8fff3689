"""What is left of kicks in flows, beside what is derived of it: for the closure's page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from superlaw.curves import Array
from superlaw.theory.documents.document import Table
from superlaw.theory.documents.markdown import measured_on, table

KICKS = Path(__file__).parent / "results" / "kicks.json"
RULES = ("R49", "R35", "biases at rest", "R13")
SHOWN = ((1.0, 100.0), (10.0, 1e3), (100.0, 1e4))
"""When kicked and when seen, of what the table shows."""
LATE = 1e4
SAID = """The same with gates, in flows: $B$ is moved a little along $v_i w_i^T$ for some
columns, with random orthogonal $v_i$, and what is left of it is the difference from the flow
that was not kicked ({flows} flows a task, {directions} sets of directions each, double
precision). Four rules say what should be left. They are given the gates of the flow itself,
which a closure has to find:

- *R49*: columns and rows each answer as one, and so does the bias of each row, softened by the
  entries of its row (R47); with {rows} rows drawn.
- *R35*: rows do not answer as one, and biases keep all of their stiffness.
- *biases at rest*: R35 where biases do not answer.
- *R13*: no memory.

Over all {count} entries (task, group of columns, when kicked, when seen), what they leave
differs from the flow by {misses}. At t = {late:g} R49 is below the flow in {below} of
{late_count} entries, R35 in {below_before}, and they differ from it by {late_miss:.3f} and
{late_miss_before:.3f} in the median. The largest difference of R49 is at {where}. The error of
the flows' own means is {error:.3f} in the median and {worst_error:.3f} at most. Table: flow, and
in brackets {rules}."""


def sections() -> Iterator[str]:
    """Yield how near what is derived of kicks is to flows."""
    found = json.loads(KICKS.read_text("utf-8"))
    yield f"## Kicks in flows\n\n{_said(found)} {measured_on(found['provenance'])}."
    yield _table(found)


def _said(found: dict[str, Any]) -> str:
    """Return how far each rule is off, and where the best one is farthest."""
    flow, errors = _all(found, "flow"), _all(found, "error")
    off = {name: np.abs(_all(found, name) - flow) for name in RULES}
    misses = (
        f"{np.median(each):.3f} in the median and {each.max():.3f} at most ({name})"
        for name, each in off.items()
    )
    case, row, group = np.unravel_index(int(off["R49"].argmax()), flow.shape)
    place, task = found["cases"][case]["rows"][row], found["cases"][case]["task"]
    where = (
        f"a = {task['a']:g}, b = {task['b']:g}, columns {found['groups'][group]}, kicked at "
        f"{place['kicked']:g}, seen at {place['seen']:g}"
    )
    late = np.array([each["seen"] == LATE for each in found["cases"][0]["rows"]])
    short, before = ((flow - _all(found, name))[:, late] for name in RULES[:2])
    return SAID.format(
        flows=found["provenance"]["seeds"],
        directions=found["directions"],
        count=flow.size,
        misses=", ".join(misses),
        rows=found["rows"],
        below=int((short > 0.0).sum()),
        below_before=int((before > 0.0).sum()),
        late_count=short.size,
        late=LATE,
        late_miss=float(np.median(np.abs(short))),
        late_miss_before=float(np.median(np.abs(before))),
        where=where,
        error=float(np.median(errors)),
        worst_error=float(errors.max()),
        rules=", ".join(RULES),
    )


def _all(found: dict[str, Any], name: str) -> Array:
    """Return what is left [case, when, group]."""
    return np.array([[row[name] for row in case["rows"]] for case in found["cases"]])


def _table(found: dict[str, Any]) -> str:
    """Return what is left, of each case."""
    lines = []
    for case in found["cases"]:
        task = (f"{case['task'][name]:g}" for name in ("a", "b"))
        place = (*task, f"{case['width']}")
        for row in case["rows"]:
            if (row["kicked"], row["seen"]) in SHOWN:
                numbers = zip(*(row[name] for name in ("flow", *RULES)), strict=True)
                cells = (
                    f"{flow:.2f} ({', '.join(f'{rule:.2f}' for rule in rules)})"
                    for flow, *rules in numbers
                )
                lines.append((*place, f"{row['kicked']:g}", f"{row['seen']:g}", *cells))
    groups = (
        f"columns {name}" if name[0].isdigit() else f"{name} columns" for name in found["groups"]
    )
    return table(Table(("a", "b", "K", "kicked at", "seen at", *groups), tuple(lines)))
