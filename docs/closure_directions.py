"""What the row-replica closure leaves out where B has few directions: for its page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from superlaw.curves import Array
from superlaw.theory.documents.document import Table
from superlaw.theory.documents.markdown import measured_on, table

FOUND = Path(__file__).parent / "results" / "few_directions.json"
TEXT = """B begins in a few of K directions, those of the first features, which are learned first.
With b > 0 it stays there, as what they put into it is larger; R9 and R10 average over many. In
flows with few,

- rows of a class do not have fields of one size: |Bᵀw_j|² scatters by up to {sizes} of its mean;
- entries of rare rows and columns are not Gaussian: their kurtosis is up to {kurtosis}, where it is
  3 in the closure;
- what a row sees of one frequent feature is like what it sees of another: correlations of up to
  {alike}, where the closure takes none."""
SAID = """At N/K = {many:g} the closure makes B too large, by {large} at t = {time:g}, and at the
last time the overlaps S_jj of its rows scatter by {narrow} of what they do in flows: what a row
differs from its class by fades in it as if it were the mean. Closed outputs are those with a small
overlap, so that too few are closed. At N/K = {few:g} both are within {near:.0%}. That this is why
the loss is off with b > 0 is likely, and not shown.

Columns of the table: *directions*, (Σ σ²)²/Σ σ⁴ over the singular values σ of B; *sizes*, the
standard deviation over rows of |Bᵀw_j|², over its mean; *kurtosis* of S_ji; *alike*, the root mean
square correlation of S_j1 with S_ji over the other columns i of the head; then the size of B,
|B|², and the standard deviation of S_jj, of the closure over those of flows. All rows, and
the columns of the kurtosis, come after the first {head}."""
COLUMNS = (
    ("directions", "directions"),
    ("sizes", "sizes of rows"),
    ("kurtosis", "kurtosis"),
    ("alike", "alike"),
    ("B, closure over flows", "size of B"),
    ("S_jj, closure over flows", "spread of overlaps"),
)
"""Heads of the table, and the names of what stands below them."""
NEAR = 0.25
"""Nobody says so of what is farther off."""


def sections() -> Iterator[str]:
    """Yield what fields of flows are like, and what the closure makes of them."""
    found = json.loads(FOUND.read_text("utf-8"))
    rows = found["rows"]
    yield f"## Few directions\n\n{TEXT}".format(
        sizes=f"{np.max([row['sizes of rows'] for row in rows]):.2g}",
        kurtosis=f"{np.max([row['kurtosis'] for row in rows]):.2g}",
        alike=f"{np.max([row['alike'] for row in rows]):.2g}",
    )
    yield _said(found)
    yield measured_on(found["provenance"]) + "."
    yield _table(found)


def _said(found: dict[str, Any]) -> str:
    """Return how the sizes of the closure compare with those of flows."""
    rows, times = found["rows"], found["times"]
    share = np.array([row["share"] for row in rows])
    large, spread = (
        np.array([row[name] for row in rows]) for name in ("size of B", COLUMNS[-1][1])
    )
    many, few, at = share == share.max(), share == share.min(), len(times) // 2
    near = np.max(np.abs(np.concatenate([large[few], spread[few]]) - 1.0))
    if large[many, at].min() < 1.0 or spread[many, -1].max() > 0.5 or near > NEAR:
        raise ValueError("the closure's B and overlaps are otherwise: the page is untrue")
    return SAID.format(
        many=share.max(),
        few=share.min(),
        large=_span(large[many, at] - 1.0),
        time=times[at],
        narrow=_span(spread[many, -1]),
        near=near,
        head=found["head"],
    )


def _span(values: Array) -> str:
    return f"{values.min():.0%} to {values.max():.0%}"


def _table(found: dict[str, Any]) -> str:
    lines = []
    for row in found["rows"]:
        for k, time in enumerate(found["times"]):
            cells = (row["share"], row["b"], time, *(row[name][k] for _, name in COLUMNS))
            lines.append(tuple(f"{cell:.3g}" for cell in cells))
    return table(Table(("N/K", "b", "t", *(head for head, _ in COLUMNS)), tuple(lines)))
