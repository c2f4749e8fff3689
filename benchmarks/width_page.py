"""The page of the speed of width training, from the measured rows; nothing in it is typed."""

from __future__ import annotations

from typing import Any

from superlaw.theory.documents.document import Table
from superlaw.theory.documents.markdown import measured_on, table
from superlaw.validation.width.training import STEPS

N, LARGE_N, EXPONENT, BATCH = 1000, 10_240, 1.2, 1024
"""Features, their frequency exponent, and samples of a step: what is measured."""
GOAL, SECONDS, NIGHT, CORES, STARTS = 3.0, 60.0, 8.0, 2, (1, 4)
"""Ratio to PyTorch, of a whole training on one core, and hours of a night on so many cores;
starts of a training."""
PARTS = ("steps", "whole", "settling", "large", "night")
"""What is measured, in the order of the page."""


def page(found: dict[str, Any]) -> str:
    """Return the page."""
    steps, whole, settling, large, night = (found[name]["found"] for name in PARTS)
    parts = (
        "# Training of loss against width: speed",
        f"{_measured(found)}. "
        "Seconds are those of a processor, on a machine shared with other work: read ratios.",
        "## A step against PyTorch",
        f"N = {N} features i^-{EXPONENT:g}, AdamW in single precision, one thread each, both "
        "from the same start; medians of rounds that alternate. Sampled: independent "
        f"features, one active on average, batches of {BATCH}, drawing included. Exact: one "
        "active feature, every pair in closed form in PyTorch. Starts are Gaussian columns "
        "without biases (plain), or a random code at its best norms and biases, from which "
        "`superlaw width` trains.",
        table(_rows(steps)),
        _reason(steps),
        "## A whole training",
        _whole(whole),
        "## How many steps",
        _settling(settling),
        "## Large students",
        *_large(large),
        *_night(night),
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _measured(found: dict[str, Any]) -> str:
    """Say when what was measured."""
    dates: dict[str, list[str]] = {}
    for name in PARTS:
        dates.setdefault(found[name]["provenance"]["date"], []).append(name)
    first = measured_on(found[PARTS[0]]["provenance"])
    others = [f"{', '.join(names)} on {date}" for date, names in list(dates.items())[1:]]
    return "; ".join([first, *others])


def _verdict(is_met: bool) -> str:
    return "met" if is_met else "**missed**"


def _rows(rows: list[dict[str, Any]]) -> Table:
    heads = ("gradient", "start", "K", "code", "ms a step", "superlaw", "ratio")
    lines = tuple(
        (
            row["kind"],
            row["start"],
            str(row["m"]),
            row["code"],
            f"{row['milliseconds']:.1f}",
            f"{row['ours']:.1f}",
            f"{row['ratio']:.1f} (goal {GOAL:g}, {_verdict(row['ratio'] >= GOAL)})",
        )
        for row in rows
    )
    return Table(heads, lines)


def _reason(rows: list[dict[str, Any]]) -> str:
    """Say where a goal is missed."""
    told = [
        f"{row['code']}, {row['kind']}, {row['start']}, K = {row['m']}: {row['ratio']:.1f}"
        for row in rows
        if row["ratio"] < GOAL
    ]
    if not told:
        return ""
    return (
        f"Missed: {'; '.join(told)}. An exact step works out every pair in vector instructions, as "
        "the other code does: the gain is that a pair is one scalar product for both directions, "
        "and that a tile of them stays in the cache from the product to the pull. What is left is "
        "mostly its three matrix products."
    )


def _whole(row: dict[str, Any]) -> str:
    return (
        f"K = {row['m']}, sampled batches of the usual recipe: {row['steps']} steps of AdamW "
        f"take {row['seconds']:.0f} processor seconds (goal: below {SECONDS:g}, "
        f"{_verdict(row['seconds'] < SECONDS)})."
    )


def _settling(rows: list[dict[str, Any]]) -> str:
    """Return how far the loss still falls when steps are doubled."""
    steps = rows[0]["steps"]
    heads = ("K", *(f"{each} steps" for each in steps))
    lines = tuple(
        (str(row["m"]), *(f"{loss / row['losses'][-1] - 1.0:+.2%}" for loss in row["losses"]))
        for row in rows
    )
    told = (
        f"Exact AdamW from a random code, i^-{EXPONENT:g}: the loss of trainings of so many steps, "
        f"over that of {steps[-1]}. `superlaw width --train` takes {STEPS['adam']} steps if not "
        "told otherwise."
    )
    return f"{told}\n\n{table(Table(heads, lines))}"


def _large(rows: list[dict[str, Any]]) -> list[str]:
    """Return the pace at each width, and how long all of them take."""
    first = rows[0]
    heads = ("K", "seconds a step", "steps a second", "hours")
    hours = [row["steps"] * row["seconds"] / 3600.0 for row in rows]
    lines = tuple(
        (str(row["m"]), f"{row['seconds']:.2f}", f"{1.0 / row['seconds']:.2f}", f"{each:.1f}")
        for row, each in zip(rows, hours, strict=True)
    )
    night = max(max(hours), sum(hours) / CORES)
    return [
        f"N = {LARGE_N} by the published recipe, {first['steps']} steps on batches of "
        f"{first['batch']}, at the pace of the first steps, one core:",
        table(Table(heads, lines)),
        f"All widths on {CORES} cores: about {night:.0f} hours (goal: a night of {NIGHT:g}, "
        f"{_verdict(night <= NIGHT)}). `superlaw width --train --resume FILE` says its estimate "
        "before it starts, and goes on from the middle of a start to the same bits.",
    ]


def _night(rows: list[dict[str, Any]]) -> list[str]:
    """Return what `superlaw width --train` takes at the largest width."""
    heads = ("gradient", "steps", "seconds a step", *(f"hours, starts: {k}" for k in STARTS))
    lines = tuple(
        (row["kind"], str(row["steps"]), f"{row['seconds']:.2f}", *(_hours(row, k) for k in STARTS))
        for row in rows
    )
    return [
        f"`superlaw width --train` at N = {LARGE_N}, K = {rows[0]['m']}, steps as they are if left "
        f"out, one core, {max(row['gigabytes'] for row in rows):.1f} GB of memory "
        f"(goal: a night of {NIGHT:g} hours, starts shared out to {CORES} cores, a call each):",
        table(Table(heads, lines)),
    ]


def _hours(row: dict[str, Any], starts: int) -> str:
    """Return the hours of so many starts on one core, and whether all cores end in a night."""
    hours = starts * row["steps"] * row["seconds"] / 3600.0
    rounds = -(-starts // CORES) / starts
    return f"{hours:.1f} ({_verdict(hours * rounds <= NIGHT)})"
