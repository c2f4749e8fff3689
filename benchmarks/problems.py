"""The problems, with compiled right-hand sides for everybody and closed forms for the error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numba import njit, prange

from superlaw.curves import Array
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.closures.row_replica import START as CLOSURE_START
from superlaw.solvers.closures.row_replica import RowReplicas
from superlaw.solvers.integrators.problem import MeanField
from superlaw.solvers.models.cross_talk import loss as cross_talk_loss
from superlaw.solvers.models.families import cross_talk, sequential, two_layer
from superlaw.solvers.models.sequential import exponential_sum
from superlaw.solvers.models.two_layer import logistic_sum

A, B = 1.5, 0.25
"""Exponents of every problem: λ_i ∝ i^-A, a_i = i^-B."""
START = 1e-3
"""Two layers start at this part of their targets."""
WIDTH = 8
"""Cross-talk: features a neuron, N/K."""
FEATURES_A_DIMENSION = 4
"""Of the student of the row-replica closure, N/K."""
FINEST = 1e-6
"""Tolerance of the closure's steps that stand for its closed form."""
THREADS_FROM = 50_000
"""Number of features from which two threads are worth their start."""


class Unsuitable(Exception):
    """A package has no form of the method for this problem; the words say why."""


@dataclass(frozen=True)
class Problem:
    """One initial value problem, ready for any package.

    Parameters
    ----------
    name : str
    mean_field : MeanField or RowReplicas
        As this package takes it.
    y0 : ndarray
        The start.
    scale : ndarray
        Size against which errors count: everybody's absolute tolerance is rtol times this.
    rhs : callable
        rhs(y, out), compiled.
    times_vector : callable or None
        times_vector(y, v, out): out = J v, compiled.
    diagonal : callable or None
        diagonal(y, out): the diagonal of J, compiled.
    loss : callable
        L(y).
    closed_form : callable
        L(times) of every feature; of a closure, which has none, by its own steps at `FINEST`.
    is_separable : bool
        Whether J is diagonal.
    """

    name: str
    mean_field: MeanField | RowReplicas
    y0: Array
    scale: Array
    rhs: Callable[[Array, Array], None]
    times_vector: Callable[[Array, Array, Array], None] | None
    diagonal: Callable[[Array, Array], None] | None
    loss: Callable[[Array], float]
    closed_form: Callable[[Array], Array]
    is_separable: bool


def spectrum(index: Array, n_features: int) -> tuple[Array, Array]:
    """Return λ and a of features; Σ λ = 1 by its Euler-Maclaurin sum, the same for classes."""
    head = np.arange(1.0, 1001.0)
    total = float(np.sum(head[head <= n_features] ** -A))
    if n_features > 1000:
        total += (1000.5 ** (1 - A) - (n_features + 0.5) ** (1 - A)) / (A - 1.0)
    return index**-A / total, index**-B


def make(name: str, n_features: int) -> Problem:
    """Return a problem with every feature; the row-replica closure has classes of its own."""
    if name == "row_replica":
        return _row_replica(n_features)
    lam, target = spectrum(np.arange(1.0, n_features + 1.0), n_features)
    return {"linear": _linear, "two_layer": _two_layer, "cross_talk": _cross_talk}[name](
        lam, target
    )


def _compile(serial: Callable[..., None], n: int) -> Callable[..., None]:
    """Return a compiled loop; not kept on disk, where a threaded one would pass for the other."""
    return njit(parallel=n >= THREADS_FROM, error_model="numpy")(serial)


def linear_rhs(y, lam, out):
    """Independent modes."""
    for i in prange(y.size):
        out[i] = -lam[i] * y[i]


def linear_diagonal(lam, out):
    """∂f/∂y."""
    for i in prange(lam.size):
        out[i] = -lam[i]


