"""Modes are learned one after another, each at the rate of its own feature."""

from __future__ import annotations

import numpy as np

from superlaw.validation.claims.claim import ClaimResult, Panel, Series, Size, worst_of_curve
from superlaw.validation.claims.sequential import grid
from superlaw.validation.training.ensemble import Ensemble, standard_error

STATEMENT = "Mode i follows s_i(t) = a_i (1 − exp(−λ_i t)), whatever the others do."
ENOUGH_HITS = 20
"""A trajectory is compared once its feature has been seen this often: before, it is a staircase."""
STILL_RISING = 0.9
"""… and until it is learned to this part: after, rare laggards decide the mean over seeds."""
Z_LIMIT = 5.0
"""Several hundred points are compared: one in 1 700 000 by chance each."""
SHOWN = 6


def run(seed: int, size: Size) -> ClaimResult:
    """Compare the mean trajectory of tracked modes with theory, at every time."""
    checks, panels = [], []
    for task in grid.tasks(size):
        runs = grid.ensemble(task, seed, size)
        feature = runs.tracked.astype(np.float64)
        predicted = grid.mean_modes(task, runs, size)
        hits = runs.times[:, None] / grid.OPTIMIZER.lr * task.probability(feature)
        target = task.target(feature)
        compared = (hits >= ENOUGH_HITS) & (predicted < STILL_RISING * target)
        for k in np.flatnonzero(compared.any(axis=0)):
            seen = compared[:, k]
            label = f"{grid.name(task)}: s_{runs.tracked[k]}"
            seen_runs = runs.modes[:, seen, k]
            checks.append(
                worst_of_curve(label, runs.times[seen], predicted[seen, k], seen_runs, Z_LIMIT)
            )
        panels.append(_panel(grid.name(task), runs, predicted, target))
    return ClaimResult("modes", STATEMENT, "S8", tuple(checks), tuple(panels))


def _panel(title: str, runs: Ensemble, predicted: np.ndarray, target: np.ndarray) -> Panel:
    series = []
    for k in range(0, len(runs.tracked), max(1, len(runs.tracked) // SHOWN)):
        label = f"i = {runs.tracked[k]}"
        series.append(Series(label, runs.times, predicted[:, k] / target[k]))
        measured = runs.modes[:, :, k] / target[k]
        error = standard_error(measured)
        series.append(
            Series(f"{label}, simulated", runs.times, measured.mean(axis=0), error, "points", True)
        )
    return Panel(f"Modes, {title}", "time t", "s_i / a_i", tuple(series), y_log=False)
