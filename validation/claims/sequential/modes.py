"""Modes are learned one after another, each at the rate of its own feature."""

from __future__ import annotations

import numpy as np

from superlaw.curves import Array
from superlaw.figures.panels import Panel, Series
from superlaw.setting.task import PowerLawTask
from superlaw.validation.claims.check import Check, worst_of_curve
from superlaw.validation.claims.claim import Claim, Findings
from superlaw.validation.claims.sequential import grid
from superlaw.validation.claims.size import Conditions
from superlaw.validation.training.ensemble import Ensemble, standard_error

ENOUGH_HITS = 20
"""A trajectory is compared once its feature has been seen this often: before, it is a staircase."""
STILL_RISING = 0.9
"""… and until it is learned to this part: after, rare laggards decide the mean over seeds."""
Z_LIMIT = 5.0
"""Several hundred points are compared: one in 1 700 000 by chance each."""
SHOWN = 6


def run(conditions: Conditions) -> Findings:
    """Compare the mean trajectory of tracked modes with theory, at every time."""
    checks: list[Check] = []
    panels, ensembles = [], []
    for task, runs in grid.trained(conditions).items():
        predicted = grid.mean_modes(task, runs, conditions)
        checks += _checks(task, runs, predicted)
        panels.append(_panel(task, runs, predicted))
        ensembles.append(runs)
    return Findings(tuple(checks), tuple(panels), tuple(ensembles))


def _checks(task: PowerLawTask, runs: Ensemble, predicted: Array) -> list[Check]:
    """Compare every tracked mode while it is known and still rises."""
    feature = runs.tracked.astype(np.float64)
    hits = runs.times[:, None] / grid.OPTIMIZER.lr * task.probability(feature)
    compared = (hits >= ENOUGH_HITS) & (predicted < STILL_RISING * task.target(feature))
    checks = []
    for k in np.flatnonzero(compared.any(axis=0)):
        seen = compared[:, k]
        label = f"{grid.name(task)}: s_{runs.tracked[k]}"
        seen_runs = runs.modes[:, seen, k]
        checks.append(
            worst_of_curve(label, runs.times[seen], predicted[seen, k], seen_runs, Z_LIMIT)
        )
    return checks


def _panel(task: PowerLawTask, runs: Ensemble, predicted: Array) -> Panel:
    target = task.target(runs.tracked.astype(np.float64))
    series = []
    for k in range(0, len(runs.tracked), max(1, len(runs.tracked) // SHOWN)):
        label = f"i = {runs.tracked[k]}"
        series.append(Series(label, runs.times, predicted[:, k] / target[k]))
        measured = runs.modes[:, :, k] / target[k]
        error = standard_error(measured)
        series.append(
            Series(f"{label}, simulated", runs.times, measured.mean(axis=0), error, "points", True)
        )
    title = f"Modes, {grid.name(task)}"
    return Panel(title, "time t", "s_i / a_i", tuple(series), y_log=False)


CLAIM = Claim(
    name="modes",
    statement="Mode i follows s_i(t) = a_i (1 − exp(−λ_i t)), whatever the others do.",
    step="S8",
    solver="closed form",
    run=run,
)
