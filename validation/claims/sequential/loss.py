"""The loss curve of simulated training is the theory's, at every time."""

from __future__ import annotations

from superlaw.curves import log_times
from superlaw.figures.panels import Panel, Series
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.solve import solve
from superlaw.validation.claims.check import worst_of_curve
from superlaw.validation.claims.claim import Claim, Findings
from superlaw.validation.claims.sequential import grid
from superlaw.validation.claims.size import Conditions
from superlaw.validation.training.ensemble import Ensemble


def run(conditions: Conditions) -> Findings:
    """Compare the mean loss over seeds with the exact mean of SGD."""
    checks, panels, ensembles = [], [], []
    for task, runs in grid.trained(conditions).items():
        predicted = grid.mean_loss(task, runs.times, conditions)
        checks.append(worst_of_curve(grid.name(task), runs.times, predicted, runs.loss))
        panels.append(_panel(task, runs, conditions))
        ensembles.append(runs)
    return Findings(tuple(checks), tuple(panels), tuple(ensembles))


def _panel(task: PowerLawTask, runs: Ensemble, conditions: Conditions) -> Panel:
    """Show closed form, integrated equations and simulation on one plot."""
    believed = conditions.believed(task)
    times = log_times(0.1, 10.0 * conditions.size.sequential.t_end, per_decade=8)
    closed = solve(believed, times=times)
    integrated = solve(believed, times=times[::4], method="rosenbrock")
    return Panel(
        f"Loss, {grid.name(task)}, N = {task.n_features}",
        "time t (learning rate × steps)",
        "population loss L",
        (
            Series("theory (closed form)", closed.times, closed.loss),
            Series("integrated equations", integrated.times, integrated.loss, style="rings"),
            Series(
                f"simulated training, {len(runs.seeds)} seeds",
                runs.times,
                runs.mean,
                runs.standard_error,
                "points",
            ),
        ),
    )


CLAIM = Claim(
    name="loss",
    statement="The mean loss of SGD is L(t) = ½ Σ λ_i a_i² ρ_i^n, within |z| < 4 at every time.",
    step="N1",
    solver="closed form on feature classes",
    run=run,
)
