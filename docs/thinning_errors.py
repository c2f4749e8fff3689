"""Whether thinned flows are as near as they state: a section of the page of trained embeddings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import more_flows

from superlaw.theory.documents.document import Table
from superlaw.theory.documents.markdown import table

RESULTS = Path(__file__).parent / "results" / "thinning_errors.json"
MEANT = 0.9
"""Part of runs that are meant to hold what they state."""
WIDE = 0.3
"""A statement of more says little of a loss."""
STEEP = 2.0
"""Frequencies fall fast from this a on."""
Row = dict[str, Any]


def section() -> str:
    """Return how many runs of some seeds hold what they state, and how much that is."""
    found = json.loads(RESULTS.read_text("utf-8"))
    source, sizes, rows = found["provenance"], found["at_once"], found["students"]
    heads = ("N", "K", "a", "b", "columns", "worst of the mean", "at t", *map(_seeds, sizes))
    lines = tuple(_line(row, found["times"]) for row in rows)
    return "\n\n".join(
        (
            "## What thinned flows state of themselves",
            "A run of n seeds states an error of its loss: |c| + ½|x|, where x is what "
            "extrapolation adds to ln L and c what its last order adds, both means over seeds, and "
            "two standard errors of x times √((n + 1)/(n − 1)); of that, the largest within a "
            "factor of four in time. One seed states three times |c| + ½|x|. This rule was found "
            "on other students than those on which it is tried here "
            f"(`{source['command']}`, {source['date']}, {source['seeds']} seeds of each): runs "
            f"are all choices of {_list(sizes)} of the seeds, which they share, beside whole flows "
            "from the same columns. A run holds if its log-mean is within what it states at all "
            f"{len(found['times'])} times; {MEANT:.0%} are meant to. In brackets how far off a run "
            "is at most, and how much it states, medians over runs:",
            table(Table(heads, lines)),
            " ".join(_verdict(rows, k, size) for k, size in enumerate(sizes)),
            _reason(rows),
            _reach(rows),
        )
    )


def _line(row: Row, times: list[float]) -> tuple[str, ...]:
    where = (f"{row[name]:g}" for name in ("n_features", "width", "a", "b", "n_classes"))
    worst = f"{100.0 * row['worst']:+.0f} ± {100.0 * row['error']:.0f} %"
    return (
        *(*where, worst, f"{times[row['at']]:.3g}"),
        *(
            f"{held} of {n} ({_percent(off)}, {_percent(stated)})"
            for held, n, off, stated in _by_size(row)
        ),
    )


def _by_size(row: Row) -> list[tuple[int, int, float, float]]:
    names = ("within", "runs", "off", "stated")
    return list(zip(*(row[name] for name in names), strict=True))


def _verdict(rows: list[Row], k: int, size: int) -> str:
    """Say which part of the runs of so many seeds hold, and how many state too much."""
    held, n = (sum(row[name][k] for row in rows) for name in ("within", "runs"))
    is_met = "as many as meant" if held >= MEANT * n else "**fewer** than meant"
    wide = sum(row["stated"][k] > WIDE for row in rows)
    told = f"; {wide} of {len(rows)} students state more than {WIDE:.0%}" if wide else ""
    return f"Of runs of {_seeds(size)} {held / n:.0%} hold, {is_met}{told}."


def _reason(rows: list[Row]) -> str:
    """Say why so much is stated, and where it is of use."""
    steep = [row for row in rows if row["a"] >= STEEP]
    flat = [row for row in rows if row not in steep]
    low, high = (max(row["stated"][-1] for row in some) for some in (flat, steep))
    return (
        "An extrapolation through ε, 2ε and 4ε weighs its flows by 8/3, −2 and ⅓, so that what "
        "each of them scatters by on its own counts up to 3.4 times; two seeds say little of that, "
        "and one says nothing. It is most where frequencies fall fast, likely (not measured) "
        "because the loss of the window then hangs on few gates, which close at other moments "
        f"where columns are shared. With a ≥ {STEEP:g} the runs of most seeds state up to "
        f"{_percent(high)}, else up to {_percent(low)}: take more columns there, more seeds, or "
        "whole flows."
    )


def _reach(rows: list[Row]) -> str:
    """Say how far beyond what is tried here thinned flows of the page go."""
    tried, used = (
        max(row["n_features"] / row["n_classes"] for row in some)
        for some in (rows, more_flows.large_rows())
    )
    return (
        f"Tried are up to {tried:g} features a column; students above have up to {used:.0f}, where "
        "no whole flow can be run: whether the statement holds there is not known."
    )


def _list(sizes: list[int]) -> str:
    return ", ".join(map(str, sizes[:-1])) + f" and {sizes[-1]}"


def _seeds(size: int) -> str:
    return "one seed" if size == 1 else f"{size} seeds"


def _percent(part: float) -> str:
    return f"{100.0 * part:.0f} %"
