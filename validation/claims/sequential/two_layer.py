"""Two-layer students fall with (a + 2b − 1)/(a + b)."""

from __future__ import annotations

from superlaw.curves import log_times
from superlaw.figures.panels import Panel, Series
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.solve import solve
from superlaw.theory.exponents import exponent
from superlaw.validation.claims.check import Check, worst_deviation
from superlaw.validation.claims.claim import Claim, Findings
from superlaw.validation.claims.sequential import grid
from superlaw.validation.claims.size import Conditions

STUDENT = Student(depth=2, init=1e-3)
EXPONENTS = ((1.5, 0.5), (2.0, 1.0))
N_FEATURES = 10**9
INTEGRATOR_TOLERANCE = 1e-5
SLOPE_TOLERANCE = 0.01


def run(conditions: Conditions) -> Findings:
    """Compare the logistic closed form with the integrator and with the exponent."""
    checks, series = [], []
    times = log_times(1.0, 1e8, per_decade=4)
    for a, b in EXPONENTS:
        task = PowerLawTask(a, b, N_FEATURES)
        believed = conditions.believed(task)
        closed = solve(task, STUDENT, times)
        integrated = solve(believed, STUDENT, times, method="rosenbrock")
        alpha = exponent(believed, STUDENT).exponent
        assert alpha is not None and closed.local_slope is not None
        label = grid.name(task)
        checks += [
            worst_deviation(
                f"{label}: integrator", times, closed.loss, integrated.loss, INTEGRATOR_TOLERANCE
            ),
            Check(
                f"{label}: slope at t = {times[-9]:.1e}",
                alpha,
                float(closed.local_slope[-9]),
                tolerance=SLOPE_TOLERANCE,
            ),
        ]
        series.append(Series(f"closed form, {label}", times, closed.loss))
        series.append(Series(f"integrated, {label}", times, integrated.loss, style="points"))
    panel = Panel("Two-layer students", "time t", "population loss L", tuple(series))
    return Findings(tuple(checks), (panel,))


CLAIM = Claim(
    name="two_layer",
    statement=(
        "A two-layer student falls with (a + 2b − 1)/(a + b); the integrator finds the same curve."
    ),
    step="T6",
    solver="closed form, Rosenbrock",
    run=run,
    takes=(),
)
