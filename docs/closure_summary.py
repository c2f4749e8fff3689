"""How far the mean field can be trusted, in one screen: the head of its page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from closure_tables import source

from superlaw.solvers.closures.accuracy import SMALL
from superlaw.solvers.closures.bands import ERRORS, MISSED, SEEDS
from superlaw.theory.documents.document import Table
from superlaw.theory.documents.markdown import table
from superlaw.validation.reports import closure_accuracy
from superlaw.validation.reports.measuring import nearest

Row = dict[str, Any]
SHOWN = (10.0, 100.0, 1e3, 1e4)
"""Times of the table."""
GROUPS: tuple[tuple[str, Callable[[float], bool]], ...] = (
    ("0", lambda b: b == 0.0),
    ("0.1, 0.25", lambda b: 0.0 < b < 0.4),
    ("0.5 to 1", lambda b: b > 0.4),
)
"""Teacher exponents that are told together."""
STATED = f"""`sl.solve` states a band at every time of a curve, `error_band` h: the log-mean of
{SEEDS} or more direct flows and the curve are within a factor 1 + h of each other. Beside it stands
`scatter`, the standard deviation over seeds of one flow's loss, relative to its mean. Both are
interpolated between the tasks and widths that were compared: the deviation in logarithms, the
largest of three neighbouring times, and {ERRORS:g} standard errors of a difference between the
seeds there and {SEEDS} others. `W-CLOSURE` quotes a band above {SMALL:.0%}; where nothing was
compared there is none (`W-UNVALIDATED`)."""


def sections(closure: dict[str, Any]) -> Iterator[str]:
    """Yield the statement, what it is in numbers, and how often fresh flows kept to it."""
    rows = closure["rows"]
    values = sorted({row["a"] for row in rows})
    yield (
        "# How far the mean field can be trusted\n\n"
        "The loss of a ReLU student with fixed W comes from a mean field, the row-replica closure "
        "([R1 to R26](derivations/superposed.md)): a few rows stand for each class of features. It "
        "is no theorem, so its error is measured: against direct population flows with random "
        f"unit columns and one active feature, a from {values[0]:g} to {values[-1]:g}, N = "
        f"{rows[0]['n_features']}, {rows[0]['seeds']} flows each. An entry is how far the "
        "closure is from the log-mean of the flows, the exponential of the mean of ln L over "
        "seeds: the median over tasks, and the largest in brackets. The error of the seeds is not "
        f"subtracted. {_ended(closure)} [All tasks, times and seeds](accuracy_tables.md). Tied "
        "students have another closure, whose error stands [with its derivation]"
        "(derivations/tied.md)."
    )
    yield _table(closure)
    yield STATED
    yield f"## Fresh flows\n\n{_verdict(closure['fresh'])}"
    yield _by_kind(closure["fresh"]["rows"])


def _ended(closure: dict[str, Any]) -> str:
    """Return where the closure ends before the last time, as its loss rises."""
    n_times = len(closure["times"])
    ended = [row for row in closure["rows"] if len(row["deviation"]) < n_times]
    (share,) = {row["share"] for row in ended}
    if any(row["bias"] for row in ended):
        raise ValueError("a closure with bias ends early: the page is untrue")
    first = closure["times"][min(len(row["deviation"]) for row in ended) - 1]
    return (
        f"At {len(ended)} of the tasks without bias, N/K = {share:g}, the closure ends early, "
        f"because its loss rises (`invariant`), after t = {first:.3g} at the soonest: later "
        "entries are of the tasks that go on."
    )


def _table(closure: dict[str, Any]) -> str:
    """Return the deviations by student, N/K and b."""
    at = [nearest(np.array(closure["times"]), t) for t in SHOWN]
    lines: list[tuple[str, ...]] = []
    for has_bias, kind in ((True, "with"), (False, "without")):
        rows = [row for row in closure["rows"] if row["bias"] == has_bias]
        for share in sorted({row["share"] for row in rows}):
            for name, belongs in GROUPS:
                here = [r for r in rows if r["share"] == share and belongs(r["b"])]
                cells = (off(here, k) for k in at)
                if here:
                    place = kind, f"{share:g}", name, f"{len(here)}"
                    lines.append((*place, *cells, _farthest(here)))
    times = (f"t = {t:g}" for t in SHOWN)
    return table(Table(("bias", "N/K", "b", "tasks", *times, "largest in"), tuple(lines)))


def off(rows: list[Row], k: int) -> str:
    """Return the median deviation at a time and the largest, above flows and below them alike.

    Nothing if the closure had ended everywhere.
    """
    known = [row["deviation"][k] for row in rows if len(row["deviation"]) > k]
    size = 100.0 * np.expm1(np.abs(known))
    return f"{np.median(size):.1f} % ({size.max():.1f} %)" if known else ""


def _farthest(rows: list[Row]) -> str:
    """Return the task with the largest deviation at any time."""
    row = max(rows, key=lambda row: max(np.abs(row["deviation"]), default=0.0))
    return f"a = {row['a']:g}, b = {row['b']:g}"


def _verdict(fresh: dict[str, Any]) -> str:
    """Return how many log-means of fresh flows lie outside of their bands."""
    excess = np.array([each for *_, each in closure_accuracy.beyond(fresh["rows"])])
    n_cells = int(np.any(excess > 0.0, axis=1).sum())
    known = np.isfinite(excess)
    return (
        f"Flows of other W at tasks and widths that the band is not made of: of {known.sum()} "
        f"log-means with a band ({known.any(axis=1).sum()} tasks and widths, at most "
        f"{excess.shape[1]} times) {int((excess > 0.0).sum())} lie outside of it (stated: "
        f"{MISSED:.0%}), in {n_cells} of the tasks and widths; the largest deviation is "
        f"{np.exp(np.nanmax(excess)):.2f} times the factor 1 + h. `largest over h` is the largest "
        f"deviation over the band, both in logarithms: above 1 it lies outside. "
        f"{source(fresh['provenance'])}"
    )


def _by_kind(rows: list[Row]) -> str:
    """Return the same by the number of features and with or without bias."""
    found = closure_accuracy.beyond(rows)
    lines = []
    for is_free, n in sorted({(not row["bias"], row["n_features"]) for row in rows}):
        here = [
            each for each in found if (not each[0]["bias"], each[0]["n_features"]) == (is_free, n)
        ]
        shares = sorted({row["share"] for row, *_ in here})
        part = np.array([1.0 + excess / half for _, half, excess in here])
        largest = np.nan_to_num(part).max(axis=1)
        row, *_ = here[int(largest.argmax())]
        lines.append((
            "without" if is_free else "with", f"{n}", ", ".join(f"{share:g}" for share in shares),
            f"{len(here)}", f"{np.isfinite(part).sum()}", f"{(part > 1.0).sum()}",
            f"{largest.max():.2f}", f"a = {row['a']:g}, b = {row['b']:g}, N/K = {row['share']:g}",
        ))  # fmt: skip
    heads = ("bias", "N", "N/K", "tasks", "log-means", "outside", "largest over h", "in")
    return table(Table(heads, tuple(lines)))
