"""Features active together: the rank-one coupling and its noise are those of the theory."""

from __future__ import annotations

from superlaw.solvers.solve import solve
from superlaw.solvers.times import log_times
from superlaw.theory.optimizers import SGD
from superlaw.theory.tasks import PowerLawTask
from superlaw.validation.claim import ClaimResult, Panel, Series, Size, worst_of_curve
from superlaw.validation.claims import grid
from superlaw.validation.simulate import simulate

STATEMENT = (
    "With independent features the mean loss of SGD follows the exact recursion of second moments "
    "with the covariance diag(c) + μμᵀ."
)
OPTIMIZER = SGD(lr=0.05, batch=4)
N_FEATURES = 96
EXPONENTS = ((1.5, 0.5), (2.0, 1.0))


def run(seed: int, size: Size) -> ClaimResult:
    """Compare the mean loss over seeds with the recursion, at every time."""
    checks, series = [], []
    times = log_times(1.0, min(size.t_end, 500.0), per_decade=8)
    for a, b in EXPONENTS:
        task = PowerLawTask(a, b, N_FEATURES, activity="bernoulli")
        runs = simulate(task, times=times, optimizer=OPTIMIZER, seeds=size.seeds, entropy=seed)
        theory = solve(size.believed(task), times=runs.times, optimizer=OPTIMIZER)
        label = grid.name(task)
        checks.append(worst_of_curve(label, runs.times, theory.loss, runs.loss))
        series.append(Series(f"theory, {label}", runs.times, theory.loss))
        series.append(
            Series(
                f"simulated, {label}", runs.times, runs.mean, runs.standard_error, "points", True
            )
        )
    panel = Panel("Independent features with a mean", "time t", "population loss L", tuple(series))
    return ClaimResult("coactivation", STATEMENT, "M3", tuple(checks), (panel,))
