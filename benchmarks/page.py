"""The page and its figures, from the measured rows; nothing in it is typed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.goals import judge
from benchmarks.problems import FEATURES_A_DIMENSION, FINEST
from benchmarks.rows import GOAL_ERROR, Row, fastest_each, finished, is_ours, of_study
from superlaw.figures.drawing import svg
from superlaw.figures.panels import Panel, Series
from superlaw.theory.documents.captions import Captions

CAPTIONS = Captions(Path(__file__).parents[1] / "docs")
MOST_CURVES = 7
"""Curves of a figure that are still told apart."""
EQUATIONS = {
    "linear": "sequential linear, de_i/dt = −λ_i e_i",
    "two_layer": "two-layer logistic, ds_i/dt = 2 λ_i s_i (a_i − s_i)",
    "cross_talk": "cross-talk, de_k/dt = −λ_k e_k − (1/K) Σ λ_i e_i, K = N/8",
    "row_replica": "row-replica closure, the mean field of a ReLU student, "
    f"K = N/{FEATURES_A_DIMENSION}",
}
WANTED = {"row_replica": 1e-3}
"""Error of a problem at which solvers are compared, where it is not `GOAL_ERROR`."""


def write(results: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each file of the page with its text."""
    figures = dict(_figures(results))
    yield "benchmarks.md", _text(results, figures)
    for name, panel in figures.items():
        yield f"figures/{name}.svg", svg(panel)


def _text(results: dict[str, Any], figures: dict[str, Panel]) -> str:
    parts = [
        "# Benchmarks",
        _introduction(results),
        "## Goals",
        _goals(results),
        *_precision(results),
        *_full(results),
        *_growth(results),
        "## Feature classes",
        _classes(results["classes"]),
    ]
    return "\n\n".join(parts) + "\n"


def _introduction(results: dict[str, Any]) -> str:
    versions = results["packages"]
    packages = ", ".join(f"{name} {version}" for name, version in versions.items())
    grows = any("ARK_DOMEIG_FAIL" in row["status"] for row in results["rows"])
    growing = (
        " LSRKStep of SUNDIALS, through sundials4py, finds its spectral radius itself and does not "
        "go on where the eigenvalue of largest size is positive (ARK_DOMEIG_FAIL), as it is at the "
        "start of the logistic problem and of the closure."
    )
    return (
        "Written by `make bench` from the measurements in `results/benchmarks.json`. Every solver "
        "runs in a process of its own, with a compiled right-hand side, after a run that compiles "
        "everything; times are medians of up to five runs. The error is the largest relative error "
        "of the loss over one output a decade, against the closed form with every feature; "
        f"of the closure, against its own steps at a tolerance of {FINEST:g}. "
        f"λ_i ∝ i^-1.5, a_i = i^-0.25. Machine: {results['machine']['processors']} processors, "
        f"shared with other work: read ratios, not seconds. Python "
        f"{results['machine']['python']}; {packages}."
        f"{growing if grows else ''}"
    )


def _goals(results: dict[str, Any]) -> str:
    rows = [
        [goal.wanted, goal.measured, "met" if goal.is_met else f"**missed**: {goal.reason}"]
        for goal in judge(results)
    ]
    return _table(["goal", "measured", "verdict"], rows)


def _precision(results: dict[str, Any]) -> Iterator[str]:
    for problem, equation in EQUATIONS.items():
        rows = of_study(results, "precision", problem)
        if not rows:
            continue
        n, t1, error = rows[0]["n_features"], rows[0]["t1"], WANTED.get(problem, GOAL_ERROR)
        yield f"## Work and precision: {equation}, N = {n:,}, t = 10^-3 … {t1:.0e}"
        yield CAPTIONS.figure(f"precision_{problem}")
        yield f"The fastest run of each solver with an error ≤ {error:g}; then the others."
        yield _solvers(rows, error)


def _solvers(rows: list[Row], error: float) -> str:
    best = fastest_each(rows, error)
    table = [_cells(row, best[0]["seconds"]) for row in best]
    left = {row["solver"]: row for row in rows} | {
        row["solver"]: row for row in sorted(finished(rows), key=lambda row: -row["error"])
    }
    reached = {row["solver"] for row in best}
    table += [_cells(row, None) for name, row in left.items() if name not in reached]
    return _table(["solver", "rtol", "time", "× best", "error", "work", "memory"], table)


