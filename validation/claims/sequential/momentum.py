"""Momentum: the mean loss of SGD with it follows three second moments a mode."""

from __future__ import annotations

from superlaw.curves import log_times
from superlaw.setting.optimizer import SGD
from superlaw.setting.task import PowerLawTask
from superlaw.validation.claims.claim import ClaimResult, Panel, Size
from superlaw.validation.claims.sequential import grid

STATEMENT = (
    "With momentum the mean loss of SGD follows the exact recursion of three second moments a "
    "mode, whether one feature is active or several."
)
OPTIMIZER = SGD(lr=0.01, batch=32, momentum=0.8)
N_FEATURES = 96
EXPONENTS = (1.5, 0.5)


def run(seed: int, size: Size) -> ClaimResult:
    """Compare the mean loss over seeds with the recursion, at every time."""
    times = log_times(1.0, min(size.t_end, 200.0), per_decade=8)
    compared = []
    for activity in ("one", "bernoulli"):
        task = PowerLawTask(*EXPONENTS, N_FEATURES, activity=activity, amplitude="symmetric")
        label = f"{grid.name(task)}, {activity}"
        compared.append(grid.compare(task, OPTIMIZER, times, label, seed, size))
    checks, curves = zip(*compared, strict=True)
    panel = Panel("Momentum 0.8", "time t", "population loss L", sum(curves, ()))
    return ClaimResult("momentum", STATEMENT, "N12", checks, (panel,))
