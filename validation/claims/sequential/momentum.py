"""Momentum: the mean loss of SGD with it follows three second moments a mode."""

from __future__ import annotations

from superlaw.figures.panels import Panel
from superlaw.setting.optimizer import SGD
from superlaw.setting.task import PowerLawTask
from superlaw.validation.claims.claim import Claim, Findings
from superlaw.validation.claims.sequential import grid
from superlaw.validation.claims.size import Conditions

OPTIMIZER = SGD(lr=0.01, batch=32, momentum=0.8)
N_FEATURES = 96
EXPONENTS = (1.5, 0.5)
T_END = 200.0


def run(conditions: Conditions) -> Findings:
    """Compare the mean loss over seeds with the recursion, at every time."""
    tasks = [
        PowerLawTask(*EXPONENTS, N_FEATURES, activity=activity, amplitude="symmetric")
        for activity in ("one", "bernoulli")
    ]
    labelled = {f"{grid.name(task)}, {task.activity}": task for task in tasks}
    compared = grid.compare(labelled, OPTIMIZER, T_END, conditions)
    checks, curves, runs = zip(*compared, strict=True)
    panel = Panel("Momentum 0.8", "time t", "population loss L", sum(curves, ()))
    return Findings(checks, (panel,), runs)


CLAIM = Claim(
    name="momentum",
    statement=(
        "With momentum the mean loss of SGD follows the exact recursion of three second moments a "
        "mode, whether one feature is active or several."
    ),
    step="N12",
    solver="exact second moments",
    run=run,
    takes=("seeds", "entropy"),
)
