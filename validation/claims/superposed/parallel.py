"""In superposition rare features rise together; without it they wait for their turn."""

from __future__ import annotations

import numpy as np

from superlaw.figures.panels import Panel, Series
from superlaw.setting.task import PowerLawTask
from superlaw.validation.claims.check import Check
from superlaw.validation.claims.claim import Claim, Findings
from superlaw.validation.claims.size import Conditions
from superlaw.validation.claims.superposed import flows
from superlaw.validation.fitting.readings import time_to_reach
from superlaw.validation.training.ensemble import Ensemble

A = 1.1
RARE, COMMON = -3, -9
"""Which of the tracked features are compared."""
TOGETHER = 2.0


def run(conditions: Conditions) -> Findings:
    """Compare half-times of two rare features."""
    task = PowerLawTask(A, 0.0, conditions.size.superposed.n_features)
    together, alone = flows.over([task], (8, 1), conditions).values()
    believed = conditions.believed(task)
    rare, common = (float(alone.tracked[k]) for k in (RARE, COMMON))
    rates = believed.second_moment(common) / believed.second_moment(rare)
    checks = (
        Check("K = N/8, ratio of half-times", TOGETHER, _ratio(together), bound="below"),
        Check("K = N, ratio of half-times", rates, _ratio(alone), tolerance=0.05),
    )
    panels = (_panel("K = N/8", together), _panel("K = N", alone))
    return Findings(checks, panels, (together, alone))


def _ratio(runs: Ensemble) -> float:
    """Return the half-time of the rare feature over that of the other."""
    s = runs.modes.mean(axis=0)
    rare, common = (time_to_reach(runs.times, s[:, k], 0.5) for k in (RARE, COMMON))
    return rare / common


def _panel(name: str, runs: Ensemble) -> Panel:
    s = runs.modes.mean(axis=0)
    series = tuple(
        Series(f"feature {i}", runs.times, s[:, k])
        for k, i in enumerate(runs.tracked)
        if k % 4 == 3
    )
    title = f"What is learned of each feature, {name}"
    return Panel(title, "time t", "s_i", series, y_log=False, shaded=_half(runs.times, s))


def _half(times: np.ndarray, s: np.ndarray) -> tuple[float, float] | None:
    """Return the span between the two half-times."""
    spans = sorted(time_to_reach(times, s[:, k], 0.5) for k in (RARE, COMMON))
    return (spans[0], spans[1]) if np.all(np.isfinite(spans)) else None


CLAIM = Claim(
    name="parallel",
    statement=(
        "With K = N/8 and b = 0 a rare feature is half learned within twice the time of one that "
        "is several times more frequent; with K = N the times differ by the ratio of their rates."
    ),
    step="X1",
    solver="closed form of the rates",
    run=run,
    check=flows.check,
)
