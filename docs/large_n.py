"""Students of very many features: a section of the page of trained embeddings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from superlaw.setting.case import case
from superlaw.setting.optimizer import GradientFlow
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.direct import flow_seconds
from superlaw.theory.documents.document import Table
from superlaw.theory.documents.markdown import table
from superlaw.validation.claims.trained.flows import WINDOW

RESULTS = Path(__file__).parent / "results" / "large_n.json"
N_WIDE, K_WIDE = 1024, 512
"""A student wider than those of the map."""
GOAL = 0.03
"""Largest deviation from whole flows that was aimed at."""
HEADS = ("N", "K", "a", "b", "columns", "slope", "errors: seeds, half the columns", "loss within")


def section() -> str:
    """Return how near thinned flows are to whole ones, slopes at large N, and what is missing."""
    found = json.loads(RESULTS.read_text("utf-8"))
    source = found["provenance"]
    parts = (
        "## Large N at fixed K",
        "Classes of features that share columns, extrapolated to none shared: "
        f"`{source['command']}`, {source['date']}, {source['seeds']} seeds. `loss within` is the "
        "error that a run states of its own loss. First against whole flows of other seeds:",
        table(Table((*HEADS, "whole slope", "loss off, rms", "worst"), _checked(found))),
        _verdict(found["checked"]),
        "Then where no whole flow was run:",
        table(Table(HEADS, tuple(_row(row) for row in found["large"]))),
        _left(found["left"]),
    )
    return "\n\n".join(parts)


def missing(report: dict[str, Any]) -> str:
    """Return what the map leaves out, and what that is estimated to take."""
    size = report["configuration"]["size"]["trained"]
    (claim,) = (claim for claim in report["claims"] if claim["name"] == "width_order")
    rows = claim["readings"]["slopes"]
    few = [row for row in rows if row["seeds"] < size["seeds"]]
    seeds = sum(_minutes(row, size["seeds"] - row["seeds"]) for row in few)
    wide = [{**row, "N": N_WIDE, "K": K_WIDE} for row in rows if row["N"] == N_WIDE]
    tasks = {(row["a"], row["b"]): row for row in wide}.values()
    widest = sum(_minutes(row, size["seeds"]) for row in tasks)
    return (
        f"The map leaves out: {size['seeds']} seeds of the {len(few)} students with fewer (some "
        f"{seeds:.2g} minutes of one processor, estimated), and K = {K_WIDE} at N = {N_WIDE} (some "
        f"{widest:.2g} minutes for {len(tasks)} tasks)."
    )


def _minutes(row: dict[str, Any], seeds: int) -> float:
    task, student = PowerLawTask(row["a"], row["b"], row["N"]), Student(row["K"], tied=True)
    studied = case(task, student, GradientFlow())
    return seeds * flow_seconds(studied, WINDOW[1], "float32", [float(row["N"])]) / 60.0


def _row(row: dict[str, Any]) -> tuple[str, ...]:
    errors = f"{row['seeds_error']:.3f}, {row['extrapolation_error']:.3f}"
    where = (f"{row['n_features']}", f"{row['width']}", f"{row['a']:g}", f"{row['b']:g}")
    return (
        *where,
        f"{row['n_classes']}",
        f"{row['slope']:.3f}",
        errors,
        _percent(row["stated_error"]),
    )


def _checked(found: dict[str, Any]) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (*_row(row), f"{row['whole_slope']:.3f}", _percent(row["rms"]), _percent(row["worst"]))
        for row in found["checked"]
    )


def _verdict(rows: list[dict[str, Any]]) -> str:
    worst, added, change = (max(row[name] for row in rows) for name in ("worst", "added", "change"))
    gap = max(abs(row["slope"] - row["whole_slope"]) for row in rows)
    if worst <= GOAL:
        return f"The goal of {_percent(GOAL)} is met."
    return (
        f"The goal of {_percent(GOAL)} at every time is **missed**; slopes are within {gap:.3f}. "
        f"Extrapolation adds up to {_percent(added)}, and from half the columns it would be off by "
        f"{_percent(change)} from that: the logarithm of the loss is not straight in the part of "
        "pairs that share a column, which is what the error that a run states is made of."
    )


def _left(rows: list[dict[str, Any]]) -> str:
    told = ", ".join(
        f"N = {row['n_features']}, K = {row['width']} ({row['seconds']:g} s)" for row in rows
    )
    return f"Not run, with what one seed is estimated to take: {told}."


def _percent(part: float) -> str:
    return f"{100.0 * part:.2g} %"
