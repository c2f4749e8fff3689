"""Cross-talk theory of a superposed student: every error is pushed by one drive (X1, X2)."""

from __future__ import annotations

import numpy as np

from superlaw.arguments import positive
from superlaw.compiled import kernel
from superlaw.curves import Array
from superlaw.solvers.integrators.problem import MeanField
from superlaw.solvers.integrators.steps.layout import MEASURE, ORDER, PARTIALS, RATE


@kernel(RATE)
def rate(y, theta, shared, m, out):
    """de_k/dt = −λ_k e_k − m, every error pushed alike by the drive m; θ = (λ,) (X1)."""
    for c in range(y.size):
        out[c] = -theta[0, c] * y[c] - m[0]


@kernel(ORDER)
def order(y, theta, shared, out):
    """M = dμ/dt = (1/K) Σ λ_i e_i; shared = (1/K,)."""
    for c in range(y.size):
        out[0, c] = shared[0] * theta[0, c] * y[c]


@kernel(PARTIALS)
def partials(y, theta, shared, m, f_y, f_m, g_y):
    """∂f/∂e = −λ, ∂f/∂m = −1, ∂g/∂e = λ/K."""
    for c in range(y.size):
        f_y[c] = -theta[0, c]
        f_m[0, c] = -1.0
        g_y[0, c] = shared[0] * theta[0, c]


@kernel(MEASURE)
def measure(y, theta, shared, m, out):
    """Loss ½λe², its derivative λ e de/dt, and what the feature adds to the drive m."""
    for c in range(y.size):
        pull = theta[0, c] * y[c]
        out[0, c] = 0.5 * pull * y[c]
        out[1, c] = -pull * (pull + m[0])
        out[2, c] = shared[0] * pull


def problem(lam: Array, target: Array, weight: Array, width: float) -> MeanField:
    """Return the cross-talk theory of a superposed student, in the error e = a − s.

    ds_k/dt = λ_k (a_k − s_k) + dμ/dt, dμ/dt = (1/K) Σ λ_i (a_i − s_i): all features are pushed
    together, at a rate that does not depend on their frequency. Derivation steps X1 and X2.

    Parameters
    ----------
    lam, target, weight : ndarray
        Rates λ_i [1/time], teacher entries a_i and multiplicities, shape (N,) each.
    width : float
        K.
    """
    return MeanField(
        name="cross-talk theory",
        y0=target,
        theta=lam[None],
        weight=weight,
        rate=rate,
        partials=partials,
        measure=measure,
        order=order,
        n_order=1,
        shared=np.array([1.0 / positive("width", width, "Give K, e.g. 512.")]),
        scale=np.full_like(target, np.abs(target).max()),
        observables=("loss", "loss_rate", "drive"),
        is_linear=True,
        learned=0.5 * target,
    )
