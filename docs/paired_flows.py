"""How near thinned flows are to whole ones: a section of the page of trained embeddings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from superlaw.theory.documents.document import Table
from superlaw.theory.documents.markdown import table

RESULTS = Path(__file__).parent / "results" / "paired_flows.json"
GOAL = 0.03
"""Largest deviation from whole flows that was aimed at."""
SURE = 2.0
"""Standard errors that a deviation is known to."""
COLUMNS = ("N", "K", "a", "b", "columns", "loss off, rms", "worst", "at t")
Row = dict[str, Any]


def section() -> str:
    """Return the deviation at each time where a goal was set, and elsewhere the worst."""
    found = json.loads(RESULTS.read_text("utf-8"))
    source, times, goal = found["provenance"], found["times"], found["goal"]
    few, many = (
        [row for row in goal if row["n_classes"] == n]
        for n in sorted({row["n_classes"] for row in goal})
    )
    first = few[0]
    parts = (
        "## How near thinned flows are to whole ones",
        "Both start from the same columns, so that what seeds share cancels "
        f"(`{source['command']}`, {source['date']}). Deviation of the log-mean loss, with the "
        f"standard error of {found['goal_seeds']} seeds, for N = {first['n_features']}, "
        f"K = {first['width']}, a = {first['a']:g} on {first['n_classes']} columns; in brackets "
        "what these columns alone, not extrapolated, are off:",
        _by_time(few, times),
        f"{_verdict(few, times)} {_bias(few, times)}",
        f"The same on {many[0]['n_classes']} columns:",
        _by_time(many, times),
        _verdict(many, times),
        f"Fewer columns and other tasks, {source['seeds']} seeds; `worst` is the largest "
        "deviation of all times:",
        table(Table(COLUMNS, tuple(_compared(row, times) for row in found["columns"]))),
        _rival(found["columns"]),
    )
    return "\n\n".join(parts)


def _by_time(rows: list[Row], times: list[float]) -> str:
    """Return the table of deviations."""
    names = ("off", "error", "unextrapolated")
    lines = []
    for k, t in enumerate(times):
        cells = ([100.0 * row[name][k] for name in names] for row in rows)
        told = (f"{off:+.1f} ± {error:.1f} % ({raw:+.0f} %)" for off, error, raw in cells)
        lines.append((f"{t:.3g}", *told))
    return table(Table(("t", *(f"b = {row['b']:g}" for row in rows)), tuple(lines)))


def _cells(rows: list[Row], times: list[float]) -> list[tuple[float, float, float, float]]:
    """Return b, t, deviation and its error, of every student and time."""
    return [
        (row["b"], t, off, error)
        for row in rows
        for t, off, error in zip(times, row["off"], row["error"], strict=True)
    ]


def _verdict(rows: list[Row], times: list[float]) -> str:
    """Say where the goal is met, and where it is surely not."""
    cells = _cells(rows, times)
    missed = [cell for cell in cells if abs(cell[2]) - SURE * cell[3] > GOAL]
    open_ = [cell for cell in cells if abs(cell[2]) > GOAL and cell not in missed]
    rms, gap = max(row["rms"] for row in rows), max(abs(row["slope_off"]) for row in rows)
    average = "met" if rms <= GOAL else "**missed**"
    single = f"**missed** at {_places(missed)}" if missed else "missed at no time for certain"
    between = f", and not decided at {_places(open_)}" if open_ else ""
    n_met = len(cells) - len(missed) - len(open_)
    told = f"At all {n_met} single times it is met."
    if n_met < len(cells):
        told = (
            f"At single times it is {single} (by more than {SURE:g} standard errors){between}; at "
            f"the other {n_met} of {len(cells)} it is met."
        )
    return (
        f"The goal of {_percent(GOAL)} is {average} in the root mean square over the window "
        f"({_percent(rms)}). {told} Slopes are within {gap:.3f}."
    )


def _bias(rows: list[Row], times: list[float]) -> str:
    """Say what is left, and a likely reason."""
    low = min(_cells(rows, times), key=lambda cell: cell[2])
    return (
        "What is left is a bias, and its largest is "
        f"{100.0 * low[2]:+.1f} ± {100.0 * low[3]:.1f} % (t = {low[1]:.3g}, b = {low[0]:g}). "
        "It arises early in the window, when the gates between the most frequent features and the "
        "rest close. A likely reason, not derived: a pair loses its overlap as its two columns "
        "push each other, and a class of n features pushes n times, so that the pair is (1 + n)/2 "
        "times too fast beside a feature with a column of its own, no small correction. Such a "
        "shift of time is nearly straight in ln n, and a parabola through n = 1 + ε, 1 + 2ε and "
        "1 + 4ε bends too little. "
        f"With ln((1 + n)/2) in place of the second power the largest deviation of these two is "
        f"{_percent(max(row['rival'] for row in rows))}; further down is why it is not used."
    )


def _rival(rows: list[Row]) -> str:
    """Say what the other extrapolation does to these students, which is why it is not used."""
    farther = [row for row in rows if row["rival"] > abs(row["off"][row["worst"]])]
    return (
        f"With ln((1 + n)/2) in place of the second power the largest deviation grows for "
        f"{len(farther)} of these {len(rows)} students, to as much as "
        f"{_percent(max(row['rival'] for row in rows))}: it is not used."
    )


def _places(cells: list[tuple[float, float, float, float]]) -> str:
    return ", ".join(f"t = {t:.3g} (b = {b:g})" for b, t, *_ in cells)


def _compared(row: Row, times: list[float]) -> tuple[str, ...]:
    k = row["worst"]
    where = (f"{row[name]:g}" for name in ("n_features", "width", "a", "b", "n_classes"))
    worst = f"{100.0 * row['off'][k]:+.1f} ± {100.0 * row['error'][k]:.1f} %"
    return (*where, _percent(row["rms"]), worst, f"{times[k]:.3g}")


def _percent(part: float) -> str:
    return f"{100.0 * part:.2g} %"
