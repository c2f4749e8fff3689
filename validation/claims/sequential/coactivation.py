"""Features active together: the rank-one coupling and its noise are those of the theory."""

from __future__ import annotations

from superlaw.figures.panels import Panel
from superlaw.setting.optimizer import SGD
from superlaw.setting.task import PowerLawTask
from superlaw.validation.claims.claim import Claim, Findings
from superlaw.validation.claims.sequential import grid
from superlaw.validation.claims.size import Conditions

OPTIMIZER = SGD(lr=0.05, batch=4)
N_FEATURES = 96
EXPONENTS = ((1.5, 0.5), (2.0, 1.0))
T_END = 500.0


def run(conditions: Conditions) -> Findings:
    """Compare the mean loss over seeds with the recursion, at every time."""
    tasks = [PowerLawTask(a, b, N_FEATURES, activity="bernoulli") for a, b in EXPONENTS]
    labelled = {grid.name(task): task for task in tasks}
    compared = grid.compare(labelled, OPTIMIZER, T_END, conditions)
    checks, curves, runs = zip(*compared, strict=True)
    title = "Independent features with a mean"
    panel = Panel(title, "time t", "population loss L", sum(curves, ()))
    return Findings(checks, (panel,), runs)


CLAIM = Claim(
    name="coactivation",
    statement=(
        "With independent features the mean loss of SGD follows the exact recursion of second "
        "moments with the covariance diag(c) + μμᵀ."
    ),
    step="M3",
    solver="exact second moments",
    run=run,
    takes=("seeds", "entropy"),
)
