"""Linear students with K < N follow their deterministic equivalents to a floor near 1 − K/N."""

from __future__ import annotations

from superlaw.curves import log_times
from superlaw.figures.panels import Panel, Series
from superlaw.setting.optimizer import GradientFlow
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.solve import solve
from superlaw.validation.claims.check import Z_LIMIT, Check, worst_of_band
from superlaw.validation.claims.claim import Claim, Findings
from superlaw.validation.claims.size import Conditions
from superlaw.validation.claims.superposed import flows
from superlaw.validation.sweeps.ensembles import Simulation, simulation, simulations

CASES = (
    (1.1, 0.0, 2, "random"),
    (1.5, 0.0, 4, "tight_frame"),
    (1.5, 1.0, 8, "random"),
    (2.0, 0.5, 4, "random"),
)
TOLERANCE = 0.02
OPTIMIZER = GradientFlow(rtol=1e-4)


def run(conditions: Conditions) -> Findings:
    """Compare the mean of direct flows with the theory, and the last loss with the bound."""
    checks, panels, ensembles = [], [], []
    n = conditions.size.superposed.n_features
    points = {case: _point(*case, conditions) for case in CASES}
    for (a, b, share, kind), runs in simulations(points, **conditions.how).items():
        task, student = PowerLawTask(a, b, n), points[a, b, share, kind].student
        ensembles.append(runs)
        believed = solve(conditions.believed(task), student, runs.times)
        name = f"a={a:g}, b={b:g}, N/K={share}, {kind}"
        checks.append(worst_of_band(name, runs.times, believed.loss, runs.loss, TOLERANCE))
        bound = 1.0 - 1.0 / share
        last = float(runs.mean[-1] + Z_LIMIT * runs.standard_error[-1]) / flows.first_loss(task)
        checks.append(Check(f"{name}, last loss + {Z_LIMIT:g} s.e.", bound, last, bound="above"))
        panels.append(
            Panel(
                f"Linear student, {name}",
                "time t",
                "loss",
                (
                    Series("deterministic equivalent", runs.times, believed.loss),
                    Series("direct flows", runs.times, runs.mean, runs.standard_error, "points"),
                ),
            )
        )
    return Findings(tuple(checks), tuple(panels), tuple(ensembles))


def _point(a: float, b: float, share: int, kind: str, conditions: Conditions) -> Simulation:
    extent = conditions.size.superposed
    return simulation(
        PowerLawTask(a, b, extent.n_features),
        log_times(0.1, 1e3, per_decade=4),
        Student(extent.n_features // share, activation="linear", embedding=kind),
        optimizer=OPTIMIZER,
        seeds=extent.seeds,
        entropy=conditions.entropy,
    )


CLAIM = Claim(
    name="linear_floor",
    statement=(
        "A linear student with K < N follows the deterministic equivalent at every time and never "
        "falls below (1 − K/N) of its first loss: no power law."
    ),
    step="L16",
    solver="deterministic equivalents",
    run=run,
    check=flows.check,
)
