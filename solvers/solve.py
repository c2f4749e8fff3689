"""The loss curve of a task: pick the cheapest method that is right, and say which."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from superlaw import laplace
from superlaw.arguments import increasing_times, one_of, positive, refuse
from superlaw.curves import Array, differenced_slope, log_times
from superlaw.notices import Notice
from superlaw.solvers.feature_classes import (
    FeatureClasses,
    all_features,
    coarser_classes,
    feature_classes,
    relative_difference,
)
from superlaw.solvers.inputs import Optimizer, Student, Task
from superlaw.solvers.models import coactive
from superlaw.solvers.models.sequential import exponential_sum
from superlaw.solvers.models.two_layer import logistic_sum
from superlaw.solvers.solution import STATUS, NumericsError, Solution

ROUNDING = 1e-13
"""Relative rounding error of a sum over features."""
QUADRATURE = 1e-11
"""No smaller error is claimed for a sum over classes."""
INTEGRATORS = ("rosenbrock", "exponential", "rkc", "tsit5", "dopri5")
NETWORKS = ("bottleneck", "closure")
METHODS = ("auto", "exact", "contour", "moments", *INTEGRATORS, *NETWORKS)
LARGEST_COUPLED_SGD = 2048
"""Most features for the N × N recursion of SGD on inputs with a mean."""


def solve(
    task: Task,
    student: Student | None = None,
    times: ArrayLike | None = None,
    *,
    optimizer: Optimizer | None = None,
    method: str = "auto",
    features: str = "auto",
    rtol: float = 1e-6,
    progress: bool = False,
    throw: bool = True,
) -> Solution:
    """Return the predicted loss curve of a task.

    Gradient flow: L(t) = ½ Σ λ_i a_i² exp(−2λ_i t) (S9), logistic modes for two layers (T2), a
    contour integral for inputs with a mean (M6). With an optimizer: the exact mean of SGD at its
    steps (N1, N4), with momentum too (N10 to N14). Superposed students (K < N) under gradient
    flow: deterministic equivalents for linear ones (L5, L11), the row-replica closure for ReLU
    ones (R9-R20), whose error is measured.

    Parameters
    ----------
    task : PowerLawTask
        Data and teacher.
    student : Student, optional
        One layer, K = N, if left out.
    times : array_like
        Gradient-flow times (learning rate × steps), increasing; 0.1 … 1e4 if left out [time].
    optimizer : SGD, optional
        Gradient flow if left out; else times are rounded to whole steps.
    method : str
        One of `METHODS`; "auto" takes a closed form where there is one.
    features : {"auto", "classes", "all"}
        Sum over feature classes or over every feature; "auto" takes classes for large N.
    rtol : float
        Tolerance of the integrators; the closure of networks has its own.
    progress : bool
        Show a bar on a terminal during long integrations.
    throw : bool
        Raise on failure; if False, return the partial solution with its status.

    Returns
    -------
    Solution
        Times, loss (with the ½), local slope, error bound, floor, status and method.

    Raises
    ------
    ArgumentError
        If an argument is outside its rule or the combination is not covered.
    NumericsError
        If an integration failed; it carries the partial solution.

    Examples
    --------
    >>> from superlaw.setting.task import PowerLawTask
    >>> curve = solve(PowerLawTask(a=1.1, b=0.3, n_features=10**9), times=[1.0, 1e12])
    >>> [f"{loss:.6e}" for loss in curve.loss]
    ['1.242803e-01', '2.079435e-25']
    """
    grid = log_times(0.1, 1e4) if times is None else increasing_times(times)
    if optimizer is not None and not hasattr(optimizer, "to_dict"):
        refuse("optimizer", "SGD or GradientFlow", optimizer, "E.g. sl.SGD(lr=0.05).")
    if not hasattr(optimizer, "lr"):
        optimizer = None  # gradient flow by name
    positive("rtol", rtol, "Give a relative tolerance, e.g. 1e-6.")
    if student is not None and student.is_network(task.n_features):
        from superlaw.solvers.networks import solve_network

        one_of("method", method, METHODS)
        one_of("features", features, ("auto", "classes"))
        return _finished(solve_network(task, student, grid, optimizer, method, progress), throw)
    chosen = _method(task, student, optimizer, method)
    classes = _features(task, features, chosen)
    if optimizer is not None:
        grid = _whole_steps(grid, optimizer.time_per_step)
    if chosen in INTEGRATORS:
        return _integrated(task, student, grid, classes, chosen, rtol, progress, throw)
    solution = _CLOSED[chosen](task, student, grid, classes, optimizer)
    return _finished(solution, throw)


def _method(task: Task, student: Student | None, optimizer: Optimizer | None, method: str) -> str:
    """Return the method to use, or refuse a combination that none covers."""
    one_of("method", method, METHODS)
    two_layers = student is not None and student.depth == 2
    if two_layers and task.activity != "one":
        refuse("activity", '"one" for two layers', task.activity, "Use depth=1.")
    if two_layers and optimizer is not None:
        refuse("optimizer", "left out for two layers", optimizer, "Only gradient flow is solved.")
    noisy_coactive = optimizer is not None and task.activity == "bernoulli"
    if optimizer is not None and not hasattr(optimizer, "momentum"):
        refuse("optimizer", "SGD or gradient flow", optimizer, "Train it: sl.simulate.")
    if optimizer is not None and optimizer.momentum and task.has_coupled_modes:
        rule = "without momentum where inputs have a mean"
        refuse("optimizer", rule, optimizer, "Train it: sl.simulate.")
    natural = "exact"
    if noisy_coactive:
        natural = "moments"
    elif task.has_coupled_modes:
        natural = "contour"
    covered = {"auto", natural}
    if natural == "exact" and optimizer is None:
        covered.update(INTEGRATORS)
    if method not in covered:
        refuse("method", f"{' or '.join(sorted(covered))} here", method, f'Use "{natural}".')
    return natural if method == "auto" else method


def _features(task: Task, features: str, method: str) -> FeatureClasses:
    one_of("features", features, ("auto", "classes", "all"))
    n = task.n_features
    if n is None:
        refuse("n_features", "a finite number to solve", n, "Give N, e.g. n_features=1e6.")
    if method == "moments" and task.has_coupled_modes:
        if n > LARGEST_COUPLED_SGD:
            rule = f"at most {LARGEST_COUPLED_SGD} for SGD on inputs with a mean"
            refuse("n_features", rule, n, "Leave the optimizer out for gradient flow.")
        return all_features(n)
    return all_features(n) if features == "all" else feature_classes(n)


def _whole_steps(times: Array, time_per_step: float) -> Array:
    """Return the times of the nearest whole numbers of steps, each once."""
    return np.unique(np.round(times / time_per_step)) * time_per_step


def _spectrum(task: Task, classes: FeatureClasses) -> tuple[Array, Array, Array]:
    """Return λ, a and multiplicities of the classes."""
    return task.second_moment(classes.index), task.target(classes.index), classes.weight


def _start(student: Student, target: Array) -> Array:
    """Return s_i(0) of a two-layer student."""
    size = float(student.init or 0.0)
    return np.full_like(target, size) if student.init_profile == "flat" else size * target


def _exact(
    task: Task,
    student: Student | None,
    times: Array,
    classes: FeatureClasses,
    optimizer: Optimizer | None,
) -> Solution:
    """Sum modes in closed form."""

    def curve(on: FeatureClasses) -> tuple[Array, Array]:
        lam, target, weight = _spectrum(task, on)
        if student is not None and student.depth == 2:
            return logistic_sum(times, lam, target, weight, _start(student, target))
        if optimizer is not None:
            modes = lam, task.fourth_moment(on.index), target, weight
            return _mean_of_sgd(times, *modes, optimizer)
        return exponential_sum(times, 0.5 * weight * lam * target**2, 2.0 * lam)

    what = "closed form of the modes" if optimizer is None else "closed form of mean SGD"
    return _summed(times, classes, curve, f"exact ({what})")


def _mean_of_sgd(
    times: Array, lam: Array, fourth: Array, target: Array, weight: Array, optimizer: Optimizer
) -> tuple[Array, Array]:
    """Return the mean loss of SGD with one active feature, and its local slope."""
    from superlaw.solvers.models import momentum, sgd

    if not optimizer.momentum:
        rate = sgd.one_active_rates(lam, fourth, optimizer.lr, optimizer.batch)
        return exponential_sum(times, 0.5 * weight * lam * target**2, rate)
    steps = np.round(times / optimizer.time_per_step)
    trained = optimizer.lr, optimizer.batch, optimizer.momentum
    loss = momentum.one_active_loss(steps, lam, fourth, target, weight, *trained)
    return loss, differenced_slope(times, loss)


def _summed(
    times: Array,
    classes: FeatureClasses,
    curve: Callable[[FeatureClasses], tuple[Array, Array]],
    method: str,
) -> Solution:
    """Return a curve with its error bound: how much coarser classes, if any, change it."""
    loss, slope = curve(classes)
    bound = np.full_like(loss, ROUNDING if classes.is_exact else QUADRATURE)
    for coarser in () if classes.is_exact else coarser_classes(classes.n_features):
        bound += relative_difference(curve(coarser)[0], loss)
    where = "every feature" if classes.is_exact else f"{len(classes.index)} feature classes"
    return Solution(
        times,
        loss,
        "success",
        STATUS["success"],
        f"{method}, {where}",
        local_slope=slope,
        error_bound=bound,
    )


def _contour(
    task: Task,
    student: Student | None,
    times: Array,
    classes: FeatureClasses,
    optimizer: Optimizer | None,
) -> Solution:
    """Integrate the resolvent's trace, with two numbers of nodes for the error."""

    def curve(on: FeatureClasses, n_nodes: int = laplace.N_NODES) -> tuple[Array, Array]:
        lam, target, weight = _spectrum(task, on)
        mean = task.mean(on.index)
        return coactive.rank_one_loss(times, lam - mean**2, mean, target, weight, n_nodes)

    solution = _summed(times, classes, curve, "contour (rank-one resolvent)")
    fewer, _ = curve(classes, laplace.N_NODES - 4)
    bound = relative_difference(fewer, solution.loss)
    if solution.error_bound is not None:
        bound += solution.error_bound
    return replace(solution, error_bound=bound)