def _cells(row: Row, best: float | None) -> list[str]:
    name = f"**{row['solver']}**" if is_ours(row) else row["solver"]
    rtol = f"{row['rtol']:.0e}" if "rtol" in row else ""
    if row["status"] != "finished":
        return [name, rtol, row["status"], "", "", "", ""]
    ratio = "" if best is None else f"{row['seconds'] / best:.1f}"
    memory = f"{row['bytes'] / 2**20:.0f} MiB"
    kind = "steps" if is_ours(row) and row["problem"] not in WANTED else "evaluations"
    work = f"{row['work']:,} {kind}" if row["work"] else "not told"
    seconds = f"{row['seconds']:.3g} s"
    return [name, rtol, seconds, ratio, f"{row['error']:.0e}", work, memory]


def _full(results: dict[str, Any]) -> Iterator[str]:
    for problem in ("cross_talk", "linear"):
        rows = of_study(results, "full", problem)
        if not rows:
            continue
        n, t1 = rows[0]["n_features"], rows[0]["t1"]
        yield f"## Full size: {EQUATIONS[problem]}, N = {n:,}, t = 10^-3 … {t1:.0e}"
        yield "Every run; one that was stopped or cannot start is a row."
        cells = [_cells(row, None) for row in rows]
        yield _table(
            ["solver", "rtol", "time", "error", "work", "memory"],
            [[*row[:3], *row[4:]] for row in cells],
        )


def _growth(results: dict[str, Any]) -> Iterator[str]:
    for study, what in (("growth", "features"), ("span", "the time span")):
        rows = of_study(results, study)
        if not rows:
            continue
        yield f"## Growth with {what}"
        yield CAPTIONS.figure(study)
        cells = [[f"{row['n_features']:,}", f"{row['t1']:.0e}", *_cells(row, None)] for row in rows]
        yield _table(
            ["N", "last t", "solver", "rtol", "time", "error", "work", "memory"],
            [[*row[:5], *row[6:]] for row in cells],
        )


def _classes(rows: list[Row]) -> str:
    table = [
        [
            row["problem"],
            f"{row['n_features']:.0e}",
            f"{row['t1']:.0e}",
            f"{1e3 * row['seconds']:.0f} ms",
            f"{row['stated']:.0e}",
            f"{row['error']:.0e}" if "error" in row else "",
        ]
        for row in rows
    ]
    return _table(["problem", "N", "last t", "time", "stated error", "true error"], table)


def _figures(results: dict[str, Any]) -> Iterator[tuple[str, Panel]]:
    for problem, equation in EQUATIONS.items():
        rows = of_study(results, "precision", problem)
        if finished(rows):
            curves = _curves(finished(rows), "error")
            title = f"{equation.split(',')[0]}, N = {rows[0]['n_features']:,}"
            yield (
                f"precision_{problem}",
                Panel(title, "relative error of the loss", "seconds", curves),
            )
    for study, key, label in (("growth", "n_features", "N"), ("span", "t1", "last time")):
        rows = finished(of_study(results, study))
        if not rows:
            continue
        title = f"cross-talk: time against {label}"
        yield study, Panel(title, label, "seconds", _curves(rows, key))


def _curves(rows: list[Row], key: str) -> tuple[Series, ...]:
    """Return a curve for each of the best solvers, ours first."""
    names = list(dict.fromkeys(row["solver"] for row in rows))
    names.sort(key=lambda name: (not name.startswith("superlaw"), _reach(rows, name)))
    curves = []
    for name in names[:MOST_CURVES]:
        points = sorted((row[key], row["seconds"]) for row in rows if row["solver"] == name)
        x, y = np.array(points, dtype=float).T
        style = "line" if name.startswith("superlaw") else "dashed"
        curves += [Series(name, x, y, style=style), Series(name, x, y, style="points", paired=True)]
    return tuple(curves)


def _reach(rows: list[Row], name: str) -> float:
    """Return time × error of the best run: small for solvers worth drawing."""
    return float(min(row["seconds"] * row["error"] for row in rows if row["solver"] == name))


def _table(header: list[str], rows: list[list[str]]) -> str:
    lines = [" | ".join(header), "|".join("---" for _ in header)]
    lines += [" | ".join(cell.replace("|", "\\|") for cell in row) for row in rows]
    return "\n".join(f"| {line} |" if "---" not in line else f"|{line}|" for line in lines)
