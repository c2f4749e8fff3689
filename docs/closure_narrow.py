"""Why the row-replica closure is off where students are narrow: for its page."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from superlaw.theory.documents.document import Table
from superlaw.theory.documents.markdown import measured_on, table
from superlaw.validation.reports.measuring import nearest

NARROW = Path(__file__).parent / "results" / "narrow_students.json"
SHOWN = (1e3, 1e4)
"""Times of the table."""


def sections() -> Iterator[str]:
    """Yield how the deviation depends on the width, and what changes it."""
    found = json.loads(NARROW.read_text("utf-8"))
    few, many = found["replicas"]
    stands, both = (_largest(found, name) for name in ("as it stands", "both"))
    yield (
        f"## Narrow students\n\nAt N/K = {found['share']}, b = 0, the narrower the student, the "
        "farther the closure is above flows late: K decides, and not N/K alone. Two of its parts "
        "were exchanged, to see what each does.\n\n"
        "- *Bounded marks*: to a column that B does not know, an output shows the cosine of two "
        "directions times a length, which is bounded and has a kurtosis of 3K/(K + 2). R9 takes a "
        "Gaussian, which goes beyond thresholds more often.\n"
        f"- *More rows*: {many} rows stand for a class in place of {few}, with as many marks in "
        "each head column, and so marks farther out.\n\n"
        "As it stands the closure errs in both, in opposite directions, and profits from it. With "
        f"both exchanged the largest entry of the table is {both:+.1%} in place of {stands:+.1%}; "
        "what is left, mostly below the flows and at the last time not smaller in wide students, "
        "is not explained. `sl.solve` has neither: its band was measured as it stands, and time "
        "grows with the number of rows. Entries: the closure over the log-mean of "
        f"flows, less 1. {measured_on(found['provenance'])}."
    )
    yield _table(found)


def _largest(found: dict[str, Any], name: str) -> float:
    """Return the entry of the table, of a variant, that is farthest from 0."""
    return max((off for row in found["rows"] for off in _entries(found, row, name)), key=abs)


def _shown(found: dict[str, Any]) -> list[int]:
    return [nearest(np.array(found["times"]), time) for time in SHOWN]


def _entries(found: dict[str, Any], row: dict[str, Any], name: str) -> list[float]:
    """Return the closure over flows, less 1, of a row and variant at the times shown."""
    return [math.expm1(row["deviation"][name][k]) for k in _shown(found)]


def _table(found: dict[str, Any]) -> str:
    names, lines = list(found["rows"][0]["deviation"]), []
    for row in found["rows"]:
        task = row["task"]
        known = (f"{task['a']:g}", f"{task['n_features']}", f"{row['width']}", f"{row['seeds']}")
        by_time = zip(*(_entries(found, row, name) for name in names), strict=True)
        lines.append((*known, *(f"{off:+.1%}" for at_one in by_time for off in at_one)))
    heads = (f"t = {time:g}, {name}" for time in SHOWN for name in names)
    return table(Table(("a", "N", "K", "flows", *heads), tuple(lines)))