def _moments(
    task: Task,
    student: Student | None,
    times: Array,
    classes: FeatureClasses,
    optimizer: Optimizer | None,
) -> Solution:
    """Iterate the exact second moments of SGD on independent features."""
    from superlaw.solvers.models import momentum, sgd

    assert optimizer is not None  # the method is chosen for SGD only
    steps = np.round(times / optimizer.time_per_step)

    def curve(on: FeatureClasses) -> tuple[Array, Array]:
        lam, target, weight = _spectrum(task, on)
        modes = lam, task.fourth_moment(on.index), target, weight
        if optimizer.momentum:
            trained = optimizer.lr, optimizer.batch, optimizer.momentum
            loss = momentum.centred_loss(steps, *modes, *trained)
        elif task.has_coupled_modes or optimizer.batch is None:
            p = task.probability(on.index)
            raw = np.stack([p * task.law.moment(k) for k in (1, 2, 3, 4)])
            loss = sgd.coupled_loss(steps, raw, target, optimizer.lr, optimizer.batch)
        else:
            loss = sgd.centred_loss(steps, *modes, optimizer.lr, optimizer.batch)
        return loss, differenced_slope(times, loss)

    return _summed(times, classes, curve, "moments (exact mean of SGD)")


_CLOSED = {"exact": _exact, "contour": _contour, "moments": _moments}


