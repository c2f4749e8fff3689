"""Two-time closure of the ReLU student: from a task to a loss curve (R30 to R40, R47 to R53).

A closure, not a theorem: rows are sampled, their fields are Gaussian with covariances at two times,
and what is left of kicks follows from the answers of columns, rows and biases. No constant is
fitted. It costs a minute where the row replicas take a second; its accuracy is measured, too.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from scipy.interpolate import PchipInterpolator

from superlaw.arguments import fitting
from superlaw.curves import Array
from superlaw.execution.signals import deferred
from superlaw.progress import Progress
from superlaw.setting.task import Task
from superlaw.solvers.closures import accuracy
from superlaw.solvers.closures.two_time.gates import SECOND, moments
from superlaw.solvers.closures.two_time.march import March
from superlaw.solvers.closures.two_time.sampling import sample
from superlaw.solvers.solution import STATUS, Solution

FIRST, GROWTH, PER_DECADE = 0.02, 1.5, 8
"""First time, in which rates are of order 1; growth of early steps; times a decade later."""


def solve_two_time(task: Task, width: int, times: Array, progress: bool = False) -> Solution:
    """Return the loss curve of the ReLU student with biases and random unit columns.

    Parameters
    ----------
    task : Task
        Amplitudes uniform on (0, 2), one feature active.
    width : int
        K.
    times : ndarray
        Output times [time].
    progress : bool
        Show a bar on a terminal.

    Returns
    -------
    Solution
        Loss, local slope, and as observables the two parts of the loss, tr B/K, |B|²/K and the
        fraction of dead units.
    """
    grid = march_times(float(times[-1]))
    drawn = sample(task)
    remedy = "Ask for earlier times, or a smaller N."
    fitting("times", float(times[-1]), March.n_bytes(drawn, len(grid)), remedy)
    march = March(drawn, width, grid)
    rows = [_start(march), *_observed(march, grid, progress)]
    found = _solution(march, rows, times)
    return accuracy.with_lattice_band(found, task, width, trains_bias=True, closure="two_time")


def _solution(march: March, rows: list[dict[str, float]], times: Array) -> Solution:
    """Return what was reported from t = 0 on, at the times asked for that were reached.

    Between times of the march ln L is interpolated over ln(t + t_1), and so is all else.
    """
    first, model = march.times[0], march.model
    status = "success" if len(rows) == 1 + len(march.times) else "not_finite"
    known = np.append(0.0, march.times)[: len(rows)]
    reached = times[times <= known[-1]]
    columns = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    on_log, at = np.log(known + first), np.log(reached + first)
    curve = PchipInterpolator(on_log, np.log(columns.pop("loss")))
    return Solution(
        times=reached,
        loss=np.exp(curve(at)),
        status=status,
        message=f"{STATUS[status]}; {len(rows) - 1} times, {len(model.of)} rows",
        method=f"closure (two times, {len(model.n)} feature classes)",
        floor=math.nan,
        local_slope=-reached / (reached + first) * curve.derivative()(at),
        observables={name: PchipInterpolator(on_log, y)(at) for name, y in columns.items()},
        n_steps=len(rows) - 1,
        n_rejected=0,
    )


def march_times(last: float) -> Array:
    """Return the times of the march up to the last one asked for, or the first after it.

    Examples
    --------
    >>> march_times(0.1).round(4)
    array([0.02  , 0.04  , 0.06  , 0.08  , 0.1067])
    """
    factor = 10.0 ** (1.0 / PER_DECADE) - 1.0
    found, step = [FIRST], FIRST
    while found[-1] < last:
        largest = found[-1] * factor
        step = min(step * GROWTH, largest) if largest > step else step
        found.append(found[-1] + step)
    return np.array(found)


def _observed(march: March, grid: Array, progress: bool) -> Iterator[dict[str, float]]:
    """Yield what is seen at each time; none from where the march left all numbers on."""
    with Progress(progress, grid) as bar, deferred() as check:
        for n in march.steps():
            check()
            row = observe(march, n)
            if not math.isfinite(row["loss"]):
                return
            yield row
            bar.show(float(grid[n]), n + 1)


def observe(march: March, n: int) -> dict[str, float]:
    """Return what is reported at a time of a march."""
    model, rows = march.model, march.rows
    S, beta = rows.S[:, :, n], rows.beta[:, n, None]
    m0, m1, m2 = moments(S, beta)
    column = np.where(model.column < 0, model.of[:, None], model.column)
    target = np.where(model.column < 0, model.target[model.of][:, None], 0.0)
    error = S - target
    square = error**2 * m2 + 2.0 * error * beta * m1 + beta**2 * m0 + target**2 * (SECOND - m2)
    stands = (model.n[model.of] * model.share)[:, None] * model.weight
    loss = 0.5 * model.p[column] * stands * square
    dead = stands[:, 0] * (2.0 * S[:, 0] + beta[:, 0] < 0.0)
    diagonal, interference = float(loss[:, 0].sum()), float(loss[:, 1:].sum())
    mu = float(march.whole.mu[n])
    return {
        "loss": diagonal + interference,
        "loss_diagonal": diagonal,
        "loss_interference": interference,
        "trace": mu,
        "frobenius": float(march.whole.square[n, n]) + mu**2,
        "dead_fraction": float(dead.sum() / stands[:, 0].sum()),
    }


def _start(march: March) -> dict[str, float]:
    """Return what is reported at t = 0, where B = 0."""
    model = march.model
    loss = float(0.5 * SECOND * np.sum(model.n * model.p * model.target**2))
    nothing = dict.fromkeys(("loss_interference", "trace", "frobenius", "dead_fraction"), 0.0)
    return {"loss": loss, "loss_diagonal": loss} | nothing
