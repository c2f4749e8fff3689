"""The tasks that the sequential claims share, each simulated once."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from superlaw.curves import log_times
from superlaw.setting.optimizer import SGD
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.solve import solve
from superlaw.validation.claims.claim import Array, Check, Series, Size, worst_of_curve
from superlaw.validation.training.ensemble import Ensemble
from superlaw.validation.training.simulate import simulate

EXPONENTS = ((1.1, 0.0), (1.5, 0.0), (2.0, 0.0), (1.5, 0.5), (2.0, 1.0))
"""Pairs (a, b); among them exponents below, at and above 1."""
OPTIMIZER = SGD(lr=0.05, batch=4)


def tasks(size: Size) -> list[PowerLawTask]:
    """Return the tasks of the grid."""
    return [PowerLawTask(a, b, size.n_features) for a, b in EXPONENTS]


def name(task: PowerLawTask) -> str:
    """Return the task in a few characters."""
    return f"a={task.a:g}, b={task.b:g}"


def ensemble(task: PowerLawTask, seed: int, size: Size) -> Ensemble:
    """Return the simulated training of a task."""
    return _simulated(task, seed, replace(size, planted=1.0))


@lru_cache(maxsize=32)
def _simulated(task: PowerLawTask, seed: int, size: Size) -> Ensemble:
    times = log_times(1.0, size.t_end, per_decade=8)
    return simulate(
        task,
        times=times,
        optimizer=OPTIMIZER,
        seeds=size.seeds,
        entropy=seed,
        progress=size.progress,
    )


def compare(
    task: PowerLawTask, optimizer: SGD, times: Array, label: str, seed: int, size: Size
) -> tuple[Check, tuple[Series, Series]]:
    """Compare the mean loss over seeds with its theory, at every time; return both curves too."""
    runs = simulate(task, times=times, optimizer=optimizer, seeds=size.seeds, entropy=seed)
    theory = solve(size.believed(task), times=runs.times, optimizer=optimizer)
    simulated = Series(
        f"simulated, {label}", runs.times, runs.mean, runs.standard_error, "points", True
    )
    check = worst_of_curve(label, runs.times, theory.loss, runs.loss)
    return check, (Series(f"theory, {label}", runs.times, theory.loss), simulated)


def mean_loss(task: PowerLawTask, times: Array, size: Size) -> Array:
    """Return the theory's mean loss of SGD at its steps (N1)."""
    return solve(size.believed(task), times=times, optimizer=OPTIMIZER).loss


def mean_modes(task: PowerLawTask, runs: Ensemble, size: Size) -> Array:
    """Return the mean s_i = a_i [1 − (1 − ηλ_i)^n] (S8, N1), shape (n_times, n_tracked)."""
    believed = size.believed(task)
    feature = runs.tracked.astype(np.float64)
    decay = np.log1p(-OPTIMIZER.lr * believed.second_moment(feature)) / OPTIMIZER.lr
    return np.asarray(-believed.target(feature) * np.expm1(runs.times[:, None] * decay))
