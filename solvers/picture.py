"""The figure of a solved loss curve: what was solved, the predicted slope, what to beware of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from superlaw.figures.panels import Panel, Series
from superlaw.solvers.solution import Solution


def loss_curve(solution: Solution, setting: Mapping[str, Any], exponent: float | None) -> Panel:
    """Return a loss curve as a figure.

    Parameters
    ----------
    solution : Solution
        The curve.
    setting : mapping
        Name and value of what was given: its title.
    exponent : float or None
        Predicted α: a dashed line t^-α through the middle of the curve.
    """
    given = ", ".join(f"{name} = {_short(value)}" for name, value in setting.items())
    codes = ", ".join(dict.fromkeys(notice.code for notice in solution.warnings))
    title = "\n".join(line for line in (given, codes) if line)
    curve = Series(solution.method.split()[0], solution.times, solution.loss)
    series = [curve] if exponent is None else [curve, *_slope(solution, exponent)]
    return Panel(title, "time t", "population loss L", tuple(series))


def _slope(solution: Solution, exponent: float) -> tuple[Series, ...]:
    """Return the line of the predicted slope, over the decade around the middle of the curve."""
    known = (solution.times > 0.0) & (solution.loss > 0.0)
    times, loss = solution.times[known], solution.loss[known]
    if len(times) < 2:
        return ()
    middle = len(times) // 2
    near = np.abs(np.log10(times / times[middle])) <= max(0.5, np.log10(times[-1] / times[0]) / 4.0)
    line = loss[middle] * (times[near] / times[middle]) ** -exponent
    return (Series(f"predicted slope, $t^{{-{exponent:.4g}}}$", times[near], line, style="dashed"),)


def _short(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, int | float) else str(value)
