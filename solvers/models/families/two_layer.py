"""Logistic modes of a two-layer student (T1, W7)."""

from __future__ import annotations

import numpy as np

from superlaw.arguments import not_negative
from superlaw.compiled import kernel
from superlaw.curves import Array
from superlaw.solvers.integrators.problem import MeanField
from superlaw.solvers.integrators.steps.layout import MEASURE, PARTIALS, RATE


@kernel(RATE)
def rate(y, theta, shared, m, out):
    """ds_i/dt = 2 s_i (λ_i (a_i − s_i) − γ), T1 and W7; θ = (λ, a), shared = (γ,)."""
    for c in range(y.size):
        out[c] = 2.0 * y[c] * (theta[0, c] * (theta[1, c] - y[c]) - shared[0])


@kernel(PARTIALS)
def partials(y, theta, shared, m, f_y, f_m, g_y):
    """∂f/∂s = 2λ(a − 2s) − 2γ."""
    for c in range(y.size):
        f_y[c] = 2.0 * (theta[0, c] * (theta[1, c] - 2.0 * y[c]) - shared[0])


@kernel(MEASURE)
def measure(y, theta, shared, m, out):
    """Loss ½λ(a − s)², without the penalty, and its derivative −λ(a − s) ds/dt."""
    for c in range(y.size):
        pull = theta[0, c] * (theta[1, c] - y[c])
        out[0, c] = 0.5 * pull * (theta[1, c] - y[c])
        out[1, c] = -2.0 * pull * y[c] * (pull - shared[0])


def problem(
    lam: Array, target: Array, weight: Array, start: Array, weight_decay: float = 0.0
) -> MeanField:
    """Return the logistic modes of a two-layer student (T1, W7).

    Parameters
    ----------
    lam, target, weight, start : ndarray
        Rates λ_i [1/time], teacher entries a_i, multiplicities and s_i(0), shape (N,) each.
    weight_decay : float
        γ of both layers [1/time]. Modes with λ_i a_i < γ die: the loss may then rise.
    """
    decay = not_negative("weight_decay", weight_decay, "Give γ, e.g. 1e-3.")
    ends = np.stack([start, target] + [0.0 * target] * (decay > 0.0))
    return MeanField(
        name="two-layer modes (T1)",
        y0=start,
        theta=np.stack([lam, target]),
        weight=weight,
        rate=rate,
        partials=partials,
        measure=measure,
        shared=np.array([decay]),
        is_gradient_flow=decay == 0.0,
        learned=0.5 * target,
        bounds=(ends.min(axis=0), ends.max(axis=0)),
    )
