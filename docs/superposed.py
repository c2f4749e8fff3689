"""The pages of the superposed regime, from the committed numbers of its validation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import claims
import closure_covariances
import closure_directions
import closure_goals
import closure_kicks
import closure_memory
import closure_narrow
import closure_parts
import closure_rows
import closure_summary
import closure_tables
import closure_turning
import closure_two_time
import large_flow
import numpy as np
from closure_tables import source

from superlaw.solvers.closures.measurements import measured
from superlaw.storage import to_json, write_text
from superlaw.theory.documents.document import Table
from superlaw.theory.documents.markdown import table
from superlaw.validation.reports import outside_assumptions
from superlaw.validation.reports.two_times import RARE

DOCS = Path(__file__).parent
RESULTS = DOCS / "results"
OUTSIDE = RESULTS / "outside_assumptions.json"
REPORT = RESULTS / "superposed.json"
RUNS = DOCS.parent / "build" / "runs"
"""Direct flows are kept here, so that a generation that was cut off goes on."""
FIGURES = {
    "universality": (0, 1, 2, 3, 4),
    "meanfield": (0, 3, 6, 9, 10),
    "acceleration": (0,),
    "parallel": (0, 1),
}
"""Panels shown on the page, by claim."""

REASONS = f"""# Why the mean field is off

The row-replica closure deviates from flows as [the page of its accuracy](accuracy.md) says. What
was found wrong in it, and where that is treated:

