"""Slopes at N/K = 16 are those that another code, written apart from this one, had found."""

from __future__ import annotations

from typing import Any

import numpy as np

from superlaw.curves import Array
from superlaw.figures.panels import Panel, Series
from superlaw.setting.task import PowerLawTask
from superlaw.validation.claims.check import Check
from superlaw.validation.claims.claim import Claim, Findings
from superlaw.validation.claims.size import Conditions
from superlaw.validation.claims.trained import flows

N, WIDTH = 512, 32
A = (1.1, 1.3, 1.5, 2.0, 2.5)
FOUND = {
    0.0: (0.51, 0.59, 0.69, 0.86, 0.92),
    0.25: (1.03, 1.08, 1.09, 1.04, 1.01),
    0.5: (1.05, 1.04, 1.03, 1.00, 1.00),
    0.75: (1.03, 1.01, 1.00, 0.95, 0.96),
    1.0: (1.04, 1.01, 0.99, 0.93, 0.92),
}
"""Slopes over 13 ≤ t ≤ 1000 by b, then a: an adaptive Chebyshev flow, double precision, one seed,
written and run before the flows of this package; two decimals were kept."""
ROUNDED = 0.01 / 12**0.5
"""Standard deviation of what rounding to two decimals took away."""
LIMIT = 2.0
"""Largest root-mean-square deviation over what the scatter of seeds explains."""


def run(conditions: Conditions) -> Findings:
    """Compare every slope that both codes have."""
    runs = flows.tied(_shared(conditions), WIDTH, conditions)
    slopes = np.array([flows.slopes(each) for each in runs.values()])
    other = conditions.planted * np.array([found(task) for task in runs])
    check = Check(
        f"{len(runs)} slopes, deviation over scatter of seeds",
        LIMIT,
        deviation(slopes, other),
        bound="below",
    )
    rows = [
        {"a": task.a, "b": task.b, "slope": float(own.mean()), "other": float(known)}
        for task, own, known in zip(runs, slopes, other, strict=True)
    ]
    gap = np.abs(slopes.mean(axis=1) - other).max()
    remark = f"The largest of the {len(runs)} deviations is {gap:.3f}."
    panels = (_panel(rows),)
    return Findings((check,), panels, tuple(runs.values()), remark, readings={"slopes": rows})


def found(task: PowerLawTask) -> float:
    """Return the slope that the other code found."""
    return FOUND[task.b][A.index(task.a)]


def deviation(slopes: Array, other: Array) -> float:
    """Return the root-mean-square deviation from the other code over its expected value.

    Parameters
    ----------
    slopes : ndarray, (n_tasks, n_seeds)
    other : ndarray, (n_tasks,)
        Of one seed, rounded.
    """
    gap = slopes.mean(axis=1) - other
    expected = slopes.var(axis=1, ddof=1) * (1.0 + 1.0 / slopes.shape[1]) + ROUNDED**2
    return float(np.sqrt(np.mean(gap**2) / np.mean(expected)))


def _shared(conditions: Conditions) -> list[PowerLawTask]:
    """Return the tasks of the map that the other code had."""
    extent = conditions.size.trained
    pairs = [(a, b) for a in extent.frequency_exponents for b in extent.teacher_exponents]
    return [PowerLawTask(a, b, N) for a, b in pairs if a in A and b in FOUND]


def _panel(rows: list[dict[str, Any]]) -> Panel:
    own, other = (np.array([row[name] for row in rows]) for name in ("slope", "other"))
    ends = np.array([other.min(), other.max()])
    series = (
        Series("tasks", other, own, style="points"),
        Series("the same", ends, ends, style="dashed"),
    )
    title = "Slopes by two codes, N = 512, K = 32"
    return Panel(title, "slope, other code", "slope", series, x_log=False, y_log=False)


CLAIM = Claim(
    name="independent_code",
    statement=(
        "At N = 512, N/K = 16 the slopes of tied students over 12 ≤ t ≤ 1000 are those of an "
        "independent code, b = 0 included, by no more than twice what the scatter of seeds and "
        "two decimals explain. Measured, not derived."
    ),
    step="U7",
    solver="another code",
    run=run,
    check=flows.check,
    takes=("seeds", "entropy"),
)
