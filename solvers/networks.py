"""Networks ŷ = φ(WᵀB W x + β) under gradient flow: which theory covers which student."""

from __future__ import annotations

import numpy as np

from superlaw.arguments import refuse
from superlaw.curves import Array
from superlaw.solvers.closures.row_replica import solve_closure
from superlaw.solvers.feature_classes import feature_classes
from superlaw.solvers.inputs import Optimizer, Student, Task
from superlaw.solvers.models import bottleneck
from superlaw.solvers.solution import STATUS, Solution

_SIMULATE = "Simulate its training instead."


def solve_network(
    task: Task,
    student: Student,
    times: Array,
    optimizer: Optimizer | None,
    method: str,
    progress: bool,
) -> Solution:
    """Return the loss curve of a network, or refuse one that no theory covers.

    Parameters
    ----------
    task : Task
    student : Student
    times : ndarray
        Output times [time].
    optimizer : Optimizer or None
        Gradient flow only.
    method : str
        "auto", or the one that covers the student.
    progress : bool
        Show a bar on a terminal.
    """
    n = task.n_features
    if n is None:
        refuse("n_features", "a finite number to solve", n, "Give N, e.g. n_features=1e6.")
    resolved = student.on(n)
    if resolved.tied:
        refuse("tied", "False to solve a network", True, _SIMULATE)
    natural = "bottleneck" if resolved.activation == "linear" else "closure"
    if method not in ("auto", natural):
        refuse("method", f"auto or {natural} here", method, f'Use "{natural}".')
    if optimizer is not None:
        remedy = "Leave it out for gradient flow, or use sl.simulate."
        refuse("optimizer", "left out for a network", optimizer, remedy)
    if task.activity != "one":
        refuse("activity", '"one" to solve a network', task.activity, _SIMULATE)
    if resolved.width == n:
        remedy = f"Leave activation, bias and embedding out for K = N. {_SIMULATE}"
        refuse("width", "below N to solve a network", resolved.width, remedy)
    if natural == "bottleneck":
        return _linear(task, resolved, times)
    return _relu(task, resolved, times, progress)


def _linear(task: Task, student: Student, times: Array) -> Solution:
    """Sum the resolvents of a linear student."""
    losses = {
        "random": bottleneck.random_columns_loss,
        "tight_frame": bottleneck.tight_frame_loss,
    }
    if student.bias:
        refuse("bias", "False to solve a linear student", True, _SIMULATE)
    if student.embedding not in losses:
        refuse("embedding", " or ".join(losses), student.embedding, _SIMULATE)
    classes = feature_classes(int(task.n_features or 0))
    spectrum = bottleneck.Spectrum(
        lam=np.asarray(task.second_moment(classes.index)),
        target=np.asarray(task.target(classes.index)),
        weight=classes.weight,
        width=int(student.width or 0),
    )
    loss, slope = losses[student.embedding](times, spectrum)
    where = f"{len(classes.index)} feature classes"
    return Solution(
        times,
        loss,
        "success",
        STATUS["success"],
        f"bottleneck (deterministic equivalent of large N and K), {where}",
        floor=bottleneck.floor(spectrum),
        local_slope=slope,
    )


def _relu(task: Task, student: Student, times: Array, progress: bool) -> Solution:
    """Integrate the closure of a ReLU student."""
    if task.b < 0.0:
        refuse("b", "at least 0 for the closure", task.b, _SIMULATE)
    if student.embedding != "random":
        refuse("embedding", '"random" for the closure', student.embedding, _SIMULATE)
    if task.amplitude != "uniform":
        refuse("amplitude", '"uniform" for the closure', task.amplitude, _SIMULATE)
    return solve_closure(task, int(student.width or 0), bool(student.bias), times, progress)
