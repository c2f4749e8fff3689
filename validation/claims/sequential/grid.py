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
from superlaw.validation.sweeps.ensembles import Simulation, simulation, simulations
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


def trained(conditions: Conditions) -> dict[PowerLawTask, Ensemble]:
    """Return the simulated training of each task of the grid, from draws of its own."""
    t_end = conditions.size.sequential.t_end
    points = {
        task: _point(task, OPTIMIZER, t_end, name(task), conditions) for task in tasks(conditions)
    }
    return simulations(points, **conditions.how)


def compare(
    labelled: dict[str, PowerLawTask], optimizer: SGD, t_end: float, conditions: Conditions
) -> list[tuple[Check, tuple[Series, Series], Ensemble]]:
    """Compare the mean loss over seeds with its theory at every time; return both curves too."""
    last = min(conditions.size.sequential.t_end, t_end)
    points = {
        label: _point(task, optimizer, last, label, conditions) for label, task in labelled.items()
    }
    return [
        _compared(label, labelled[label], optimizer, runs, conditions)
        for label, runs in simulations(points, **conditions.how).items()
    ]


def _point(
    task: PowerLawTask, optimizer: SGD, t_end: float, label: str, conditions: Conditions
) -> Simulation:
    return simulation(
        task,
        log_times(1.0, t_end, PER_DECADE),
        optimizer=optimizer,
        seeds=conditions.size.sequential.seeds,
        entropy=conditions.draws(label),
    )


def _compared(
    label: str, task: PowerLawTask, optimizer: SGD, runs: Ensemble, conditions: Conditions
) -> tuple[Check, tuple[Series, Series], Ensemble]:
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
