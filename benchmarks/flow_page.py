"""The page of the population flows, from the measured rows; nothing in it is typed."""

from __future__ import annotations

from typing import Any

from benchmarks import open_pairs
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.theory.documents.document import Table
from superlaw.theory.documents.markdown import measured_on, table

TASK, STUDENT = PowerLawTask(1.5, 0.0, 512), Student(64)
END, PER_DECADE, ROUNDS = 1e4, 10, 3
"""Of the flow that is compared: what is measured."""
TOLERANCES = (1e-3, 3e-3, 1e-2)
"""Of this package; its seconds are read off at the error of the other code."""
PEER = 1e-3
"""Tolerance of the other codes."""
GOAL = 3.0
MINUTES = 10.0
"""What counts as minutes."""


def page(found: dict[str, Any]) -> str:
    """Return the page."""
    tolerances = ", ".join(f"{rtol:g}" for rtol in TOLERANCES)
    parts = (
        "# Population flows against other codes",
        f"{measured_on(found['provenance'])}. "
        "Seconds are those of a processor, on a machine shared with other work: read ratios.",
        "## A seed with fixed W",
        f"N = {TASK.n_features}, K = {STUDENT.width}, a = {TASK.a:g}, b = {TASK.b:g}, to "
        f"t = {END:g}, a loss {PER_DECADE} times a decade; one thread each, medians of {ROUNDS} "
        "alternating rounds, one of PyTorch without a compiler. The other codes "
        "work out every entry of S and take "
        "this package's own Runge-Kutta-Chebyshev steps, PyTorch with the spectral radius measured "
        f"on the way too; each runs at rtol {PEER:g}, and this package's seconds are read off at "
        f"the error that it has there, between runs at {tolerances}. `superlaw` and the "
        "evaluations beside it are this package's seconds and evaluations.",
        table(_rows(found["small"])),
        _reason(found["small"]),
        "## A large tied flow" if "large" in found else "",
        _large(found["large"]) if "large" in found else "",
        open_pairs.section(),
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _rows(rows: list[dict[str, Any]]) -> Table:
    heads = ("precision", "code", "largest error", "evaluations", "seconds")
    heads += ("superlaw", "evaluations", "ratio")
    lines = tuple(
        (
            row["precision"],
            row["code"],
            f"{row['error']:.1e}",
            str(row["evaluations"]),
            f"{row['seconds']:.1f}",
            f"{row['ours']:.1f}",
            str(row["our_evaluations"]),
            f"{row['ratio']:.1f} (goal {GOAL:g}, "
            f"{'met' if row['ratio'] >= GOAL else '**missed**'})",
        )
        for row in rows
    )
    return Table(heads, lines)


def _reason(rows: list[dict[str, Any]]) -> str:
    """Say where a goal is missed, and what an evaluation takes there."""
    told = []
    for row in (row for row in rows if row["ratio"] < GOAL):
        theirs, ours = (
            1e3 * row[of] / row[count]
            for of, count in (("seconds", "evaluations"), ("ours", "our_evaluations"))
        )
        told.append(
            f"{row['code']}, {row['precision']}: {theirs:.1f} ms an evaluation against "
            f"{ours:.1f} ms, and {row['evaluations']} evaluations against "
            f"{row['our_evaluations']}"
        )
    if not told:
        return ""
    return (
        f"Missed: {'; '.join(told)}. Both take the same kind of steps, so that what is left is the "
        "gain of an evaluation: pairs on lists only, against all pairs in fused vector loops and "
        "BLAS."
    )


def _large(row: dict[str, Any]) -> str:
    minutes, pace = row["wall"] / 60.0, row["operations"] / row["seconds"]
    verdict = "met" if minutes <= MINUTES else "**missed**"
    return (
        f"N = {row['N']}, K = {row['K']}, tied, a = {row['a']:g}, b = {row['b']:g}, to "
        f"t = {row['t']:g}, single precision, {row['threads']} threads: {minutes:.1f} minutes "
        f"(goal: at most {MINUTES:g}, {verdict}), {row['seconds']:.0f} processor seconds, "
        f"{row['evaluations']} evaluations, {row['lists']} lists. On average "
        f"{100 * row['open']:.0f} % of the pairs stand on a list. That takes "
        f"{row['operations']:.2e} operations in all, lists and error estimates included, where "
        f"scalar products and columns of all pairs would take {row['dense']:.2e} for the "
        f"evaluations alone: {pace / 1e9:.1f} GFlop a processor second, "
        f"{100 * pace / row['peak']:.0f} % of the fastest large product in the same run "
        f"({row['peak'] / 1e9:.0f} GFlop a processor second)."
    )
