"""Features active together: the rank-one coupling and its noise are those of the theory."""

from __future__ import annotations

from superlaw.curves import log_times
from superlaw.setting.optimizer import SGD
from superlaw.setting.task import PowerLawTask
from superlaw.validation.claims.claim import ClaimResult, Panel, Size
from superlaw.validation.claims.sequential import grid

STATEMENT = (
    "With independent features the mean loss of SGD follows the exact recursion of second moments "
    "with the covariance diag(c) + μμᵀ."
)
OPTIMIZER = SGD(lr=0.05, batch=4)
N_FEATURES = 96
EXPONENTS = ((1.5, 0.5), (2.0, 1.0))


def run(seed: int, size: Size) -> ClaimResult:
    """Compare the mean loss over seeds with the recursion, at every time."""
    tasks = [PowerLawTask(a, b, N_FEATURES, activity="bernoulli") for a, b in EXPONENTS]
    times = log_times(1.0, min(size.t_end, 500.0), per_decade=8)
    compared = [grid.compare(x, OPTIMIZER, times, grid.name(x), seed, size) for x in tasks]
    checks, curves = zip(*compared, strict=True)
    panel = Panel(
        "Independent features with a mean", "time t", "population loss L", sum(curves, ())
    )
    return ClaimResult("coactivation", STATEMENT, "M3", checks, (panel,))
