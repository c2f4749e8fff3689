"""One row of the error when inputs have a mean: coactive features couple (M3)."""

from __future__ import annotations

import numpy as np

from superlaw.compiled import kernel
from superlaw.curves import Array
from superlaw.solvers.integrators.problem import MeanField
from superlaw.solvers.integrators.steps.layout import MEASURE, ORDER, PARTIALS, RATE


@kernel(RATE)
def rate(y, theta, shared, m, out):
    """de_k/dt = −c_k e_k − μ_k m, one row of M3 with Σ = diag(c) + μμᵀ; θ = (c, μ)."""
    for c in range(y.size):
        out[c] = -theta[0, c] * y[c] - theta[1, c] * m[0]


@kernel(ORDER)
def order(y, theta, shared, out):
    """M = Σ μ_k e_k."""
    for c in range(y.size):
        out[0, c] = theta[1, c] * y[c]


@kernel(PARTIALS)
def partials(y, theta, shared, m, f_y, f_m, g_y):
    """∂f/∂e = −c, ∂f/∂m = −μ, ∂g/∂e = μ."""
    for c in range(y.size):
        f_y[c] = -theta[0, c]
        f_m[0, c] = -theta[1, c]
        g_y[0, c] = theta[1, c]


@kernel(MEASURE)
def measure(y, theta, shared, m, out):
    """Loss ½ eᵀΣe = Σ (½ c e + ½ μ m) e and its derivative −|de/dt|²."""
    for c in range(y.size):
        pull = theta[0, c] * y[c] + theta[1, c] * m[0]
        out[0, c] = 0.5 * pull * y[c]
        out[1, c] = -pull * pull


def problem(variance: Array, mean: Array, start: Array, weight: Array) -> MeanField:
    """Return one row of the error when inputs have a mean, Σ = diag(c) + μμᵀ (M3).

    Parameters
    ----------
    variance, mean, start, weight : ndarray
        c_k, μ_k, e_k(0) and multiplicities, shape (N,) each.
    """
    return MeanField(
        name="row with input mean (M3)",
        y0=start,
        theta=np.stack([variance, mean]),
        weight=weight,
        rate=rate,
        partials=partials,
        measure=measure,
        order=order,
        n_order=1,
        scale=np.full_like(start, np.abs(start).max()),
        is_linear=True,
        learned=0.5 * start,
    )
