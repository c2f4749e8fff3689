"""A section of the page of loss against width: trainings beside those of another code.

`python docs/width_rows.py 20` trains for 20 minutes at most what is still missing.
"""

from __future__ import annotations

import json
import math
import sys
import time
from pathlib import Path
from statistics import fmean, median
from typing import Any

from superlaw.progress import say
from superlaw.storage import provenance, to_json, write_text
from superlaw.theory.documents.document import Table
from superlaw.theory.documents.markdown import table
from superlaw.validation.claims.width.codes import name
from superlaw.validation.reports.other_trainings import (
    CLOSE,
    CLOSE_AT_10,
    FAR,
    FEW,
    MORE_DRAWS,
    Training,
    allowed,
    compared,
    draws,
    keep,
    read,
    shorter,
)
from superlaw.validation.sweeps.store import Store

DOCS = Path(__file__).parent
ROWS = DOCS / "reference" / "width_trainings.csv"
RESULTS = DOCS / "results" / "width_rows.json"
RUNS = DOCS.parent / "build" / "runs" / "rows"
Rows = list[dict[str, Any]]


def measure(minutes: float = float("inf")) -> None:
    """Train what is missing, for so long, and keep the numbers of all that was trained."""
    store, every, start = Store(RUNS), read(ROWS), time.monotonic()
    for row, draw in draws(every, store):
        if time.monotonic() - start > 60.0 * minutes:
            break
        say(f"{row.law} {row.number:g}, K = {row.width}, γ = {row.decay:g}, draw {draw}")
        keep(row, draw, store)
    found = [result for row in every if (result := compared(row, store)) is not None]
    source = provenance("python docs/width_rows.py", entropy=0, seeds=1)
    short = [shorter(row, store) for row in every if _is_tried(row)]
    body = {"provenance": source, "of": len(every), "rows": found, "shorter": short}
    write_text(RESULTS, to_json(body) + "\n")


def _is_tried(row: Training) -> bool:
    """Whether a row is also trained from shorter columns: decay, the fewest of them, steep laws."""
    return row.decay == 0.5 and row.width == FEW and row.number in (1.5, 2.0)


def section() -> str:
    """Return how near trainings end to those of the other code, and what the others scatter by."""
    found = json.loads(RESULTS.read_text("utf-8"))
    source, every = found["provenance"], found["rows"]
    off = [row for row in every if len(row["found"]) > 1]
    order = ", short ones first" if len(every) < found["of"] else ""
    parts = (
        "## Trainings of another code",
        f"AdamW on sampled independent features, N = 1000, from Gaussian columns of norm about 1 "
        "and no biases, against the last losses of a code written apart from this one, one "
        "training each ([list](reference/width_trainings.csv)). "
        f"{len(every)} of {found['of']} rows were trained here "
        f"(`{source['command']}`, {source['date']}){order}; near enough is {CLOSE:.0%}, and "
        f"{CLOSE_AT_10:.0%} at K = {FEW}.",
        table(Table(HEADS, tuple(_kind(name, rows) for name, rows in _kinds(every) if rows))),
        _holds(every),
        *((_scatter(off), table(Table(OFF_HEADS, tuple(_off(row) for row in off)))) if off else ()),
        _shorter(found["shorter"]),
    )
    return "\n\n".join(parts)


HEADS = ("decay", "rows", "near enough", "median deviation", "largest", f"|z| < {FAR:g}")
OFF_HEADS = ("frequencies", "K", "γ", "loss there", "represented", "loss here, mean", "± one draw",
             "represented", "deviation", "z")  # fmt: skip


def _kinds(rows: Rows) -> tuple[tuple[str, Rows], ...]:
    """Return rows by what decay does to features."""
    return (
        ("γ < 0: every feature has a column", [row for row in rows if row["decay"] < 0.0]),
        ("γ = 0", [row for row in rows if row["decay"] == 0.0]),
        ("γ > 0: rare features lose theirs", [row for row in rows if row["decay"] > 0.0]),
    )


