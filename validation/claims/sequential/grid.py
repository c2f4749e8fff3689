"""The tasks that the sequential claims share, each simulated once."""

from __future__ import annotations

import numpy as np

from superlaw.curves import Array, log_times
from superlaw.figures.panels import Series
from superlaw.setting.optimizer import SGD
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.solve import solve
from superlaw.validation.claims.check import Check, worst_of_curve
from superlaw.validation.claims.size import Conditions
from superlaw.validation.sweeps.ensembles import simulated
from superlaw.validation.training.ensemble import Ensemble

EXPONENTS = ((1.1, 0.0), (1.5, 0.0), (2.0, 0.0), (1.5, 0.5), (2.0, 1.0))
"""Pairs (a, b); among them exponents below, at and above 1."""
OPTIMIZER = SGD(lr=0.05, batch=4)
PER_DECADE = 8


def tasks(conditions: Conditions) -> list[PowerLawTask]:
    """Return the tasks of the grid."""
    return [PowerLawTask(a, b, conditions.size.sequential.n_features) for a, b in EXPONENTS]


def name(task: PowerLawTask) -> str:
    """Return the task in a few characters."""
    return f"a={task.a:g}, b={task.b:g}"


def ensemble(task: PowerLawTask, conditions: Conditions) -> Ensemble:
    """Return the simulated training of a task, from draws of its own."""
    extent = conditions.size.sequential
    return simulated(
        conditions.runs,
        task,
        log_times(1.0, extent.t_end, PER_DECADE),
        optimizer=OPTIMIZER,
        seeds=extent.seeds,
        entropy=conditions.draws(name(task)),
        progress=conditions.progress,
    )


def compare(
    task: PowerLawTask, optimizer: SGD, t_end: float, label: str, conditions: Conditions
) -> tuple[Check, tuple[Series, Series], Ensemble]:
    """Compare the mean loss over seeds with its theory at every time; return both curves too."""
    extent = conditions.size.sequential
    runs = simulated(
        conditions.runs,
        task,
        log_times(1.0, min(extent.t_end, t_end), PER_DECADE),
        optimizer=optimizer,
        progress=conditions.progress,
        seeds=extent.seeds,
        entropy=conditions.draws(label),
    )
    theory = solve(conditions.believed(task), times=runs.times, optimizer=optimizer)
    points = Series(
        f"simulated, {label}", runs.times, runs.mean, runs.standard_error, "points", True
    )
    check = worst_of_curve(label, runs.times, theory.loss, runs.loss)
    return check, (Series(f"theory, {label}", runs.times, theory.loss), points), runs


def mean_loss(task: PowerLawTask, times: Array, conditions: Conditions) -> Array:
    """Return the theory's mean loss of SGD at its steps (N1)."""
    return solve(conditions.believed(task), times=times, optimizer=OPTIMIZER).loss


def mean_modes(task: PowerLawTask, runs: Ensemble, conditions: Conditions) -> Array:
    """Return the mean s_i = a_i [1 − (1 − ηλ_i)^n] (S8, N1), shape (n_times, n_tracked)."""
    believed = conditions.believed(task)
    feature = runs.tracked.astype(np.float64)
    decay = np.log1p(-OPTIMIZER.lr * believed.second_moment(feature)) / OPTIMIZER.lr
    return np.asarray(-believed.target(feature) * np.expm1(runs.times[:, None] * decay))