def _integrated(
    task: Task,
    student: Student | None,
    times: Array,
    classes: FeatureClasses,
    method: str,
    rtol: float,
    progress: bool,
    throw: bool,
) -> Solution:
    """Integrate the modes as a mean-field problem."""
    from superlaw.solvers.integrators.integrate import integrate
    from superlaw.solvers.models.families import sequential, two_layer

    lam, target, weight = _spectrum(task, classes)
    if student is not None and student.depth == 2:
        problem = two_layer.problem(lam, target, weight, _start(student, target))
    else:
        problem = sequential.problem(lam, target, weight)
    return integrate(problem, times, method=method, rtol=rtol, progress=progress, throw=throw)


def _finished(solution: Solution, throw: bool) -> Solution:
    """Check what every loss curve must satisfy."""
    if not np.all(np.isfinite(solution.loss)) or np.any(solution.loss < 0.0):
        solution = replace(solution, status="not_finite", message=STATUS["not_finite"])
    elif solution.error_bound is not None and np.any(solution.error_bound > 1e-3):
        first = solution.times[np.argmax(solution.error_bound > 1e-3)]
        notice = Notice("W-ROUNDING", f"error bound above 1e-3 from t = {first:.4g} on")
        solution = replace(solution, warnings=(*solution.warnings, notice))
    if throw and not solution.success:
        raise NumericsError(solution)
    return solution
