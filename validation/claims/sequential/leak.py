"""Inputs with a mean: learned rows leak, and for b > a the leak decides the exponent."""

from __future__ import annotations

from superlaw.curves import log_times
from superlaw.figures.panels import Panel, Series
from superlaw.setting.optimizer import SGD
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.solve import solve
from superlaw.theory.exponents import exponent
from superlaw.theory.laws.sequential import sequential_exponent
from superlaw.validation.claims.check import Check, worst_deviation
from superlaw.validation.claims.claim import Claim, Findings
from superlaw.validation.claims.size import Conditions
from superlaw.validation.sweeps.ensembles import simulation, simulations
from superlaw.validation.training.ensemble import Ensemble

A, B = 1.2, 2.0
N_FEATURES = 192
OPTIMIZER = SGD(lr=0.02, batch=None)
"""Every step takes the mean over all inputs: nothing is drawn."""
STEP_TOLERANCE = 0.02
"""What the finite learning rate may change: about η λ_1 before the first mode is learned."""
ASYMPTOTIC = PowerLawTask(A, B, 10**9, activity="bernoulli")
T_END, LATE = 300.0, 1e6
SLOPE_TOLERANCE = 0.01
"""At t = 1e6 the local slope is still this part above its limit."""


def run(conditions: Conditions) -> Findings:
    """Compare trained students with the contour integral, and its late slope with the exponent."""
    task = PowerLawTask(A, B, N_FEATURES, activity="bernoulli")
    times = log_times(1.0, min(conditions.size.sequential.t_end, T_END), per_decade=6)
    point = simulation(task, times, optimizer=OPTIMIZER)
    (runs,) = simulations({"": point}, **conditions.how).values()
    theory = solve(conditions.believed(task), times=runs.times)
    late = solve(ASYMPTOTIC, times=[LATE]).local_slope
    predicted = exponent(conditions.believed(ASYMPTOTIC)).exponent
    assert late is not None and predicted is not None
    checks = (
        worst_deviation(
            f"loss, N = {N_FEATURES},", runs.times, theory.loss, runs.mean, STEP_TOLERANCE
        ),
        Check(f"slope at t = {LATE:.0e}", predicted, float(late[0]), tolerance=SLOPE_TOLERANCE),
    )
    return Findings(checks, (_panel(runs, conditions),), (runs,))


def _panel(runs: Ensemble, conditions: Conditions) -> Panel:
    believed = conditions.believed(ASYMPTOTIC)
    curve = solve(believed, times=log_times(1.0, LATE))
    power = sequential_exponent(believed.a, believed.b)
    modes = curve.loss[20] * (curve.times / curve.times[20]) ** -power
    return Panel(
        f"Leak, a = {A:g}, b = {B:g}",
        "time t",
        "population loss L",
        (
            Series("theory, N = 1e9", curve.times, curve.loss),
            Series("uncoupled modes would fall like this", curve.times, modes, style="dashed"),
            Series(f"trained, N = {N_FEATURES}", runs.times, runs.mean, style="points"),
        ),
    )


CLAIM = Claim(
    name="leak",
    statement="With b > a the exponent is 3 − 1/a, below the (a + 2b − 1)/a of uncoupled modes.",
    step="M10",
    solver="contour integral",
    run=run,
    takes=(),
)
