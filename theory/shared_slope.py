"""The slope that tied students share, measured and not derived: where it holds, and what it is."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from superlaw.setting.case import Case
from superlaw.setting.table import UNIT_COLUMNS, Condition, among
from superlaw.theory.answer import Exponent, answer
from superlaw.theory.laws import tied

Mapped = dict[str, Any]
"""A region of tied students, its rows and its band (`superlaw.theory.laws.tied`)."""


def shared(mapped: Mapped, studied: Case) -> Exponent:
    """Return the measured slope that tied students share, whatever the data, at this N and K."""
    task, source = studied.task, tied.MEASURED["provenance"]
    n, width = task.n_features or 0, studied.student.width or 0
    slope, band = tied.measured_slope(n, width), mapped["band"]
    return replace(
        answer(task, slope, "universal", "U21", f"1 + {tied.RISE:g} ln(2N/K²)"),
        band=(slope * (1.0 - band), slope * (1.0 + band)),
        window=tuple(tied.MEASURED["window"]),
        assumptions=(
            *map(str, conditions(mapped)),
            "W trained by gradient flow from random unit columns",
            "one straight fit over the window",
        ),
        explanation="Measured, not derived: tasks share this slope, and N/K² orders it within the "
        f"band [{source['command']}, {source['version']}, {source['date']}, "
        f"{source['seeds']} seeds].",
    )


def not_shared(studied: Case) -> Exponent:
    """Return that no slope is known of a tied student here, and where one is."""
    where = ", ".join(map(str, conditions(tied.MEASURED["regions"][-1])))
    text = f"Tied students have a measured slope only with {where}. Elsewhere simulate."
    return replace(answer(studied.task, None, "open", "U21", "none"), explanation=text)


def _within(name: str, span: tuple[float, float], case: Case) -> bool:
    """Return whether a case lies between the ends at which the shared slope was measured."""
    task, n = case.power_law, float(case.task.n_features or 0)
    here = {"a": task.a, "b": task.b, "N": n, "N/K²": n / float(case.student.width or 1) ** 2}
    low, high = span
    return bool(low * 0.99 <= here[name] <= high * 1.01)  # K is whole


def conditions(mapped: Mapped) -> tuple[Condition, ...]:
    """Return where flows were compared with the shared slope."""
    between = {name: f"{low:g} to {high:g}" for name, (low, high) in mapped["region"].items()}
    held = {name: partial(_within, name, span) for name, span in mapped["region"].items()}
    return (
        among("amplitude", "uniform"),
        UNIT_COLUMNS,
        Condition("a", between["a"], held["a"]),
        Condition("b", between["b"], held["b"]),
        Condition("n_features", between["N"], held["N"]),
        Condition("width", f"with N/K² {between['N/K²']}", held["N/K²"]),
    )
