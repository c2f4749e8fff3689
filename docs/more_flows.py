"""More flows of tied students: enough columns, N/K² = ½ as N grows. For one page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from superlaw.theory.documents.document import Table
from superlaw.theory.documents.markdown import table
from superlaw.theory.laws.tied import measured_slope

RESULTS = Path(__file__).parent / "results"
HALF = (0.45, 0.55)
"""N/K² that is 1/2, K being a whole number."""
TASKS = ((1.5, 1.0), (2.0, 0.5))
"""a and b, of which slopes are known at several N there."""
COLUMNS = ("N", "K", "a", "b", "columns", "loss off, rms", "scatter, rms", "worst", "stated")
Rows = list[dict[str, Any]]


def half_section(report: dict[str, Any]) -> str:
    """Return how the slope at N/K² = 1/2 fares as N grows, and that of the widest student."""
    found = json.loads((RESULTS / "more_flows.json").read_text("utf-8"))
    earlier = json.loads((RESULTS / "large_n.json").read_text("utf-8"))
    (claim,) = (claim for claim in report["claims"] if claim["name"] == "width_order")
    slopes, large = claim["readings"]["slopes"], [*earlier["large"], *found["large"]]
    parts = (
        "## N/K² = ½ as N grows",
        *(_half(task, slopes, large) for task in TASKS),
        _widest(found),
    )
    return "\n\n".join(parts)


def columns_section() -> str:
    """Return by how much columns that are shared leave the loss in error."""
    found = json.loads((RESULTS / "more_flows.json").read_text("utf-8"))
    source, seeds = found["provenance"], found["compared_seeds"]
    few, usual = (
        [row for row in found["columns"] if row["n_classes"] == each * row["width"]]
        for each in (16, 32)
    )
    return "\n\n".join(
        (
            "## How many columns are enough",
            f"{seeds} thinned flows against {seeds} whole ones of other seeds, where these are "
            f"cheap: `{source['command']}`, {source['date']}. `stated` is the largest error that "
            "a run states of its own loss.",
            table(Table(COLUMNS, tuple(_compared(row) for row in found["columns"]))),
            f"With 16 K columns {_within(few)}; with 32 K, which are taken where nothing is said "
            f"and there are twice as many features, {_within(usual)} (at every time, but for two "
            "standard errors of seeds).",
        )
    )


def large_rows() -> Rows:
    """Return thinned flows where no whole flow was run."""
    rows: Rows = json.loads((RESULTS / "more_flows.json").read_text("utf-8"))["large"]
    return rows


def _within(rows: Rows) -> str:
    """Say at how many students the loss is within what is stated."""
    inside = sum(row["beyond"] <= 1.0 for row in rows)
    worst = max(row["worst"] for row in rows)
    return (
        f"the loss is within what is stated for {inside} of {len(rows)} students, off by up to "
        f"{100.0 * worst:.2g} %"
    )


def _compared(row: dict[str, Any]) -> tuple[str, ...]:
    parts = (row[name] for name in ("rms", "scatter", "worst", "stated_error"))
    where = (f"{row[name]:g}" for name in ("n_features", "width", "a", "b", "n_classes"))
    return (*where, *(f"{100.0 * part:.2g} %" for part in parts))


def _widest(found: dict[str, Any]) -> str:
    row, source = found["widest"], found["provenance"]
    n, width = row["n_features"], row["width"]
    return (
        f"The widest whole student, N = {n}, K = {width} (N/K² = {n / width**2:.2g}; a = "
        f"{row['a']:g}, b = {row['b']:g}, {row['seeds']} seeds: `{source['command']}`, "
        f"{source['date']}), has slope {row['slope']:.3f}, seeds scatter by {row['scatter']:.4f}; "
        f"1 + 0.115 ln(2N/K²), claimed for N/K² from ⅛ to 2, would be "
        f"{measured_slope(n, width):.3f}."
    )


def _half(task: tuple[float, float], slopes: Rows, large: Rows) -> str:
    """Say how the slope at N/K² = 1/2 changes as N grows, of one task, from all that is known."""
    known: dict[int, tuple[float, float | None]] = {}
    for row in slopes:
        at = {**row, "n_features": row["N"], "width": row["K"]}
        known |= _at_half(task, at, row["errors"]["seeds"])
    for row in large:
        error = float(np.hypot(row["seeds_error"], row["extrapolation_error"]))
        known |= _at_half(task, row, error)
    told = ", ".join(
        f"{slope:.3f} ± {error:.3f} (N = {n})" if error else f"{slope:.3f} (N = {n}, one seed)"
        for n, (slope, error) in sorted(known.items())
    )
    x, y = np.log(list(known)), np.array([slope for slope, _ in known.values()])
    rise, error = _line(x, y)
    return (
        f"At N/K² = ½, a = {task[0]:g} and b = {task[1]:g}, slopes are {told}: {rise:+.3f} ± "
        f"{error:.3f} as N grows e-fold, by a straight line through all. Nothing is known beyond "
        f"N = {max(known)} there; errors are of seeds, and of extrapolation where columns are "
        "shared."
    )


def _at_half(
    task: tuple[float, float], row: dict[str, Any], error: float | None
) -> dict[int, tuple[float, float | None]]:
    n, is_task = row["n_features"], (row["a"], row["b"]) == task
    is_half = HALF[0] <= n / row["width"] ** 2 <= HALF[1]
    return {n: (row["slope"], error)} if is_task and is_half else {}


def _line(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Return the rise of a straight line and its standard error, from what is left."""
    design = np.vander(x - x.mean(), 2)
    rise, level = np.linalg.lstsq(design, y)[0]
    left = y - design @ (rise, level)
    return float(rise), float(np.sqrt(left @ left / (len(x) - 2) / np.sum(design[:, 0] ** 2)))
