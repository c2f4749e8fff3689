"""Marks that turn, and how alike they are at two times: for the page of the closure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from superlaw.curves import Array
from superlaw.theory.documents.document import Table
from superlaw.theory.documents.markdown import measured_on, table
from superlaw.validation.reports.two_times import correlation

Row = dict[str, Any]
TWO_TIMES = Path(__file__).parent / "results" / "two_times.json"
LATE = Path(__file__).parent / "results" / "late_losses.json"
NEAR = 0.02
"""How near correlations at two times were to be."""
SHOWN = (1.5, 0.0, 1e3)
"""a, b and the last time of what is shown in full."""
LATEST = 3
"""Last times at which marks that turn are judged."""
TURNS = """Interference changes as B does: in the closure the marks of tail columns turn with B
(R26), at a rate that follows from the speed and size of B; nothing in it is fitted. Marks of head
columns stay, and where b > 0 or a is large the few features that decide late are there. An entry is
the size of the deviation, the median over the tasks with bias and N/K up to 8, in brackets that of
the same closure with marks that all stay."""
TWO = f"""How fast do marks turn? In flows as the correlation of $B w_i$ at a last time with that at
earlier ones falls, over rare columns. Two formulas for it are compared with one direct flow each;
they were to be within {NEAR:g}.

- *R24*: the hyperbolic secant of the angle through which $B$ as a whole has turned. This is what
  the closure's marks follow. It is within {NEAR:g} in {{secant}} rows, with the angle of the flow.
- *R29*: by composition. $B$ is what each feature has put into it, $z_l w_l w_l^T$ (R27), and a
  rest that has nothing in common with that at any time (R28) and fades by the angle through which
  it has turned itself. With the $z_l$ that are nearest to $B$ (*fitted*) it is within {NEAR:g} in
  {{fitted}} rows, with those of mean overlaps of feature classes alone (*overlaps*) in
  {{overlaps}}, and never off by more than {{worst:.3f}}.

