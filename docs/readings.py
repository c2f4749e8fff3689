"""What the page of trained embeddings reads off their report: tables, and one paragraph."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import log10
from typing import Any

from superlaw.theory.documents.document import Table
from superlaw.theory.documents.markdown import table
from superlaw.validation.claims.trained.flows import WINDOW
from superlaw.validation.claims.trained.other_students import TWICE

WHEN = f"{WINDOW[0]:g} ≤ t ≤ {WINDOW[1]:g}"
SHARE = 16
Rows = list[dict[str, Any]]


def paragraph(report: dict[str, Any]) -> str:
    """Return the result with everything that it depends on, from the numbers of a report."""
    told = {claim["name"]: claim for claim in report["claims"]}
    every = told["one_slope"]["readings"]["slopes"]
    rows = [row for row in every if row["N"] == SHARE * row["K"]]
    alike, equal = [r for r in rows if r["b"]], [r for r in rows if not r["b"]]
    wide = [row for row in every if row["K"] == row["N"]]
    uneven = max(alike, key=lambda row: row["local"][1] - row["local"][0])
    first = rows[0]
    checks = told["other_students"]["checks"]
    spreads = [c for c in checks if "spread" in c["label"]]
    others = "; ".join(
        f"{check['label'].split(', spread')[0]} {check['measured']:.2f}" for check in spreads
    )
    adam = [c["measured"] for c in checks if "Adam" in c["label"]]
    return (
        f"*Tied* students are ŷ = ReLU(WᵀWx + β), W from random unit columns, W and β trained by "
        f"gradient flow on the population squared error, one feature active; N = {first['N']}, "
        f"N/K = {SHARE}, {first['seeds']} seeds; one straight fit of ln L against ln t over "
        f"{WHEN}. For {len(alike)} tasks, a from {_ends(alike, 'a')}, b from "
        f"{_ends(alike, 'b')}, the slope is {span(alike)}, where K = N has {span(wide)}; over "
        f"the steadiest window of each it is {steadiest(alike)}. It is a mean over the window: "
        f"for a = {uneven['a']:g}, b = {uneven['b']:g} the local slope runs from "
        f"{uneven['local'][1]:.2f} to {uneven['local'][0]:.2f} inside it. It is not shared with "
        f"b = 0 ({span(equal)}), and its value depends on N and K. Over {len(_corners(alike))} "
        f"tasks, where it spreads by {spreads[0]['predicted'] / TWICE:.2f}, other students spread "
        f"more: {others}. Under Adam, over a window of its own, slopes are {min(adam):.2f} to "
        f"{max(adam):.2f}. Measured, not derived; nothing here is about other losses than squared "
        "error."
    )


def seeds(report: dict[str, Any]) -> str:
    """Return how many seeds the students of some N have less, K = N left out, as a sentence."""
    runs = [run for claim in report["claims"] for run in claim["runs"] if run["student"]["width"]]
    known = {run["task"]["n_features"]: run["seeds"] for run in runs}
    fewer = {n: count for n, count in known.items() if count < max(known.values())}
    told = ", ".join(f"{count} for N = {n}" for n, count in sorted(fewer.items()))
    return f" Fewer seeds: {told}." if fewer else ""


def _shares(claim: dict[str, Any]) -> Iterator[str]:
    """Yield the slopes by N/K, over the one window and over the steadiest."""
    by_width: dict[int, Rows] = {}
    for row in claim["readings"]["slopes"]:
        by_width.setdefault(row["K"], []).append(row)
    heads = ("N/K", "tasks", "slope, b ≥ ¼", "errors: seeds, window, fit, at most")
    heads += ("steadiest window", "of decades", "b = 0")
    lines = []
    for width, rows in sorted(by_width.items()):
        alike, equal = [r for r in rows if r["b"]], [r for r in rows if not r["b"]]
        lines.append(
            (
                f"{rows[0]['N'] / width:g}",
                str(len(alike)),
                span(alike),
                ", ".join(most(alike, source) for source in ("seeds", "window", "fit")),
                steadiest(alike),
                decades(alike),
                span(equal) if equal else "",
            )
        )
    yield (
        f"Slopes over {WHEN}, smallest to largest over (a, b); N/K = 1 is ReLU(Bx + β). The "
        "errors are the largest of all tasks: from the seeds, from the ends of the window, and "
        "of the fit. The steadiest window is the longest in which the local slope stays within 0.1 "
        "of its mean: its slope, and how long it is."
    )
    yield table(Table(heads, tuple(lines)))


def _codes(claim: dict[str, Any]) -> Iterator[str]:
    """Yield the table of slopes, with the deviation from the other code."""
    rows = {(row["a"], row["b"]): row for row in claim["readings"]["slopes"]}
    a = sorted({key[0] for key in rows})
    lines = tuple(
        (
            f"{b:g}",
            *(
                f"{rows[x, b]['slope']:.3f} ({rows[x, b]['slope'] - rows[x, b]['other']:+.3f})"
                for x in a
            ),
        )
        for b in sorted({key[1] for key in rows})
    )
    yield "Slope, and in brackets how far it is from that of the other code."
    yield table(Table(("b \\ a", *(f"{x:g}" for x in a)), lines))


def _orders(claim: dict[str, Any]) -> Iterator[str]:
    """Yield slopes by K and N of each task, how combinations order them, and what collapses."""
    rows: Rows = claim["readings"]["slopes"]
    sizes = sorted({row["N"] for row in rows})
    for a, b in sorted({(row["a"], row["b"]) for row in rows}):
        own = {(row["N"], row["K"]): row["slope"] for row in rows if (row["a"], row["b"]) == (a, b)}
        lines = tuple(
            (str(k), *(f"{own[n, k]:.2f}" if (n, k) in own else "" for n in sizes))
            for k in sorted({key[1] for key in own})
        )
        yield f"Slope for a = {a:g}, b = {b:g}:"
        yield table(Table(("K", *(f"N = {n}" for n in sizes)), lines))
    errors = [row["errors"]["seeds"] or 0.0 for row in rows]
    least, seeds = min(row["seeds"] for row in rows), max(row["seeds"] for row in rows)
    told = f"{seeds}" if least == seeds else f"{least} to {seeds}"
    yield (
        f"The standard error of {told} seeds is at most {max(errors):.3f}, "
        f"{sorted(errors)[len(errors) // 2]:.3f} in the median."
    )
    yield (
        "How well does N/K^γ order the slopes of (a, b) = (1.5, 1) and (2, ½)? Root mean square "
        "about a quadratic in its logarithm, for some γ; the best γ, with 68 % of resamplings; and "
        "by how much a slope changes at fixed N/K² as N grows e-fold:"
    )
    yield table(Table(*_misfits(claim["readings"]["orders"])))
    yield (
        "Are the loss curves of all N and K one curve, rescaled? Root mean square of ln L over "
        f"{WHEN} about one curve: as they are; after the best powers t·N^p K^q and "
        "L·N^r K^s; and among curves of one N/K^γ, each up to a factor:"
    )
    yield table(Table(*_shapes(claim["readings"]["shapes"])))


def _misfits(rows: Rows) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    names = tuple(rows[0]["misfit"])
    lines = tuple(
        (
            row["within"],
            str(row["n"]),
            *(f"{row['misfit'][name]:.3f}" for name in names),
            "{:.1f} ({:.1f} to {:.1f})".format(*row["gamma"]),
            ""
            if row["gain_with_ln_N"] is None
            else "{:+.3f} ± {:.3f}".format(*row["gain_with_ln_N"]),
        )
        for row in rows
    )
    return ("within", "(N, K)", *names, "best γ", "change as N grows e-fold"), lines


def _shapes(rows: Rows) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    names = tuple(rows[0]["within"])
    lines = tuple(
        (
            row["task"],
            f"{row['unscaled']:.3f}",
            f"{row['rescaled']:.3f}",
            ", ".join(
                f"{p:.1f} ± {e:.1f}" for p, e in zip(row["powers"], row["errors"], strict=True)
            ),
            *("" if row["within"][n] is None else f"{row['within'][n]:.3f}" for n in names),
        )
        for row in rows
    )
    return ("task", "as they are", "rescaled", "p, q, r, s", *(f"one {n}" for n in names)), lines


def _speeds(claim: dict[str, Any]) -> Iterator[str]:
    """Yield a sentence a task."""
    lines = tuple(
        (f"{row['a']:g}", f"{row['b']:g}", row["sentence"]) for row in claim["readings"]["told"]
    )
    yield table(Table(("a", "b", "sooner than K = N?"), lines))


TABLES: dict[str, Callable[[dict[str, Any]], Iterator[str]]] = {
    "one_slope": _shares,
    "independent_code": _codes,
    "width_order": _orders,
    "sooner": _speeds,
}
"""What follows the checks of a claim."""


def span(rows: Rows) -> str:
    """Return the smallest and the largest slope."""
    slopes = [row["slope"] for row in rows]
    return f"{min(slopes):.2f} to {max(slopes):.2f}"


def steadiest(rows: Rows) -> str:
    """Return the smallest and the largest slope over the steadiest window of each, if any."""
    slopes = [row["steadiest"]["slope"] for row in rows if row["steadiest"]["window"]]
    return f"{min(slopes):.2f} to {max(slopes):.2f}"


def decades(rows: Rows) -> str:
    """Return how many decades the steadiest windows are long, if there are any."""
    windows = [row["steadiest"]["window"] for row in rows if row["steadiest"]["window"]]
    spans = [log10(last / first) for first, last in windows]
    return f"{min(spans):.1f} to {max(spans):.1f}"


def _ends(rows: Rows, name: str) -> str:
    values = [row[name] for row in rows]
    return f"{min(values):g} to {max(values):g}"


def most(rows: Rows, source: str) -> str:
    """Return the largest error of a source, of what is known."""
    known = [row["errors"][source] for row in rows if row["errors"][source] is not None]
    return f"{max(known):.3f}" if known else "n/a"


def _corners(rows: Rows) -> Rows:
    """Return the tasks at the ends of a and b."""
    ends = [{min(r[name] for r in rows), max(r[name] for r in rows)} for name in ("a", "b")]
    return [row for row in rows if row["a"] in ends[0] and row["b"] in ends[1]]
