"""Independent centred inputs: for 2b > a mini-batch noise hides the exponent."""

from __future__ import annotations

from superlaw.curves import log_times
from superlaw.figures.panels import Panel, Series
from superlaw.setting.optimizer import SGD
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.solve import solve
from superlaw.theory.exponents import exponent
from superlaw.validation.claims.check import Check
from superlaw.validation.claims.claim import Claim, Findings
from superlaw.validation.claims.sequential import grid
from superlaw.validation.claims.size import Conditions
from superlaw.validation.training.ensemble import Ensemble

A = B = 1.5
OPTIMIZER = SGD(lr=0.1, batch=8)
N_FEATURES = 256
ASYMPTOTIC = PowerLawTask(A, B, 10**7, activity="bernoulli", amplitude="symmetric")
T_END, LATE = 300.0, 3e4
SLOPE_TOLERANCE = 0.02


def run(conditions: Conditions) -> Findings:
    """Compare SGD with the exact recursion, and the recursion's late slope with the exponent."""
    task = PowerLawTask(A, B, N_FEATURES, activity="bernoulli", amplitude="symmetric")
    ((check, _, runs),) = grid.compare({"loss of SGD": task}, OPTIMIZER, T_END, conditions)
    late = solve(ASYMPTOTIC, times=log_times(1.0, LATE, per_decade=8), optimizer=OPTIMIZER)
    predicted = exponent(conditions.believed(ASYMPTOTIC), optimizer=OPTIMIZER).exponent
    assert predicted is not None and late.local_slope is not None
    checks = (
        check,
        Check(
            f"slope at t = {LATE:.0e}",
            predicted,
            float(late.local_slope[-2]),
            tolerance=SLOPE_TOLERANCE,
        ),
    )
    return Findings(checks, (_panel(runs, conditions),), (runs,))


def _panel(runs: Ensemble, conditions: Conditions) -> Panel:
    believed, times = conditions.believed(ASYMPTOTIC), log_times(1.0, LATE, per_decade=8)
    late = solve(believed, times=times, optimizer=OPTIMIZER)
    flow = solve(believed, times=late.times)
    return Panel(
        f"Noise, a = b = {A:g}, batch {OPTIMIZER.batch}",
        "time t",
        "population loss L",
        (
            Series("mean of SGD, N = 1e7", late.times, late.loss),
            Series("gradient flow, N = 1e7", flow.times, flow.loss, style="dashed"),
            Series(
                f"simulated, N = {N_FEATURES}",
                runs.times,
                runs.mean,
                runs.standard_error,
                "points",
            ),
        ),
    )


CLAIM = Claim(
    name="noise",
    statement="With 2b > a the loss of SGD falls with 2 − 1/a, not with (a + 2b − 1)/a.",
    step="N7",
    solver="exact second moments",
    run=run,
    takes=("seeds", "entropy"),
)
