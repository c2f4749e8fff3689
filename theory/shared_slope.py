"""The slope that tied students share, measured and not derived: where it holds, and what it is."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from superlaw.setting.case import Case
from superlaw.setting.table import POWER_LAW, UNIT_COLUMNS, Condition, among
from superlaw.theory.answer import Exponent, answer
from superlaw.theory.laws import tied

NARROW, WIDE = tied.MEASURED["regions"]
"""Where slopes were compared with the law of N/K² alone, and where they are interpolated."""


def shared(studied: Case) -> Exponent:
    """Return the measured slope that tied students nearly share, at this N and K, with its band."""
    task, source, known = studied.power_law, tied.MEASURED["provenance"], tied.MEASURED
    n, width, between = task.n_features or 0, studied.student.width or 0, known["interpolation"]
    slope, band = tied.slope_between(task.a, task.b, n, width), between["band"]
    left = between["left_out"]
    text = (
        f"Measured, not derived: between {len(between['rows'])} measured slopes, of which "
        f"{left['n']} drawn at random lay off by up to {left['worst']:.1%} when left out. "
        f"1 + {tied.RISE:g} ln(2N/K²) = {tied.measured_slope(n, width):.4g}, whatever the data, is "
        f"within {NARROW['band']:.0%} with {_spans(NARROW)}, {WIDE['band']:.0%} here"
    )
    return replace(
        answer(task, slope, "universal", "U21", "interpolated between measured slopes"),
        band=(slope * (1.0 - band), slope * (1.0 + band)),
        window=tuple(known["window"]),
        assumptions=(
            *map(str, CONDITIONS),
            "W trained by gradient flow from random unit columns",
            "one straight fit over the window",
        ),
        explanation=f"{text} [{source['command']}, {source['version']}, {source['date']}, "
        f"{source['seeds']} seeds].",
    )


def not_shared(studied: Case) -> Exponent:
    """Return that no slope is stated of a tied student here, where one is, and what was seen."""
    where = ", ".join(map(str, CONDITIONS))
    text = f"Tied students have a measured slope with a band only with {where}. Elsewhere simulate."
    return replace(
        answer(studied.task, None, "open", "U21", "none"), explanation=text + _observed(studied)
    )


def _observed(studied: Case) -> str:
    """Return the slope of the measured point nearest to a student, nothing if none is near."""
    if studied.inputs != "one" or not all(rule.holds(studied) for rule in KIND):
        return ""
    task, known = studied.power_law, tied.observed()
    n, width, source = task.n_features, studied.student.width, known["provenance"]
    around = tied.near(task.a, task.b, n, width) if n and width else []
    if not around:
        return ""
    here, row = {"a": task.a, "b": task.b, "N": n, "K": width}, around[0]
    which, others = "this very point", ""
    if any(row[name] != value for name, value in here.items()):
        which = ", ".join(f"{name} = {row[name]:g}" for name in here)
        which = f"the nearest of {len(known['rows'])} measured points ({which})"
        slopes = [each["slope"] for each in around]
        others = f"; the {len(around)} within reach have {min(slopes):.2f} to {max(slopes):.2f}"
    first, last = known["window"]
    return (
        f" Observed, not a law: {which} has the slope {row['slope']:.3f} over {first:g} ≤ t ≤ "
        f"{last:g}, errors {row['seeds']:.3f} by seeds and {row['window']:.3f} by the choice of "
        f"window{others} [{source['command']}, {source['version']}, {source['date']}, "
        f"{source['seeds']} seeds]."
    )


def _within(name: str, span: tuple[float, float], case: Case) -> bool:
    """Return whether a case lies between the ends at which the shared slope was measured."""
    task, n = case.power_law, float(case.task.n_features or 0)
    here = {"a": task.a, "b": task.b, "N": n, "N/K²": n / float(case.student.width or 1) ** 2}
    low, high = span
    return bool(low * 0.99 <= here[name] <= high * 1.01)  # K is whole


def _spans(mapped: dict[str, Any]) -> str:
    return ", ".join(
        f"{name} {low:g} to {high:g}" for name, (low, high) in mapped["region"].items()
    )


def _conditions() -> tuple[Condition, ...]:
    """Return where slopes are interpolated."""
    region = WIDE["region"]
    between = {name: f"{low:g} to {high:g}" for name, (low, high) in region.items()}
    held = {name: partial(_within, name, span) for name, span in region.items()}
    return (
        *_START,
        Condition("a", between["a"], held["a"]),
        Condition("b", between["b"], held["b"]),
        Condition("n_features", between["N"], held["N"]),
        Condition("width", f"with N/K² {between['N/K²']}", held["N/K²"]),
    )


_START = among("amplitude", "uniform"), UNIT_COLUMNS
KIND = (POWER_LAW, among("activation", "relu"), among("bias", True), *_START)
"""Of which students slopes were measured at all."""
CONDITIONS = _conditions()
"""Where their slope has a band, besides being of that kind."""
