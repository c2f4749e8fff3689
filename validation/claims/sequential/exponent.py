"""The exponent of simulated training is the theory's: at this N, and as N grows."""

from __future__ import annotations

import numpy as np

from superlaw.curves import Array
from superlaw.figures.panels import Panel, Series
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.solve import solve
from superlaw.theory.exponents import exponent
from superlaw.theory.laws.sequential import VISIBLE_WITHIN, features_needed
from superlaw.validation.claims.check import Check
from superlaw.validation.claims.claim import Claim, Findings
from superlaw.validation.claims.sequential import grid
from superlaw.validation.claims.size import Conditions
from superlaw.validation.fitting.measured import local_slopes
from superlaw.validation.fitting.readings import straight_slope
from superlaw.validation.training.ensemble import Ensemble, standard_error, z_score

STARTED = 10.0
"""Fits start at this many times 1/λ_1."""


def run(conditions: Conditions) -> Findings:
    """Fit theory and simulation in one window; look for the asymptotic slope at large N."""
    checks, panels, ensembles = [], [], []
    for task, runs in grid.trained(conditions).items():
        window = fit_window(task, runs.times)
        theory = grid.mean_loss(task, runs.times, conditions)
        predicted = float(straight_slope(runs.times, theory, window))
        found = straight_slope(runs.times, runs.loss, window)
        z = float(z_score(found, np.asarray(predicted)))
        error = float(standard_error(found))
        label = f"{grid.name(task)}: N = {task.n_features}, t in {window[0]:.3g} … {window[1]:.3g}"
        checks.append(Check(label, predicted, float(found.mean()), error, z=z))
        checks.append(_asymptotic(task, conditions))
        panels.append(_panel(task, runs, theory, window, conditions))
        ensembles.append(runs)
    return Findings(tuple(checks), tuple(panels), tuple(ensembles))


def fit_window(task: PowerLawTask, times: Array) -> tuple[float, float]:
    """Return the window between the first modes and the last, as far as it was simulated."""
    last = 1.0 / task.second_moment(float(task.n_features or 1))
    return STARTED / task.second_moment(1.0), min(last, float(times[-1]))


def _asymptotic(task: PowerLawTask, conditions: Conditions) -> Check:
    """Compare the exact slope with the exponent where a decade of time shows it."""
    alpha = exponent(conditions.believed(task)).exponent
    assert alpha is not None
    n = 10 ** int(np.ceil(features_needed(task, alpha)))
    large = PowerLawTask(task.a, task.b, n)
    first, last = exponent(large).visible or (1.0, 10.0)
    middle = float(np.sqrt(first * last))
    slope = solve(large, times=[middle]).local_slope
    assert slope is not None
    label = f"{grid.name(task)}: slope at N = {n:.0e}"
    return Check(label, alpha, float(slope[0]), tolerance=VISIBLE_WITHIN)


def _panel(
    task: PowerLawTask,
    runs: Ensemble,
    theory: Array,
    window: tuple[float, float],
    conditions: Conditions,
) -> Panel:
    alpha = exponent(conditions.believed(task)).exponent
    slopes = np.array([local_slopes(runs.times, loss) for loss in runs.loss])
    flat = np.full(2, alpha)
    return Panel(
        f"Local slope, {grid.name(task)}, N = {task.n_features}",
        "time t",
        "−d log L / d log t",
        (
            Series("theory at this N", runs.times, local_slopes(runs.times, theory)),
            Series("exponent for N → ∞", runs.times[[0, -1]], flat, style="dashed"),
            Series(
                "simulated training",
                runs.times,
                slopes.mean(axis=0),
                standard_error(slopes),
                "points",
            ),
        ),
        y_log=False,
        shaded=window,
    )


CLAIM = Claim(
    name="exponent",
    statement=(
        "The fitted exponent is that of the finite-N theory in the same window, and the local "
        "slope is (a + 2b − 1)/a where N is large enough to show it."
    ),
    step="S14",
    solver="closed form on feature classes",
    run=run,
)
