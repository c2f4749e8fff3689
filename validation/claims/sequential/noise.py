"""Independent centred inputs: for 2b > a mini-batch noise hides the exponent."""

from __future__ import annotations

from superlaw.curves import log_times
from superlaw.setting.optimizer import SGD
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.solve import solve
from superlaw.theory.exponents import exponent
from superlaw.validation.claims.claim import (
    Check,
    ClaimResult,
    Panel,
    Series,
    Size,
    worst_of_curve,
)
from superlaw.validation.training.simulate import simulate

STATEMENT = "With 2b > a the loss of SGD falls with 2 − 1/a, not with (a + 2b − 1)/a."
A = B = 1.5
OPTIMIZER = SGD(lr=0.1, batch=8)
N_FEATURES = 256
ASYMPTOTIC = PowerLawTask(A, B, 10**7, activity="bernoulli", amplitude="symmetric")
LATE = 3e4
SLOPE_TOLERANCE = 0.02


def run(seed: int, size: Size) -> ClaimResult:
    """Compare SGD with the exact recursion, and the recursion's late slope with the exponent."""
    task = PowerLawTask(A, B, N_FEATURES, activity="bernoulli", amplitude="symmetric")
    times = log_times(1.0, min(size.t_end, 300.0), per_decade=8)
    runs = simulate(task, times=times, optimizer=OPTIMIZER, seeds=size.seeds, entropy=seed)
    theory = solve(size.believed(task), times=runs.times, optimizer=OPTIMIZER)
    late = solve(ASYMPTOTIC, times=log_times(1.0, LATE, per_decade=8), optimizer=OPTIMIZER)
    flow = solve(ASYMPTOTIC, times=late.times)
    predicted = exponent(size.believed(ASYMPTOTIC), optimizer=OPTIMIZER).exponent
    assert predicted is not None and late.local_slope is not None
    checks = (
        worst_of_curve("loss of SGD", runs.times, theory.loss, runs.loss),
        Check(
            f"slope at t = {LATE:.0e}",
            predicted,
            float(late.local_slope[-2]),
            tolerance=SLOPE_TOLERANCE,
        ),
    )
    panel = Panel(
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
    return ClaimResult("noise", STATEMENT, "N7", checks, (panel,))
