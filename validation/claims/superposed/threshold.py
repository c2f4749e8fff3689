"""With the features learned, trained thresholds filter interference as 1/t, whatever the data."""

from __future__ import annotations

import numpy as np

from superlaw.curves import Array, differenced_slope, log_times
from superlaw.figures.panels import Panel, Series
from superlaw.setting.embedding import embedding
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.integrators.stabilised import Chebyshev
from superlaw.validation.claims.check import Check
from superlaw.validation.claims.claim import Claim, Findings
from superlaw.validation.claims.size import Conditions
from superlaw.validation.training.loss import ExactLoss

CASES = (0.5, 1.1, 1.5, 2.0)
RTOL = 1e-4


def run(conditions: Conditions) -> Findings:
    """Train the biases alone and read the slope of the interference."""
    checks, series = [], []
    for a in CASES:
        task = PowerLawTask(a, 0.0, 2 * conditions.size.superposed.n_features)
        times = log_times(0.1, 1e3, per_decade=16)
        loss = _interference(task, times, conditions.entropy)
        slope = float(differenced_slope(times, loss).max())
        checks.append(Check(f"a={a:g}, largest slope", conditions.planted, slope, tolerance=0.1))
        series.append(Series(f"a = {a:g}", times, loss))
    panel = Panel("Interference, biases trained only", "time t", "interference loss", tuple(series))
    return Findings(tuple(checks), (panel,))


def _interference(task: PowerLawTask, times: Array, entropy: int) -> Array:
    """Return the interference loss under the gradient flow of β, S = WᵀW."""
    n = task.n_features or 0
    width = n // 2
    W = embedding("random", width, n, np.random.default_rng(entropy))
    S = W.T @ W
    loss = ExactLoss(task, Student(width).on(n))

    def rate(beta: Array, out: Array) -> None:
        loss.descend(S, beta, out)

    def error(estimate: Array, beta: Array) -> float:
        return float(np.abs(estimate).max()) / RTOL

    stepper = Chebyshev(rate, 1.0, error, np.zeros(n), 0.0, 0.01)
    found = np.empty_like(times)
    for row, t in enumerate(times):
        while stepper.t < t:
            stepper.step(float(t))
        found[row] = loss(S, stepper.y)["loss_interference"]
    return found


CLAIM = Claim(
    name="threshold",
    statement=(
        "With S = WᵀW fixed and only the biases trained, the slope of the interference loss rises "
        "to 1 for every a, before the cost of the biases makes a floor."
    ),
    step="X17",
    solver="closed form",
    run=run,
    takes=("n_features", "entropy"),
)