def _kind(name: str, rows: Rows) -> tuple[str, ...]:
    off = [abs(row["deviation"]) for row in rows]
    near = sum(is_near(row) for row in rows)
    sure = sum(abs(row["z"]) < FAR for row in rows)
    return (name, str(len(rows)), str(near), f"{median(off):.1%}", f"{max(off):.1%}", str(sure))


def is_near(row: dict[str, Any]) -> bool:
    """Whether the first training ended near enough."""
    return bool(abs(row["found"][0] / row["loss"] - 1.0) <= allowed(row["width"]))


def _holds(rows: Rows) -> str:
    """Say which rows are reproduced, which are not and why, and what all of them have in common."""
    near, left = sum(map(is_near, rows)), [row for row in rows if not is_near(row)]
    unlike = [row for row in rows if abs(row["z"]) >= FAR]
    gaps = [row["found"][0] / row["loss"] - 1.0 for row in rows]
    above, count = sum(gap > 0.0 for gap in gaps), len(gaps)
    once = sum(len(row["found"]) == 1 for row in unlike)
    told = (
        f"{near} of {count} rows are reproduced by the first training, {len(left)} are not. "
        f"{sum(row in unlike for row in left)} of these and {len(unlike)} of all are further off "
        f"than known errors explain, |z| ≥ {FAR:g}"
        f"{f'; of {once} of them only the sampling is known' if once else ''}."
    )
    if abs(above - 0.5 * count) < math.sqrt(count):
        return told
    return (
        f"{told} Losses here are {fmean(gaps):+.1%} off in the mean, and {above} of {count} are "
        "higher: more than chance, less than is allowed. Whether that comes from the trainings or "
        "from the one sample on which all losses there were worked out, the list does not tell."
    )


def _scatter(off: Rows) -> str:
    spreads = [row["scatter"] for row in off]
    explained = sum(abs(row["z"]) < FAR for row in off)
    return (
        "A row that was off, or off by more than sampling explains, was trained up to "
        f"{MORE_DRAWS} more times. Trainings that differ in nothing but what was drawn differ "
        f"among themselves by {min(spreads):.0%} to {max(spreads):.0%} there (standard deviation, "
        "sampling included). Where decay takes columns it is chance which features keep one, and "
        f"no single training tells a loss to {CLOSE:.0%}. Of these {len(off)} rows {explained} are "
        f"explained by that, |z| < {FAR:g}, sampling and scatter counted on both sides (z of a row "
        "that was trained once, in the table above, knows of sampling alone). *There* is the other "
        "code; ± one draw is the scatter of a single training:"
    )


def _off(row: dict[str, Any]) -> tuple[str, ...]:
    counts, losses = row["counts"], row["found"]
    mean = sum(losses) / len(losses)
    return (name((row["law"], row["number"])), str(row["width"]), f"{row['decay']:g}",
            f"{row['loss']:.4g}", str(row["represented"]), f"{mean:.4g}", f"{row['scatter']:.0%}",
            f"{min(counts)} to {max(counts)}", f"{row['deviation']:+.0%}",
            f"{row['z']:+.1f}")  # fmt: skip


def _shorter(rows: Rows) -> str:
    """Say what a start with shorter columns ends in."""
    told = "; ".join(
        f"{name((row['law'], row['number']))}, K = {row['width']}: "
        f"{min(row['found']):.3g} to {max(row['found']):.3g} with {min(row['counts'])} to "
        f"{max(row['counts'])} represented, against {row['loss']:.3g} with {row['represented']}"
        for row in rows
    )
    return (
        f"Under decay the end of a training depends on its start too: from columns of "
        f"{rows[0]['size']:g} of that norm, everything else the same (γ = "
        f"{rows[0]['decay']:g}, {len(rows[0]['found'])} draws), it ends with {told}. "
        "`superlaw width --train` takes random codes and Gaussian columns by turns there, and says "
        "which was best."
    )


if __name__ == "__main__":
    measure(*(float(text) for text in sys.argv[1:]))
