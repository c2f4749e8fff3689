"""Closed form, feature classes, the full sum and the integrators give one curve."""

from __future__ import annotations

from superlaw.curves import Array, log_times
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.models import incomplete_gammas
from superlaw.solvers.solve import solve
from superlaw.validation.claims.check import worst_deviation
from superlaw.validation.claims.claim import Claim, Findings
from superlaw.validation.claims.sequential import grid
from superlaw.validation.claims.size import Conditions

N_FEATURES = 100_000
TOLERANCES = {"every feature": 1e-8, "closed form": 1e-6, "rosenbrock": 1e-5, "tsit5": 1e-5}
"""Relative; what each route promises, at the times below."""


def run(conditions: Conditions) -> Findings:
    """Compare the loss by each route with the sum over feature classes."""
    checks = []
    times = log_times(0.1, conditions.size.sequential.t_end, per_decade=4)
    for template in grid.tasks(conditions):
        task = PowerLawTask(template.a, template.b, N_FEATURES)
        classes = solve(task, times=times).loss
        for route, tolerance in TOLERANCES.items():
            loss = _loss(route, conditions.believed(task), times)
            label = f"{grid.name(task)}: {route}"
            checks.append(worst_deviation(label, times, loss, classes, tolerance))
    return Findings(tuple(checks))


def _loss(route: str, task: PowerLawTask, times: Array) -> Array:
    if route == "every feature":
        return solve(task, times=times, features="all").loss
    if route == "closed form":
        return incomplete_gammas.loss(times, task)
    return solve(task, times=times, method=route).loss


CLAIM = Claim(
    name="solvers",
    statement="Incomplete gammas, feature classes, every feature and the integrators agree.",
    step="S12",
    solver="all of them",
    run=run,
    takes=("n_features",),
)
