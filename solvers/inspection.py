"""What every loss curve must satisfy, and from when on rounding has taken it over."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from superlaw.notices import Notice
from superlaw.solvers.solution import STATUS, Solution

LOST = 1e-3
"""A relative error bound above it is worth a warning."""
UNKNOWN = 0.1
"""From this relative error bound on, no slope is given."""
UNDERFLOW = 1e-300
"""Losses below it have lost their digits."""
NEGLIGIBLE = 1e-9
"""Part of the first loss by which a sum may round below 0; what is further below is wrong."""
_BELOW_ROUNDING = (
    "the loss has fallen below the rounding error of its own sum; ask for earlier times"
)


def inspected(solution: Solution, first: float) -> Solution:
    """Return a curve as it may be shown: what rounding has taken over has no local slope.

    Parameters
    ----------
    solution : Solution
    first : float
        Loss at t = 0.
    """
    loss = solution.loss
    if not np.all(np.isfinite(loss)):
        return replace(solution, status="not_finite", message=STATUS["not_finite"])
    if np.any(loss < -NEGLIGIBLE * first):
        return replace(solution, status="not_finite", message=_BELOW_ROUNDING)
    return _rounded(solution) if solution.success else solution


def _rounded(solution: Solution) -> Solution:
    """Count losses that round below 0 as 0, and say from when on there is no slope."""
    below, bound, slope = solution.loss < 0.0, solution.error_bound, solution.local_slope
    lost, unknown, text = below, below, "the loss is below the rounding error of its own sum"
    if bound is not None:
        bound = np.where(below, np.maximum(bound, 1.0), bound)
        lost, unknown, text = bound > LOST, bound >= UNKNOWN, f"error bound above {LOST:g}"
    if slope is not None:
        slope = np.where(unknown, np.nan, slope)
    if not lost.any():
        lost, text = _underflowed(solution), "the loss has underflowed"
    return replace(
        solution,
        loss=np.where(below, 0.0, solution.loss),
        error_bound=bound,
        local_slope=slope,
        warnings=(*solution.warnings, *_notice(solution, lost, text)),
    )


def _underflowed(solution: Solution) -> NDArray[np.bool_]:
    """Return where a loss has lost its digits; where it falls exponentially its slope has not."""
    few = np.abs(solution.loss) < UNDERFLOW
    return few if solution.local_slope is None else few | np.isnan(solution.local_slope)


def _notice(solution: Solution, lost: NDArray[np.bool_], text: str) -> tuple[Notice, ...]:
    """Return from when on a curve is lost, unless its solver has said so."""
    if not lost.any() or "W-ROUNDING" in {notice.code for notice in solution.warnings}:
        return ()
    return (Notice("W-ROUNDING", f"{text} from t = {solution.times[np.argmax(lost)]:.4g} on"),)