- **It has no memory.** What the rest of the network answers it answers at once (R13), so that too
  much is forgotten ([memory](#memory)). Its B is too large and turns too slowly, most at a = 2
  ([two times](#two-times)), and its marks turn with it ([marks that turn](#marks-that-turn)). That
  this is why the loss is off is likely without bias, and not shown.
- **Marks are Gaussian, and few.** In narrow students, at N/K = 16 and b = 0, they should be
  bounded ([narrow students](#narrow-students)).
- **Too few outputs are closed** with b > 0 ([parts of the loss](#parts-of-the-loss)). B then has
  few directions, and fields differ from row to row and go together, which the closure does not
  know ([few directions](#few-directions)).
- **It gives a mean** over outputs that are open and closed, where a flow has either; late a few of
  them decide ([closed for long](#closed-for-long)).

A closure that remembers is derived (R30 to R53), and its parts are compared with flows one by one:
what is left of [kicks](#kicks-in-flows), [columns and rows](#columns-and-rows-in-flows), and the
entries of [rows with memory](#rows-with-memory). As a whole it is the
[two-time closure](accuracy.md#the-two-time-closure).

Words: the *mark* of an entry of WᵀB W is its interference in units of its size (R9); an output is
*closed* if it says nothing of its own feature, whatever its amplitude; *head* columns of W are the
most frequent ones, which the closure keeps one by one, and *tail* columns the others; *rare*
columns are those after the {RARE}th. All steps are in the [derivation](derivations/superposed.md).
Deviations are from the log-mean of flows over seeds where nothing else is said."""
ASIDE = f"""## Outside its assumptions

The closure is derived for one active feature under gradient flow, with W fixed. Here is the loss of
other students and tasks over that of the direct flow from the same seeds, in brackets its standard
error; a = {outside_assumptions.FREQUENCY_EXPONENT:g}, N/K = {outside_assumptions.SHARE}, batches of
64 where nothing is said, the tight frame by gradient flow. The closure stands for them only where
this is near 1."""


def measure() -> None:
    """Run the full validation, and measure what lies outside its assumptions; keep the numbers."""
    from superlaw.validation.claims.size import SIZES, Conditions
    from superlaw.validation.validate import validate

    write_text(OUTSIDE, to_json(outside_assumptions.measured(Conditions(SIZES["full"]))) + "\n")
    resumed = any(RUNS.glob("N*"))
    report = validate("superposed", runs=str(RUNS), executor="processes", progress=True)
    claims.keep("superposed", report, FIGURES, resumed=resumed)


def pages() -> Iterator[tuple[Path, str]]:
    """Yield the page of the regime and those of the closure's accuracy."""
    if REPORT.exists() and OUTSIDE.exists():
        yield DOCS / "superposition.md", _regime(json.loads(REPORT.read_text("utf-8")))
        outside = json.loads(OUTSIDE.read_text("utf-8"))
        closure = measured("row_replica")
        yield DOCS / "accuracy.md", _accuracy(closure, outside)
        yield DOCS / "accuracy_tables.md", closure_tables.page(closure)
        yield DOCS / "accuracy_reasons.md", _reasons(closure)


def _regime(report: dict[str, Any]) -> str:
    """Return the claims of the regime with what their numbers support."""
    size, made = report["configuration"]["size"]["superposed"], report["manifest"]
    start = "with the flows it found on disk" if made["resumed"] else "with no flow on disk"
    parts = [
        "# The superposed regime",
        "Students ŷ = ReLU(WᵀB W x + β) with fewer dimensions than features, K < N: the columns of "
        "W are random unit vectors and stay as they are, B and β are trained by gradient flow from "
        "0, one feature active, unless a claim says otherwise. At K = N/8 rare features are "
        "learned along with frequent ones where b = 0 (`parallel`), and a straight fit has an "
        "exponent around 1 that depends on b and hardly on a, of a loss that is no power law "
        "(`universality`). The slope that tasks share once W is trained is on "
        "[another page](trained.md).",
        "Generated by `python docs/generate.py` from `superlaw validate superposed` "
        f"(N = {size['n_features']}, {size['seeds']} seeds, t up to {size['t_end']:g}; "
        f"{made['seconds'] / 60:.0f} minutes on {made['processors']} processors {start}). Every "
        "number is in [superposed.json](results/superposed.json). How far the mean field can be "
        f"trusted is on [a page of its own](accuracy.md). {claims.CHECKS}",
    ]
    return "\n\n".join((*parts, *claims.sections(report, FIGURES))) + "\n"


def _accuracy(closure: dict[str, Any], outside: dict[str, Any]) -> str:
    """Return the closure's accuracy, what was aimed at, and what lies outside its assumptions."""
    flat = outside["plateau"]
    dead = tuple(
        (name, *(f"{value:.2f}" for value in flat[key]))
        for name, key in (("direct flow", "direct"), ("closure", "closure"))
    )
    others = tuple(
        (row["what"], f"{row['b']:g}", *_cells(row["ratio"], row["error"]))
        for row in outside["rows"]
    )
    times = tuple(f"t = {t:g}" for t in flat["times"])
    parts = [
        *closure_summary.sections(closure),
        *large_flow.section(),
        *closure_goals.sections(closure),
        *closure_two_time.sections(),
        ASIDE,
        source(outside["provenance"]),
        table(Table(("", "b", *times), others)),
        _why(outside["rows"]),
        "## Closed outputs",
        "Fraction of outputs that say nothing of their own feature, whatever its amplitude "
        f"(`dead_fraction`), b = 0, a = {flat['a']:g}, N = {flat['n_features']}, N/K = "
        f"{flat['share']}, one direct flow.",
        table(Table(("", *times), dead)),
    ]
    return "\n\n".join(parts) + "\n"


def _reasons(closure: dict[str, Any]) -> str:
    """Return what was found of why the closure is off, and what was tried."""
    parts = [
        REASONS,
        *closure_narrow.sections(),
        *closure_parts.sections(),
        *closure_directions.sections(),
        *closure_turning.sections(closure),
        *closure_memory.sections(),
        *closure_kicks.sections(),
        *closure_covariances.sections(),
        *closure_rows.sections(),
        *closure_turning.late(),
    ]
    return "\n\n".join(parts) + "\n"


def _why(rows: list[dict[str, Any]]) -> str:
    """Return how far the closure stands for other columns and inputs, and where it stops to."""
    off = {}
    for name in ("tight frame", "independent features"):
        found = [row for row in rows if row["what"].startswith(name)]
        gaps = np.abs(np.subtract([row["ratio"] for row in found], 1.0))
        off[name] = gaps.max()
        if name == "tight frame" and np.any(gaps > [row["error"] for row in found]):
            raise ValueError("tight frames differ by more than seeds: the sentence is untrue")
    return (
        f"A tight frame moves the loss by {off['tight frame']:.1%} at most, within the error of "
        "the seeds: the closure stands for it, though R10 averages over random columns. "
        f"Independent features move it by up to {off['independent features']:.0%}, and the closure "
        "does not stand for them: its first step, R1, is the loss of an entry while one feature is "
        "active. With several, gates see the sum of what all of them send, and no entry has a loss "
        "of its own."
    )


def _cells(ratio: list[float], error: list[float]) -> tuple[str, ...]:
    filled = [f"{r:.3f} ({e:.3f})" for r, e in zip(ratio, error, strict=True)]
    return tuple(filled + [""] * (5 - len(filled)))
