"""The problems, with compiled right-hand sides for everybody and closed forms for the error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numba import njit, prange

from superlaw.curves import Array
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
THREADS_FROM = 50_000
"""Number of features from which two threads are worth their start."""


@dataclass(frozen=True)
class Problem:
    """One initial value problem, ready for any package.

    Parameters
    ----------
    name : str
    mean_field : MeanField
        As this package takes it.
    scale : ndarray
        Size against which errors count: everybody's absolute tolerance is rtol times this.
    rhs : callable
        rhs(y, out), compiled.
    times_vector : callable
        times_vector(y, v, out): out = J v, compiled.
    diagonal : callable
        diagonal(y, out): the diagonal of J, compiled.
    loss : callable
        L(y).
    closed_form : callable
        L(times) of every feature.
    is_separable : bool
        Whether J is diagonal.
    """

    name: str
    mean_field: MeanField
    scale: Array
    rhs: Callable[[Array, Array], None]
    times_vector: Callable[[Array, Array, Array], None]
    diagonal: Callable[[Array, Array], None]
    loss: Callable[[Array], float]
    closed_form: Callable[[Array], Array]
    is_separable: bool

    @property
    def y0(self) -> Array:
        """The start."""
        return self.mean_field.y0


def spectrum(index: Array, n_features: int) -> tuple[Array, Array]:
    """Return λ and a of features; Σ λ = 1 by its Euler-Maclaurin sum, the same for classes."""
    head = np.arange(1.0, 1001.0)
    total = float(np.sum(head[head <= n_features] ** -A))
    if n_features > 1000:
        total += (1000.5 ** (1 - A) - (n_features + 0.5) ** (1 - A)) / (A - 1.0)
    return index**-A / total, index**-B


def make(name: str, n_features: int) -> Problem:
    """Return a problem with every feature."""
    lam, target = spectrum(np.arange(1.0, n_features + 1.0), n_features)
    return {"linear": _linear, "two_layer": _two_layer, "cross_talk": _cross_talk}[name](
        lam, target
    )


def _compile(serial: Callable[..., None], n: int) -> Callable[..., None]:
    return njit(parallel=n >= THREADS_FROM, cache=True, error_model="numpy")(serial)


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
    return Problem(
        name="linear",
        mean_field=sequential.problem(lam, target, weight),
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
    return Problem(
        name="two_layer",
        mean_field=two_layer.problem(lam, target, weight, start),
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
    return Problem(
        name="cross_talk",
        mean_field=cross_talk.problem(lam, target, weight, width),
        scale=np.ones(n),
        rhs=lambda y, out: rhs(y, lam, width, out),
        times_vector=lambda y, v, out: rhs(v, lam, width, out),
        diagonal=lambda y, out: diagonal(lam, out),
        loss=lambda y: 0.5 * float(lam @ (y * y)),
        closed_form=lambda t: cross_talk_loss(t, lam, target, weight, width),
        is_separable=False,
    )