def _linear(lam: Array, target: Array) -> Problem:
    n, weight = len(lam), np.ones(len(lam))
    rhs, diagonal = _compile(linear_rhs, n), _compile(linear_diagonal, n)
    mean_field = sequential.problem(lam, target, weight)
    return Problem(
        name="linear",
        mean_field=mean_field,
        y0=mean_field.y0,
        scale=target,
        rhs=lambda y, out: rhs(y, lam, out),
        times_vector=lambda y, v, out: rhs(v, lam, out),
        diagonal=lambda y, out: diagonal(lam, out),
        loss=lambda y: 0.5 * float(lam @ (y * y)),
        closed_form=lambda t: exponential_sum(t, 0.5 * lam * target**2, 2.0 * lam)[0],
        is_separable=True,
    )


def logistic_rhs(y, lam, target, out):
    """Logistic modes."""
    for i in prange(y.size):
        out[i] = 2.0 * lam[i] * y[i] * (target[i] - y[i])


def logistic_product(y, lam, target, v, out):
    """J v."""
    for i in prange(y.size):
        out[i] = 2.0 * lam[i] * (target[i] - 2.0 * y[i]) * v[i]


def _two_layer(lam: Array, target: Array) -> Problem:
    n, start, weight = len(lam), START * target, np.ones(len(lam))
    rhs, product = _compile(logistic_rhs, n), _compile(logistic_product, n)
    mean_field = two_layer.problem(lam, target, weight, start)
    return Problem(
        name="two_layer",
        mean_field=mean_field,
        y0=mean_field.y0,
        scale=start,
        rhs=lambda y, out: rhs(y, lam, target, out),
        times_vector=lambda y, v, out: product(y, lam, target, v, out),
        diagonal=lambda y, out: product(y, lam, target, weight, out),
        loss=lambda y: 0.5 * float(lam @ (target - y) ** 2),
        closed_form=lambda t: logistic_sum(t, lam, target, weight, start)[0],
        is_separable=True,
    )


def cross_talk_rhs(y, lam, width, out):
    """Every error is pushed alike."""
    total = 0.0
    for i in prange(y.size):
        total += lam[i] * y[i]
    drive = total / width
    for i in prange(y.size):
        out[i] = -lam[i] * y[i] - drive


def _cross_talk(lam: Array, target: Array) -> Problem:
    n, weight = len(lam), np.ones(len(lam))
    rhs, diagonal, width = _compile(cross_talk_rhs, n), _compile(linear_diagonal, n), n / WIDTH
    mean_field = cross_talk.problem(lam, target, weight, width)
    return Problem(
        name="cross_talk",
        mean_field=mean_field,
        y0=mean_field.y0,
        scale=np.ones(n),
        rhs=lambda y, out: rhs(y, lam, width, out),
        times_vector=lambda y, v, out: rhs(v, lam, width, out),
        diagonal=lambda y, out: diagonal(lam, out),
        loss=lambda y: 0.5 * float(lam @ (y * y)),
        closed_form=lambda t: cross_talk_loss(t, lam, target, weight, width),
        is_separable=False,
    )


def _row_replica(n: int) -> Problem:
    closure = RowReplicas(PowerLawTask(A, B, n), n // FEATURES_A_DIMENSION, trains_bias=True)
    y0 = closure.start(CLOSURE_START)
    scratch = np.empty_like(y0)

    def loss(y: Array) -> float:
        closure.rate(y, scratch)
        return float(sum(closure.losses))

    return Problem(
        name="row_replica",
        mean_field=closure,
        y0=y0,
        scale=np.ones_like(y0),
        rhs=lambda y, out: closure.rate(np.require(y, requirements="W"), out),
        times_vector=None,
        diagonal=None,
        loss=loss,
        closed_form=lambda t: closure_losses(closure, loss, t, FINEST)[0],
        is_separable=False,
    )


def closure_losses(
    closure: RowReplicas, loss: Callable[[Array], float], times: Array, rtol: float
) -> tuple[Array, int]:
    """Return losses at times since the start, by the steps `solve` takes, and the rates it took."""
    steps, losses = closure.steps(closure.start(CLOSURE_START), 0.0, rtol), []
    for t in times:
        while steps.t < t:
            steps.step(float(t))
        losses.append(loss(steps.y))
    return np.array(losses), steps.n_evaluations
