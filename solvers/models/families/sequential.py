"""Independent modes of the sequential regime, with weight decay or without (S7, W1)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from superlaw.arguments import not_negative
from superlaw.compiled import kernel
from superlaw.curves import Array
from superlaw.solvers.integrators.problem import MeanField
from superlaw.solvers.integrators.steps.layout import MEASURE, PARTIALS, RATE


@kernel(RATE)
def rate(y, theta, shared, m, out):
    """de_i/dt = −λ_i e_i, the error e = a − s of S7; θ = (λ,)."""
    for c in range(y.size):
        out[c] = -theta[0, c] * y[c]


@kernel(PARTIALS)
def partials(y, theta, shared, m, f_y, f_m, g_y):
    """∂f/∂e = −λ."""
    for c in range(y.size):
        f_y[c] = -theta[0, c]


@kernel(MEASURE)
def measure(y, theta, shared, m, out):
    """Loss ½λe² and its derivative −λ²e²."""
    for c in range(y.size):
        loss = 0.5 * theta[0, c] * y[c] * y[c]
        out[0, c] = loss
        out[1, c] = -2.0 * theta[0, c] * loss


@kernel(RATE)
def decayed_rate(y, theta, shared, m, out):
    """de_i/dt = −λ_i e_i + γ (a_i − e_i), the error e = a − s of W1; θ = (λ, a), shared = (γ,)."""
    for c in range(y.size):
        out[c] = -theta[0, c] * y[c] + shared[0] * (theta[1, c] - y[c])


@kernel(PARTIALS)
def decayed_partials(y, theta, shared, m, f_y, f_m, g_y):
    """∂f/∂e = −λ − γ."""
    for c in range(y.size):
        f_y[c] = -theta[0, c] - shared[0]


@kernel(MEASURE)
def decayed_measure(y, theta, shared, m, out):
    """Loss ½λe², without the penalty, and its derivative λ e de/dt."""
    for c in range(y.size):
        pull = theta[0, c] * y[c]
        out[0, c] = 0.5 * pull * y[c]
        out[1, c] = pull * (shared[0] * (theta[1, c] - y[c]) - pull)


def problem(lam: Array, target: Array, weight: Array, weight_decay: float = 0.0) -> MeanField:
    """Return the independent modes of the sequential regime, in the error e = a − s (S7, W1).

    Parameters
    ----------
    lam, target, weight : ndarray
        Rates λ_i [1/time], teacher entries a_i and multiplicities, shape (N,) each.
    weight_decay : float
        γ [1/time]: the flow is that of the loss with ½γ‖S‖² added, the loss is without.
    """
    plain = MeanField(
        name="linear modes (S7)",
        y0=target,
        theta=lam[None],
        weight=weight,
        rate=rate,
        partials=partials,
        measure=measure,
        scale=target,
        is_linear=True,
        learned=0.5 * target,
        bounds=(np.minimum(0.0, target), np.maximum(0.0, target)),
    )
    if not_negative("weight_decay", weight_decay, "Give γ, e.g. 1e-3.") == 0.0:
        return plain
    return replace(
        plain,
        name="linear modes with weight decay (W1)",
        theta=np.stack([lam, target]),
        shared=np.array([weight_decay]),
        rate=decayed_rate,
        partials=decayed_partials,
        measure=decayed_measure,
    )
