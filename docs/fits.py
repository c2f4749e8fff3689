"""The page on how often the error of a fit holds: `python docs/fits.py` measures it again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from superlaw.storage import to_json, write_text
from superlaw.theory.documents.document import Table
from superlaw.theory.documents.markdown import table
from superlaw.validation.fitting.noise import REACH
from superlaw.validation.reports import fit_coverage

DOCS = Path(__file__).parent
RESULTS = DOCS / "results" / "fit_coverage.json"
PAGE = DOCS / "fits.md"
HEADS = ("law", "noise", "points", "seeds", "exponent", "median (10–90 %)", "model most chosen",
         "error holds", "rms of deviation over error", "refused")  # fmt: skip
WITHIN = (0.6, 0.75)
"""Where the coverage of one standard error is to be."""


def measure() -> None:
    """Fit every scenario and keep the numbers."""
    write_text(RESULTS, to_json(fit_coverage.measured()) + "\n")


def pages() -> Iterator[tuple[Path, str]]:
    """Yield the page, if its numbers are there."""
    if RESULTS.exists():
        yield PAGE, _page(json.loads(RESULTS.read_text("utf-8")))


def _page(results: dict[str, Any]) -> str:
    source, rows = results["provenance"], results["rows"]
    inside = sum(WITHIN[0] <= row["holds"] <= WITHIN[1] for row in rows)
    below = [row for row in rows if row["holds"] < WITHIN[0]]
    above = [row for row in rows if row["holds"] > WITHIN[1]]
    mean = sum(row["holds"] for row in rows) / len(rows)
    return (
        "\n\n".join(
            [
                "# How far the error of a fit can be trusted",
                f"`sl.fit_power_law` with default options on synthetic curves, {source['seeds']} "
                f"of each kind (superlaw {source['version']}, {source['date']}, "
                f"`{source['command']}`, entropy {source['entropy']}). One standard "
                "error (`total_error`) should hold the exponent that was planted in 68 % of them.",
                f"It does in {mean:.0%} on average; it lies between {WITHIN[0]:.0%} and "
                f"{WITHIN[1]:.0%} in {inside} of {len(rows)} rows, above (the error is too large) "
                f"in {len(above)} and below (it is too small) in {len(below)}"
                + (f": {_named(below)}." if below else "."),
                f"Noise that remembers longer than the smoother sees, ± {REACH:g} decades, looks "
                "like shape, and no estimate from one curve tells the two apart; four seeds or "
                "more do. Parts of the error that stand for other windows and other laws come on "
                "top of the noise: where the law is one of those that are fitted, the sum is too "
                "large.",
                "The row from a plateau to a floor is of a law that is not among those fitted, "
                "and the latest floor is short enough to be taken for a bend: errors do not know "
                "of laws that nobody tried. A log that was smoothed before it was fitted has noise "
                "that remembers by steps, longer late than early: fit the raw log.",
                "`exponent` was planted, `median` is of those found, `error holds` the part of "
                "fits within one error, `refused` the part without an exponent (`W-UNDECIDED`). "
                "The deviation over the error has a root mean square of 1 where errors are right:",
                table(Table(HEADS, tuple(_row(row) for row in rows))),
            ]
        )
        + "\n"
    )


def _row(row: dict[str, Any]) -> tuple[str, ...]:
    spread = f"{row['median']:.4f} ({row['low']:.3f}–{row['high']:.3f})"
    return (row["law"], row["noise"], row["times"], str(row["seeds"]), f"{row['truth']:g}", spread,
            row["model"], f"{row['holds']:.0%}", f"{row['pull']:.2f}",
            f"{row['refused']:.0%}")  # fmt: skip


def _named(rows: list[dict[str, Any]]) -> str:
    return "; ".join(
        f"{row['law']}, {row['noise']}, {row['times']}, {row['seeds']} "
        f"seed{'' if row['seeds'] == 1 else 's'} ({row['holds']:.0%})"
        for row in rows
    )


if __name__ == "__main__":
    measure()
    for path, text in pages():
        write_text(path, text)