The closure has nearly the same overlaps, but a rest that is too large, as its $|B|^2$ is, and marks
that turn too slowly: with its own numbers (*closure*) R29 misses too. In the table the size of B is
$|B|^2$ of the closure over that of the flow, `rest` its part of $|B|^2$, and the last five columns
are the largest differences over all earlier times."""


class Group(NamedTuple):
    """Median deviations of tasks with one a and b, at late times: marks that turn and that stay."""

    a: float
    b: float
    n_tasks: int
    turning: Array
    staying: Array


def sections(closure: dict[str, Any]) -> Iterator[str]:
    """Yield what marks that turn do to the loss, and how alike marks are at two times."""
    groups = _by_task(closure)
    yield f"## Marks that turn\n\n{TURNS} {_gained(groups, closure['times'])}"
    yield _turned(groups, closure["times"])
    found = json.loads(TWO_TIMES.read_text("utf-8"))
    yield f"## Two times\n\n{_met(found['rows'])} {measured_on(found['provenance'])}."
    yield _missed(found["rows"])
    for row in found["rows"]:
        if (row["task"]["a"], row["task"]["b"], row["last"]) == SHOWN:
            yield from _in_full(row, found)


def late() -> Iterator[str]:
    """Yield what late losses are made of where flows were farthest from the closure."""
    found = json.loads(LATE.read_text("utf-8"))
    task, times = found["task"], found["times"]
    yield (
        f"## Closed for long\n\nWhat fails late where fresh flows were farthest from the closure, "
        f"a = {task['a']:g}, b = {task['b']:g}, N = {task['n_features']}, K = {found['width']}? A "
        f"few outputs of the first {found['head']} features stay closed for long (R2) and hold "
        "much of the loss until they open; then it drops at once. The closure lets a part of the "
        "rows of each class open (R15, R18), with marks of head columns that stay (R9), and gives "
        "the mean over rows, open and closed. In a flow each is one or the other; where all have "
        "opened the closure lies far above. Entries: the closure over the loss of a flow; in "
        "brackets the part of the flow's loss that closed outputs of these features hold, and "
        f"which they are. {measured_on(found['provenance'])}."
    )
    heads = ("", *(f"t = {t:g}" for t in times))
    lines = []
    for number, flow in enumerate(found["flows"], 1):
        cells = []
        for closure, row in zip(found["closure"], flow, strict=True):
            which = ", ".join(map(str, row["closed"])) or "none"
            cells.append(f"{closure / row['loss']:.2f} ({row['share']:.0%}: {which})")
        lines.append((f"flow {number}", *cells))
    yield table(Table(heads, tuple(lines)))


def _met(rows: list[Row]) -> str:
    """Return in how many rows correlations are as near as they were to be."""
    off = np.array([_off(row) for row in rows])
    met = [f"{count} of {len(rows)}" for count in np.sum(off <= NEAR, axis=0)]
    worst = off[:, : len(DERIVED)].max()
    return TWO.format(fitted=met[0], overlaps=met[1], worst=worst, secant=met[3])


def _off(row: Row) -> list[float]:
    """Return how far what is derived is from the correlations of rare columns, at most."""
    seen = {name: np.array(each) for name, each in row["seen"].items()}
    angles = (correlation(seen[f"angle of the {whose}"]) for whose in ("flow", "closure"))
    stated = (*(seen[name] for name in (*DERIVED, "composition, closure")), *angles)
    return [float(np.abs(each - seen["rare columns"]).max()) for each in stated]


def _missed(rows: list[Row]) -> str:
    """Return the table of how far correlations are from what is derived of them."""
    lines = []
    for row in rows:
        task = (f"{row['task'][name]:g}" for name in ("a", "b", "n_features"))
        sizes = (f"{row['excess']:.2f}", *(f"{share:.2f}" for share in row["rest"]))
        missed = (f"{each:.3f}" for each in _off(row))
        lines.append((*task, f"{row['width']}", f"{row['last']:g}", *sizes, *missed))
    return table(Table(HEADS, tuple(lines)))


DERIVED = ("composition, fitted", "composition, overlaps")
HEADS = (
    "a", "b", "N", "K", "last t", "size of B", "rest, fitted", "rest, overlaps", "rest, closure",
    "R29, fitted", "R29, overlaps", "R29, closure", "R24, angle of the flow",
    "R24, angle of the closure",
)  # fmt: skip


def _in_full(row: Row, found: dict[str, Any]) -> Iterator[str]:
    """Yield one task and last time, at every earlier time."""
    seen, task = row["seen"], row["task"]
    yield (
        f"In full, a = {task['a']:g}, b = {task['b']:g}, N = {task['n_features']}, K = "
        f"{row['width']}: correlations with t = {row['last']:g}. Rare columns are those after "
        f"{found['rare']}, head columns the first {found['head']}. These turn too: that their "
        "marks stay is an assumption of the closure (R9)."
    )
    rows = {
        "rare columns": seen["rare columns"],
        "head columns": seen["head columns"],
        "B itself": seen["B"],
        "R29, fitted": seen["composition, fitted"],
        "R29, overlaps": seen["composition, overlaps"],
        "R29, closure": seen["composition, closure"],
        "R24, angle of the flow": correlation(np.array(seen["angle of the flow"])),
        "R24, angle of the closure": correlation(np.array(seen["angle of the closure"])),
    }
    heads = ("", *(f"t = {t:g}" for t in row["times"]))
    lines = tuple((name, *(f"{value:.3f}" for value in row)) for name, row in rows.items())
    yield table(Table(heads, lines))


def _by_task(closure: dict[str, Any]) -> list[Group]:
    """Return the deviations of both closures on the same flows, by b and a."""
    still = closure["still"]
    place = ("a", "b", "share", "n_features")
    turned = {tuple(row[name] for name in place): row for row in closure["rows"] if row["bias"]}
    groups = []
    for b, a in sorted({(row["b"], row["a"]) for row in still}):
        here = [row for row in still if (row["b"], row["a"]) == (b, a)]
        pairs = ([turned[tuple(row[name] for name in place)] for row in here], here)
        off = [np.median(np.abs([row["deviation"] for row in part]), axis=0)[-5:] for part in pairs]
        groups.append(Group(a, b, len(here), *np.expm1(off)))
    return groups


def _gained(groups: list[Group], times: list[float]) -> str:
    """Return, for each b, whether turning marks make the deviation larger late, and where most."""
    told, late = [], times[-LATEST:]
    for b in sorted({group.b for group in groups}):
        here = [group for group in groups if group.b == b]
        more = np.array([group.turning - group.staying for group in here])[:, -LATEST:]
        k, at = np.unravel_index(int(np.argmax(more)), more.shape)
        worse = int((more > 0.0).sum())
        verdict = "worse" if 2 * worse > more.size else "better"
        told.append(
            f"With b = {b:g} turning makes most late losses {verdict}: from t = {late[0]:g} on "
            f"{worse} of {more.size} entries are farther off than with marks that stay, most at "
            f"a = {here[k].a:g}, t = {late[at]:g}: {here[k].turning[at - LATEST]:.1%} in place of "
            f"{here[k].staying[at - LATEST]:.1%}."
        )
    return " ".join((*told, "`sl.solve` turns them whatever b is."))


def _turned(groups: list[Group], times: list[float]) -> str:
    """Return the table of both closures, by a and b."""
    lines = []
    for each in groups:
        sizes = zip(each.turning, each.staying, strict=True)
        cells = (f"{turning:.1%} ({staying:.1%})" for turning, staying in sizes)
        lines.append((f"{each.a:g}", f"{each.b:g}", f"{each.n_tasks}", *cells))
    heads = ("a", "b", "tasks", *(f"t = {t:g}" for t in times[-5:]))
    return table(Table(heads, tuple(lines)))
