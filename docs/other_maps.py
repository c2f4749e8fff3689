"""Other students over the whole map: a section of the page of trained embeddings, and its figure.

`python docs/other_maps.py` draws the figure from the committed numbers.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from captions import figure
from readings import Rows, most, span

from superlaw.figures.drawing import svg
from superlaw.figures.panels import HeatMap, Maps
from superlaw.setting.task import PowerLawTask
from superlaw.storage import write_text
from superlaw.theory.documents.document import Table
from superlaw.theory.documents.markdown import measured_on, table
from superlaw.validation.claims.trained import flows
from superlaw.validation.claims.trained.one_slope import QUARTER
from superlaw.validation.claims.trained.other_students import ADAPTIVE, STEPS
from superlaw.validation.claims.trained.pictures import slope_table
from superlaw.validation.reports.other_maps import CROWDED, SLOWER_STEPS, label

DOCS = Path(__file__).parent
RESULTS, TIED_REPORT = DOCS / "results" / "other_maps.json", DOCS / "results" / "trained.json"
FIGURE = DOCS / "figures" / "other_maps.svg"
TIED, SGD = "tied", label(STEPS)
HEADS = ("student", "N/K", "seeds", "slope, b ≥ ¼", "spread", "over a", "over b", "local slope")
HEADS += ("b = 0", "errors: seeds, window, at most")
Cells = dict[tuple[str, int], Rows]
"""Rows of a map by student and N/K."""


def section() -> str:
    """Return how far each student is from one slope, at each N/K."""
    found, cells = _read()
    first, last = found["window"]
    parts = (
        "## Other students over the whole map",
        f"{measured_on(found['provenance'])}, from the starts of the tied student, which stands "
        f"first. Slopes are over {first:g} ≤ t ≤ {last:g}, those of Adam over a window that is "
        "named below. `spread` is the largest slope less the smallest with b ≥ ¼, `over a` the "
        "largest spread at one b, `over b` the largest at one a; `local slope` is the smallest and "
        "the largest inside the window; errors are the largest of all tasks, from the seeds and "
        "from the ends of the window.",
        table(Table(HEADS, tuple(_line(*key, rows) for key, rows in cells.items()))),
        _verdict(found["theory"], cells),
        _sgd(cells),
        _adam(found, cells),
        figure("other_maps"),
    )
    return "\n\n".join(parts)


def draw() -> None:
    """Draw the slopes of all students at the N/K of the shared slope, beside K = N."""
    found, cells = _read()
    maps = [_map("K = N, theory", found["theory"])]
    shown = (1, flows.SHARE)
    maps += [_map(kind, rows) for (kind, share), rows in cells.items() if share in shown]
    title = f"Slope, N/K = {flows.SHARE}, beside K = N"
    write_text(FIGURE, svg(Maps(title, tuple(maps))))


def _read() -> tuple[dict[str, Any], Cells]:
    """Return what was measured, and the rows of each map, those of the tied student first."""
    found = json.loads(RESULTS.read_text("utf-8"))
    report = json.loads(TIED_REPORT.read_text("utf-8"))
    (claim,) = (claim for claim in report["claims"] if claim["name"] == "one_slope")
    own = [{"student": TIED, **row} for row in claim["readings"]["slopes"] if row["K"] < row["N"]]
    cells: Cells = {}
    for row in sorted([*own, *found["rows"]], key=lambda row: -row["K"]):
        cells.setdefault((row["student"], row["N"] // row["K"]), []).append(row)
    kinds = list(dict.fromkeys(row["student"] for row in (*own, *found["rows"])))
    return found, dict(sorted(cells.items(), key=lambda item: kinds.index(item[0][0])))


def _map(title: str, rows: Rows) -> HeatMap:
    return slope_table(title, {PowerLawTask(row["a"], row["b"]): row["slope"] for row in rows})


def _line(kind: str, share: int, rows: Rows) -> tuple[str, ...]:
    alike = _alike(rows)
    low, high = min(row["local"][0] for row in alike), max(row["local"][1] for row in alike)
    return (
        *(kind, f"{share}", f"{rows[0]['seeds']}", span(alike), f"{_spread(alike):.2f}"),
        *(f"{max(map(_spread, _by(alike, name))):.2f}" for name in ("b", "a")),
        f"{low:.2f} to {high:.2f}",
        span([row for row in rows if row["b"] == flows.UNLIKE]),
        ", ".join(most(alike, source) for source in ("seeds", "window")),
    )


def _alike(rows: Rows) -> Rows:
    return [row for row in rows if row["b"] != flows.UNLIKE]


def _by(rows: Rows, name: str) -> Iterator[Rows]:
    """Yield rows of one value each."""
    for value in sorted({row[name] for row in rows}):
        yield [row for row in rows if row[name] == value]


def _spread(rows: Rows) -> float:
    return flows.spread([row["slope"] for row in rows])


def headline() -> str:
    """Say in short where one slope is shared and where it is not: for the top of the page."""
    found, cells = _read()
    limit, by_kind = _spreads(found["theory"], cells)
    below = _below(limit, by_kind)
    above: dict[int, list[str]] = {}
    for kind, own in by_kind.items():
        for share in set(own).difference(below[kind] or own):
            above.setdefault(share, []).append(f"{kind} {own[share]:.2f}")
    missed = [f"at N/K = {share} ({'; '.join(kinds)})" for share, kinds in sorted(above.items())]
    equal = [f"{s}" for s in by_kind[TIED] if _spread(cells[TIED, s]) < limit]
    return (
        "**One slope is shared** by the tasks with b ≥ ¼ where the student is "
        f"{_told(below, '; or ')}: the largest slope less the smallest is below {limit:.2f}, a "
        f"quarter of that of K = N. **None is shared** {', '.join((*missed, 'nor'))} at any N/K by "
        f"{'; '.join(_never(below))}. With b = 0 among the tasks the tied student keeps to that "
        f"limit at N/K = {', '.join(equal) or 'none'} "
        "([all students](#other-students-over-the-whole-map))."
    )


def _spreads(theory: Rows, cells: Cells) -> tuple[float, dict[str, dict[int, float]]]:
    """Return below what spread a slope is shared, and the spread of each student and N/K."""
    by_kind: dict[str, dict[int, float]] = {}
    for (kind, share), rows in cells.items():
        if share > 1:
            by_kind.setdefault(kind, {})[share] = _spread(_alike(rows))
    return QUARTER * _spread(_alike(theory)), by_kind


def _below(limit: float, by_kind: dict[str, dict[int, float]]) -> dict[str, list[int]]:
    """Return at which N/K each student keeps to a limit."""
    return {kind: [s for s, x in own.items() if x < limit] for kind, own in by_kind.items()}


def _told(below: dict[str, list[int]], between: str = "; ") -> str:
    """Return who shares a slope, at which N/K."""
    told = (f"{kind}, at N/K = {', '.join(map(str, own))}" for kind, own in below.items() if own)
    return between.join(told) or "none"


def _never(below: dict[str, list[int]]) -> list[str]:
    """Return who shares one at no N/K."""
    return [kind for kind, shares in below.items() if not shares]


def _verdict(theory: Rows, cells: Cells) -> str:
    """Say which students share one slope, by the rule of the claim, at which N/K."""
    limit, by_kind = _spreads(theory, cells)
    below = _below(limit, by_kind)
    never = _never(below)
    return (
        f"K = N spreads by {limit / QUARTER:.2f} over b ≥ ¼, by theory. A slope is shared, by the "
        f"rule of the claim above, if it spreads by less than a quarter of that, {limit:.2f}. It "
        f"is shared by: {_told(below)}. At no N/K of the table by: {'; '.join(never) or 'none'}."
        f"{_exponents([(kind, _alike(cells[kind, flows.SHARE])) for kind in never])}"
    )


def _exponents(unlike: list[tuple[str, Rows]]) -> str:
    """Say which of the two exponents slopes depend on more, of students that share none."""
    by_a, by_b = (
        {kind: max(map(_spread, _by(rows, held))) for kind, rows in unlike} for held in ("b", "a")
    )
    told = (
        (name, [kind for kind in own if own[kind] > other[kind]])
        for name, own, other in (("a", by_a, by_b), ("b", by_b, by_a))
    )
    return "".join(
        f" At N/K = {flows.SHARE} slopes depend more on {name} for: {'; '.join(kinds)}."
        for name, kinds in told
        if kinds
    )


def _sgd(cells: Cells) -> str:
    """Say how far SGD is from the flow."""
    sgd = {key: rows for key, rows in cells.items() if key[0] == SGD}
    off, row = max(
        (
            (abs(row["slope"] / _flow(row, cells)["slope"] - 1.0), row)
            for rows in sgd.values()
            for row in rows
        ),
        key=lambda each: each[0],
    )
    flow = _flow(row, cells)
    error = 2.0 * math.hypot(*(each["errors"]["seeds"] / flow["slope"] for each in (row, flow)))
    return (
        f"SGD (lr {STEPS.lr:g}, at N/K = {CROWDED}, where that is not stable for every task, "
        f"{SLOWER_STEPS.lr:g}; batch {STEPS.batch}) has the slope of the flow within "
        f"{100.0 * off:.2g} % at all {sum(map(len, sgd.values()))} points, b = 0 included; "
        f"farthest off is {_where(row)}, where two standard errors of the seeds of both are "
        f"{100.0 * error:.2g} %."
    )


def _adam(found: dict[str, Any], cells: Cells) -> str:
    """Say what the slopes of Adam are slopes of, and where they lie."""
    slow, fast = (
        [row for (kind, _), rows in cells.items() if kind == label(adam) for row in rows]
        for adam in ADAPTIVE
    )
    gap = max(abs(own["slope"] - other["slope"]) for own, other in zip(slow, fast, strict=True))
    first, last = found["adaptive_window"]
    steps = " and ".join(f"{first / adam.lr:.0f} to {last / adam.lr:.0f}" for adam in ADAPTIVE)
    flatter = [row for row in (*slow, *fast) if row["slope"] <= _flow(row, cells)["slope"]]
    return (
        f"Under Adam t is the learning rate times the number of steps. A step moves each parameter "
        f"by about the learning rate, however small its gradient, so t is how far a parameter can "
        f"have moved, and no time of a flow. Its window, {first:g} ≤ t ≤ {last:g} ({steps} steps), "
        f"is one decade between the start and where noise decides. Slopes there, b = 0 included, "
        f"are {span([*slow, *fast])}, above those of the flow at "
        f"{len(slow) + len(fast) - len(flatter)} of {len(slow) + len(fast)} points; the two rates "
        f"differ by up to {gap:.2f}. {_alone(cells)}"
    )


def _alone(cells: Cells) -> str:
    """Say what K = N does under Adam, beside the tied student at the same rate."""
    adam = ADAPTIVE[-1]
    rows, tied = _alike(cells[label(adam, "K = N"), 1]), _alike(cells[label(adam), flows.SHARE])
    over_b, own_b = (max(map(_spread, _by(of, "a"))) for of in (rows, tied))
    low, high = min(row["local"][0] for row in rows), max(row["local"][1] for row in rows)
    return (
        f"K = N under Adam (lr {adam.lr:g}) spreads by {_spread(rows):.2f}, over b alone by "
        f"{over_b:.2f}, where the tied student at N/K = {flows.SHARE} has {own_b:.2f}; its local "
        f"slopes inside the window run from {low:.2f} to {high:.2f}."
    )


def _flow(row: dict[str, Any], cells: Cells) -> dict[str, Any]:
    """Return the row of the tied flow with the task and width of another."""
    (found,) = (
        flow
        for flow in cells[TIED, row["N"] // row["K"]]
        if (flow["a"], flow["b"]) == (row["a"], row["b"])
    )
    return found


def _where(row: dict[str, Any]) -> str:
    return f"a = {row['a']:g}, b = {row['b']:g}, N/K = {row['N'] // row['K']}"


if __name__ == "__main__":
    draw()
