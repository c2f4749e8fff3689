"""Our own solvers, as a user calls them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.problems import START, WIDTH, Problem, closure_losses, spectrum
from superlaw.curves import Array
from superlaw.solvers.feature_classes import FeatureClasses
from superlaw.solvers.integrators.integrate import integrate
from superlaw.solvers.integrators.on_classes import integrate_classes
from superlaw.solvers.integrators.problem import MeanField
from superlaw.solvers.models.families import cross_talk, sequential, two_layer

Answer = tuple[Array, int]
"""Losses at the output times, and evaluations of the right-hand side (for us: steps; rates of the
closure)."""


def full(method: str) -> Callable[[Problem, Array, float], Answer]:
    """Return a run over every feature by one of our methods."""

    def run(problem: Problem, times: Array, rtol: float) -> Answer:
        found = integrate(problem.mean_field, times, method=method, rtol=rtol)
        return found.loss, found.n_steps + found.n_rejected

    return run


def by_classes(name: str, n_features: int, times: Array, rtol: float) -> tuple[Array, Array]:
    """Return the loss on feature classes and its stated error."""

    def build(classes: FeatureClasses) -> MeanField:
        lam, target = spectrum(classes.index, n_features)
        if name == "linear":
            return sequential.problem(lam, target, classes.weight)
        if name == "two_layer":
            return two_layer.problem(lam, target, classes.weight, START * target)
        return cross_talk.problem(lam, target, classes.weight, n_features / WIDTH)

    found = integrate_classes(build, n_features, times, rtol=rtol)
    assert found.error_bound is not None
    return found.loss, np.asarray(found.error_bound)


def row_replicas(problem: Problem, times: Array, rtol: float) -> Answer:
    """Return a run of the closure by its own steps."""
    return closure_losses(problem.mean_field, problem.loss, times, rtol)


METHODS = ("rosenbrock", "exponential", "rkc", "tsit5")
SOLVERS = {f"superlaw {method}": full(method) for method in METHODS}
CLOSURE = {"superlaw row replicas": row_replicas}
