"""Every comparison of the row-replica closure with direct flows: a page of tables."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np

from superlaw.setting.case import case
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.solvers import direct
from superlaw.theory.documents.document import Table
from superlaw.theory.documents.markdown import measured_on, table
from superlaw.validation.reports import closure_accuracy, closure_cells

Row = dict[str, Any]
HEAD = """# The mean field against direct flows, task by task

What [the statement of accuracy](accuracy.md) is made of. Entries: the closure over the log-mean of
the flows, less 1; in brackets the standard deviation over seeds of a flow's loss, relative to its
mean. Where the closure ends, as its loss rises by more than it may (`invariant`), entries end."""
FRESH = """Flows of other W, at tasks and widths that no band is made of. Last in an entry stands h,
in %; where there is no band, nothing. The verdict is [on the page before](accuracy.md)."""
FLOOR = """Late losses with b > 0 are decided by few features. Their distribution over seeds at the
last time: losses over their log-mean."""
NOT_RUN = """Whole flows cost N³ and more at fixed N/K, and thinned ones are of use with some 16 K
columns or more, which at N/K = 16 are all there are."""
LARGER = 1024, 2048
"""N at which flows are compared, besides that of the lattice."""
AXES = closure_cells.FREQUENCY_EXPONENTS, closure_cells.TEACHER_EXPONENTS


def page(closure: dict[str, Any]) -> str:
    """Return the tables of deviations: with and without bias, of fresh flows, and of seeds."""
    biased, free = ([r for r in closure["rows"] if r["bias"] == kind] for kind in (True, False))
    late = tuple((*_place(row), *_quantiles(row["last"])) for row in biased if row["b"] > 0.0)
    parts = [
        HEAD,
        f"## With bias\n\n{source(closure['provenance'])} {_dates(closure['rows'])}",
        table(Table(_heads(closure), tuple(_line(row) for row in biased))),
        "## Without bias\n\nAs above.",
        table(Table(_heads(closure), tuple(_line(row) for row in free))),
        *_fresh(closure),
        f"## On the floor\n\n{FLOOR}",
        table(Table(("N", "N/K", "a", "b", "seeds", "lowest", "median", "highest"), late)),
        f"## What was run\n\n{_ran(closure['rows'])} {NOT_RUN}",
    ]
    return "\n\n".join(parts) + "\n"


def source(provenance: dict[str, Any]) -> str:
    """Return how numbers came about, as a sentence."""
    return (
        f"{measured_on(provenance)}: {provenance['seeds']} seeds, entropy {provenance['entropy']}."
    )


def _fresh(closure: dict[str, Any]) -> Iterator[str]:
    """Yield the tables of fresh flows, with and without bias."""
    yield f"## Fresh flows\n\n{FRESH} {source(closure['fresh']['provenance'])}"
    found = closure_accuracy.beyond(closure["fresh"]["rows"])
    for kind, name in ((True, "With bias."), (False, "Without bias.")):
        rows = [(row, half) for row, half, _ in found if row["bias"] == kind]
        yield name
        yield table(Table(_heads(closure), tuple(_line(row, np.expm1(half)) for row, half in rows)))


def _dates(rows: list[Row]) -> str:
    """Return how many rows are of flows of each day, with and without bias."""
    counts = Counter(row["date"] for row in rows)
    days = " and ".join(f"{n} tasks and widths on {day}" for day, n in sorted(counts.items()))
    return f"Flows of all, with and without bias, were run for {days}."


def _ran(rows: list[Row]) -> str:
    """Return what was run, and what all of it would take at more features."""
    shares = sorted({row["share"] for row in rows})
    a, b, c = (", ".join(f"{x:g}" for x in values) for values in (*AXES, shares))
    n, seeds = closure_cells.N_FEATURES, sorted({row["seeds"] for row in rows})
    if seeds != [closure_cells.SEEDS] or len(rows) != len(closure_cells.LATTICE):
        raise ValueError("not every cell has its flows: the page is untrue")
    return (
        f"a of {a}, b of {b} and N/K of {c}, with and without bias, at N = {n}: {len(rows)} cells "
        f"of {seeds[0]} seeds. Of more features there are the points among the fresh flows: all "
        f"cells at N = {' and '.join(map(str, LARGER))}, {closure_cells.FEWER} seeds each, would "
        f"take about {_hours():.0f} processor hours."
    )


def _hours() -> float:
    """Return how long all cells would take at more features, by what `sl.solve` tells of flows."""
    seconds = 0.0
    for n, (has_bias, share, (a, b)) in product(LARGER, closure_cells.PLACES):
        student = Student(round(n / share), bias=has_bias)
        there = case(PowerLawTask(a, b, n), student, None)
        seconds += direct.estimated_seconds(there, closure_accuracy.SPAN[1], closure_cells.FEWER)
    return float(f"{seconds / 3600.0:.1g}")


def _heads(closure: dict[str, Any]) -> tuple[str, ...]:
    """Return the heads of a table of deviations: whole decades."""
    times = (f"t = {t:g}" for t in closure["times"][::2])
    return ("N", "N/K", "a", "b", "seeds", *times)


def _place(row: Row) -> tuple[str, ...]:
    numbers = (row[name] for name in ("n_features", "share", "a", "b", "seeds"))
    return tuple(f"{number:g}" for number in numbers)


def _line(row: Row, half: Any = None) -> tuple[str, ...]:
    """Return a row of deviations, with the stated half-width if there is one."""
    pairs = zip(row["deviation"], row["scatter"], strict=False)
    cells = [f"{100.0 * math.expm1(d):+.1f} % ({100.0 * s:.1f})" for d, s in pairs]
    if half is not None:
        stated = zip(cells, half, strict=False)
        cells = [f"{cell}, {100.0 * h:.1f}" if h == h else cell for cell, h in stated]
    cells += [""] * (len(row["scatter"]) - len(cells))
    return (*_place(row), *cells[::2])


def _quantiles(last: list[float]) -> tuple[str, ...]:
    return tuple(f"{value:.2f}" for value in (last[0], float(np.median(last)), last[-1]))
