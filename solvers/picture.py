"""The figure of a solved loss curve: what was solved, the predicted slope, what to beware of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from superlaw.figures.panels import Panel, Series

if TYPE_CHECKING:
    from superlaw.solvers.solution import Solution

_SEEN = 1e-3
"""Relative error that a figure can show."""


def loss_curve(
    solution: Solution,
    setting: Mapping[str, Any],
    exponent: float | None,
    band: tuple[float, float] | None = None,
) -> Panel:
    """Return a loss curve as a figure, with its error bound, its floor and the predicted slope.

    Parameters
    ----------
    solution : Solution
        The curve.
    setting : mapping
        Name and value of what was given: its title.
    exponent : float or None
        Predicted α: a dashed line t^-α through the middle of the curve.
    band : (float, float) or None
        Between what it was measured: a fan of slopes around that line.
    """
    given = ", ".join(f"{name} = {_short(value)}" for name, value in setting.items())
    codes = ", ".join(dict.fromkeys(notice.code for notice in solution.warnings))
    title = "\n".join(line for line in (given, codes) if line)
    method = solution.method.split()[0] if solution.method else "loss"
    series = [Series(method, solution.times, solution.loss), *_error(solution), *_flows(solution)]
    if exponent is not None:
        series += _slope(solution, exponent, band)
    floor = (("floor", solution.floor),) if solution.floor > 0.0 else ()
    return Panel(title, "time t", "population loss L", tuple(series), guides=floor)


def _error(solution: Solution) -> Iterator[Series]:
    """Yield the band of the error bound, where it is wide enough to be seen."""
    bound = solution.error_bound
    if bound is not None and np.any(bound > _SEEN):
        low = solution.loss * (1.0 - np.minimum(bound, 0.5))
        high = solution.loss * (1.0 + bound)
        yield Series("error bound", solution.times, low, style="band", upper=high, paired=True)


def _flows(solution: Solution) -> Iterator[Series]:
    """Yield the band in which direct flows lie, where one is known."""
    band = solution.error_band
    if band is not None and (known := np.isfinite(band)).any():
        times, loss, factor = solution.times[known], solution.loss[known], 1.0 + band[known]
        low, label = loss / factor, "log-mean of direct flows"
        yield Series(label, times, low, style="band", upper=loss * factor, paired=True)


def _slope(
    solution: Solution, exponent: float, band: tuple[float, float] | None
) -> tuple[Series, ...]:
    """Return the line of the predicted slope, over the decade around the middle of the curve."""
    known = (solution.times > 0.0) & (solution.loss > 0.0)
    times, loss = solution.times[known], solution.loss[known]
    if len(times) < 2:
        return ()
    middle = len(times) // 2
    near = np.abs(np.log10(times / times[middle])) <= max(0.5, np.log10(times[-1] / times[0]) / 4.0)
    t = times[near] / times[middle]
    label = f"predicted slope, $t^{{-{exponent:.4g}}}$"
    line = Series(label, times[near], loss[middle] * t**-exponent, style="dashed")
    if band is None:
        return (line,)
    low, high = (loss[middle] * t**-alpha for alpha in band)
    name = f"band of it, {band[0]:.4g} … {band[1]:.4g}"
    fan = Series(name, times[near], np.minimum(low, high), style="band", paired=True,
                 upper=np.maximum(low, high))  # fmt: skip
    return line, fan


def _short(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, int | float) else str(value)
