"""The page of loss against width, from the committed numbers of its validation.

`python docs/width.py weak_regime surface` examines these claims only, and keeps what the others
have: all of them take most of an hour.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import claims
import width_recipe
import width_rows

from superlaw.theory.documents.document import Table
from superlaw.theory.documents.markdown import table

DOCS = Path(__file__).parent
REPORT = DOCS / "results" / "width.json"
RUNS = DOCS.parent / "build" / "runs"
"""Trained codes are kept here, so that a generation that was cut off goes on."""
FIGURES = {
    "between": (0,),
    "fresh_sources": (0,),
    "paid_norms": (0,),
    "weak_regime": (0,),
    "spread_out": (0, 1),
    "published": (0,),
    "surface": (0,),
}
"""Panels shown on the page, by claim."""


HEAD = """# Loss against width

How low can the loss of N features get in K dimensions? Losses are E‖ŷ − x‖² of ŷ = ReLU(WᵀW x +
b), without a ½, amplitudes uniform on (0, 2); one feature is active where independent ones are
not named. Columns in random directions lose as 1/K for any frequencies (`random_directions`).
Trained ones lose less and fall more steeply, as a closure says within a measured band
(`between`, `fresh_sources`); of the least loss only bounds are known, from above by random codes
and for even frequencies from below (`attained`). Slopes near 1 that were published are those of
random directions, or of trainings that have not left them (`published`).

Words: a *code* is the columns of W with their biases, a *random code* has random directions at
their best norms and biases, a *clear code* biases that shut out every overlap (H6), a *sharp
code* is one of the few that attain the bound, as the pentagon does. The *budget closure* (H20 to
H22) says what a trained code loses. A feature is *represented*, or has a column, if the norm of
its column is above ½. Frequencies are *even*, *linear* (∝ N + 1 − i), powers or exponentials of
i. γ is a decoupled weight decay; below 0 it pulls norms to 1."""


def measure(*names: str, size: str = "full") -> None:
    """Run the validation, or that of some claims, and keep its numbers and figures."""
    from superlaw.validation.validate import validate

    report = validate(*(names or ("width",)), size=size, runs=str(RUNS), progress=True)
    (claims.renew if names else claims.keep)("width", report, FIGURES)


def pages() -> Iterator[tuple[Path, str]]:
    """Yield the page."""
    report = json.loads(REPORT.read_text("utf-8"))
    parts = (
        HEAD,
        f"Made by {claims.command('width', report['configuration'])} {_renewed(report)}What can be "
        "derived is in the [derivation](derivations/width.md); how to ask for a law of one's own "
        f"frequencies is in [the tutorial](tutorial.md). {claims.CHECKS}",
        *claims.sections(report, FIGURES, TABLES),
        width_recipe.section(),
        width_rows.section(),
    )
    yield DOCS / "width.md", "\n\n".join(parts) + "\n"


def _renewed(report: dict[str, Any]) -> str:
    """Say which claims were examined later than the others."""
    names = [claim["name"] for claim in report["claims"] if "renewed" in claim]
    if not names:
        return ""
    return f"Examined again later: {', '.join(f'`{name}`' for name in names)}. "


def _bounds(claim: dict[str, Any]) -> Iterator[str]:
    """Yield bounds, closure and trained losses by size."""
    yield (
        "Losses. The last column is of a clear code at Welch's cosine, below which no N unit "
        "columns keep all overlaps; it is no bound:"
    )
    heads = ("N", "K", "lower bound", "trained", "closure", "random code", "clear at Welch's")
    keys = ("lower", "trained", "closure", "random", "clear")
    yield from _rows(claim, "bounds", heads, keys)


def _ridge(claim: dict[str, Any]) -> Iterator[str]:
    """Yield how many features have a column under each ridge."""
    yield "How many features are above λ/4, should have a column (H14, H15), and have one:"
    heads = ("K", "λ", "p > λ/4", "predicted", "counted", "loss")
    keys = ("lambda", "alone", "predicted", "counted", "loss")
    yield from _rows(claim, "ridge", heads, keys, sized=("K",))


def _weak(claim: dict[str, Any]) -> Iterator[str]:
    """Yield losses of all draws beside what the features without a column lose."""
    yield (
        "How many features have a column; the mean loss; and what those without one lose, as "
        "counted and if the K most frequent ones had one:"
    )
    heads = ("K", "with a column, by draw", "loss", "± s.e.", "left out", "all but the K first")
    keys = ("loss", "error", "left_out", "ideal")
    yield from _rows(claim, "weak", heads, keys, sized=("K", "represented"))


def _slopes(claim: dict[str, Any]) -> Iterator[str]:
    """Yield slopes of random codes and of the closure, and the published recipe by width."""
    yield "Slopes of the loss against K, from the narrowest width to the widest:"
    heads = ("frequencies", "N", "random codes", "closure")
    yield from _rows(claim, "slopes", heads, ("random", "closure"), sized=("source", "N"))
    yield (
        "Losses of independent features by the published recipe (batch, steps, rates, start, decay "
        "and ε as there), by that of the other claims from biases 0, and of a random code; K⟨ξ²⟩ "
        "is K times the mean square overlap, of the one training and of the other:"
    )
    heads = ("K", "published", "± sampling", "from biases 0", "random code", "K⟨ξ²⟩", "from 0")
    keys = ("published", "error", "from_zero", "random", "mean_square", "other_mean_square")
    yield from _rows(claim, "published", heads, keys, sized=("K",))


def _fractions(claim: dict[str, Any]) -> Iterator[str]:
    """Yield overlaps and norms, and what decay leaves."""
    yield (
        "K times the mean square overlap, beside Welch's bound, and K² times the variance of "
        "squared overlaps, beside that of random directions; γ is negative here:"
    )
    heads = ("frequencies", "K", "K⟨ξ²⟩", "Welch", "K² Var ξ²", "random", "mean norm", "loss")
    keys = ("mean_square", "welch", "variance", "beta_variance", "mean_norm", "loss")
    yield from _rows(claim, "overlaps", heads, keys, sized=("source", "K"))
    yield "Which part of the features is represented under decay:"
    heads = ("γ", "K", "represented", "± s.e.", "loss", "± s.e.")
    keys = ("fraction", "fraction_error", "loss", "loss_error")
    yield from _rows(claim, "fractions", heads, keys, sized=("decay", "K"))


def _rows(
    claim: dict[str, Any],
    name: str,
    heads: tuple[str, ...],
    keys: tuple[str, ...],
    sized: tuple[str, ...] = ("N", "K"),
) -> Iterator[str]:
    """Yield a table of readings: `sized` as they are, `keys` to four digits."""
    rows = tuple(
        (*(str(row[key]).strip("[]") for key in sized), *(f"{row[key]:.4g}" for key in keys))
        for row in claim["readings"][name]
    )
    if rows:
        yield table(Table(heads, rows))


TABLES = {
    "between": _bounds,
    "paid_norms": _ridge,
    "published": _slopes,
    "spread_out": _fractions,
    "weak_regime": _weak,
}
"""What follows the checks of a claim."""

if __name__ == "__main__":
    measure(*sys.argv[1:])
