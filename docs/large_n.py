"""Students of very many features: a section of the page of trained embeddings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import more_flows

from superlaw.theory.documents.document import Table
from superlaw.theory.documents.markdown import table

RESULTS = Path(__file__).parent / "results" / "large_n.json"
GOAL = 0.03
"""Largest deviation from whole flows that was aimed at."""
HEADS = ("N", "K", "N/K²", "a", "b", "columns", "slope", "errors: seeds, last order", "loss within")
AGAINST = (*HEADS, "whole slope", "loss off, rms", "scatter, rms", "worst")


def section() -> str:
    """Return how near thinned flows are to whole ones, and slopes at large N."""
    found = json.loads(RESULTS.read_text("utf-8"))
    source, more = found["provenance"], found["more_seeds"]
    large = [*found["large"], *more_flows.large_rows()]
    parts = (
        "## Large N at fixed K",
        "Thinned flows: neighbouring rare features share columns, as many as stand under "
        "`columns`, and losses are extrapolated to none shared "
        f"(`{source['command']}`, {source['date']}). `loss within` is the error that a run states "
        f"of its own loss; the errors of a slope are from the seeds and from the last order of the "
        f"extrapolation. First {found['many_seeds']} seeds against whole flows of {more} others; "
        "`scatter` is what the seeds of both explain of the deviation:",
        table(Table(AGAINST, tuple(_checked(row) for row in found["checked"]))),
        _verdict(found["checked"], found["times"]),
        f"Then where no whole flow was run, {source['seeds']} seeds; the last "
        f"{len(more_flows.large_rows())} by the command of the section above:",
        table(Table(HEADS, tuple(_row(row) for row in large))),
        _left([row for row in found["left"] if not _is_among(row, large)]),
    )
    return "\n\n".join(parts)


def _where(row: dict[str, Any]) -> tuple[str, ...]:
    x = row["n_features"] / row["width"] ** 2
    return (
        f"{row['n_features']}",
        f"{row['width']}",
        f"{x:.3g}",
        f"{row['a']:g}",
        f"{row['b']:g}",
    )


def _row(row: dict[str, Any]) -> tuple[str, ...]:
    errors = f"{row['seeds_error']:.3f}, {row['extrapolation_error']:.3f}"
    stated = _percent(row["stated_error"])
    return (*_where(row), f"{row['n_classes']}", f"{row['slope']:.3f}", errors, stated)


def _checked(row: dict[str, Any]) -> tuple[str, ...]:
    off = (_percent(row[name]) for name in ("rms", "scatter"))
    return (*_row(row), f"{row['whole_slope']:.3f}", *off, _percent(row["worst"]))


def _verdict(rows: list[dict[str, Any]], times: list[float]) -> str:
    """Say whether the goal is met, on the average and at every time, and why not."""
    rms, worst, added, change = (
        max(row[name] for row in rows) for name in ("rms", "worst", "added", "change")
    )
    gap = max(abs(row["slope"] - row["whole_slope"]) for row in rows)
    average = "met" if rms <= GOAL else "**missed**"
    every = "and" if worst <= GOAL else "but **not**"
    told = (
        f"The goal of {_percent(GOAL)} is {average} in the root mean square over the window, "
        f"{every} at every single time. Slopes are within {gap:.3f}."
    )
    late = [t for row in rows for t, off in zip(times, row["off"], strict=True) if abs(off) > GOAL]
    if not late:
        return told
    return (
        f"{told} After t = {max(late):.2g} it is met. Extrapolation adds up to "
        f"{_percent(added)}, its last order up to {_percent(change)}. Early in the window the "
        "gates between the most frequent features and the rest close, and seeds scatter most: what "
        "is bias, and what scatter, is below."
    )


def _left(rows: list[dict[str, Any]]) -> str:
    told = ", ".join(
        f"N = {row['n_features']}, K = {row['width']} ({_columns(row)}, {row['seconds']:g} s)"
        for row in rows
    )
    return f"Not run, with what one seed is estimated to take: {told}."


def _is_among(row: dict[str, Any], others: list[dict[str, Any]]) -> bool:
    """Whether a student has been run, with any number of columns."""
    names = ("a", "b", "n_features", "width")
    return any(all(row[name] == other[name] for name in names) for other in others)


def _columns(row: dict[str, Any]) -> str:
    return f"{row['n_classes'] or row['n_features']} columns"


def _percent(part: float) -> str:
    return f"{100.0 * part:.0f} %" if part >= 0.1 else f"{100.0 * part:.2g} %"
