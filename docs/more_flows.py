"""More flows of tied students: N/K² = ½ as N grows, and large K. For one page."""

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
WIDE = ("N", "K", "N/K²", "a", "b", "seeds", "slope", "scatter of seeds", "law")
Rows = list[dict[str, Any]]


def half_section(report: dict[str, Any]) -> str:
    """Return how the slope at N/K² = 1/2 fares as N grows, and slopes of wide students."""
    found = json.loads((RESULTS / "more_flows.json").read_text("utf-8"))
    earlier = json.loads((RESULTS / "large_n.json").read_text("utf-8"))
    (claim,) = (claim for claim in report["claims"] if claim["name"] == "width_order")
    slopes, large = claim["readings"]["slopes"], [*earlier["large"], *found["large"]]
    parts = (
        "## N/K² = ½ as N grows",
        *(_half(task, slopes, large) for task in TASKS),
        _wide(found),
    )
    return "\n\n".join(parts)


def large_rows() -> Rows:
    """Return thinned flows where no whole flow was run."""
    rows: Rows = json.loads((RESULTS / "more_flows.json").read_text("utf-8"))["large"]
    return rows


def _wide(found: dict[str, Any]) -> str:
    """Return the slopes of students wider than those of the map."""
    source, rows = found["provenance"], found["wide"]
    return "\n\n".join(
        (
            "Whole flows of students wider than those above: "
            f"`{source['command']}`, {source['date']}. `law` is 1 + 0.115 ln(2N/K²), which is "
            "claimed for N/K² from ⅛ to 2 only:",
            table(Table(WIDE, tuple(_row(row) for row in rows))),
        )
    )


def _row(row: dict[str, Any]) -> tuple[str, ...]:
    n, width, scatter = row["n_features"], row["width"], row["scatter"]
    return (
        *(f"{n}", f"{width}", f"{n / width**2:.2g}", f"{row['a']:g}", f"{row['b']:g}"),
        *(f"{row['seeds']}", f"{row['slope']:.3f}", "" if scatter is None else f"{scatter:.4f}"),
        f"{measured_slope(n, width):.3f}",
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
