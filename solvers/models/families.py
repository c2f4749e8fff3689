"""Mean-field families: the rates, order parameters and observables of each student.

One family a block of four kernels, written by hand and tested equal to the derivation step it
names. Observables 0 and 1 of every family are the loss and its time derivative.
"""

from __future__ import annotations

from superlaw.compiled import kernel
from superlaw.solvers.integrators.steps.layout import MEASURE, ORDER, PARTIALS, RATE


@kernel(ORDER)
def no_order(y, theta, shared, out):
    """No order parameters: the modes are independent."""


@kernel(RATE)
def linear_rate(y, theta, shared, m, out):
    """de_i/dt = −λ_i e_i, the error e = a − s of S7; θ = (λ,)."""
    for c in range(y.size):
        out[c] = -theta[0, c] * y[c]


@kernel(PARTIALS)
def linear_partials(y, theta, shared, m, f_y, f_m, g_y):
    """∂f/∂e = −λ."""
    for c in range(y.size):
        f_y[c] = -theta[0, c]


@kernel(MEASURE)
def linear_measure(y, theta, shared, m, out):
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


@kernel(RATE)
def two_layer_rate(y, theta, shared, m, out):
    """ds_i/dt = 2 s_i (λ_i (a_i − s_i) − γ), T1 and W7; θ = (λ, a), shared = (γ,)."""
    for c in range(y.size):
        out[c] = 2.0 * y[c] * (theta[0, c] * (theta[1, c] - y[c]) - shared[0])


@kernel(PARTIALS)
def two_layer_partials(y, theta, shared, m, f_y, f_m, g_y):
    """∂f/∂s = 2λ(a − 2s) − 2γ."""
    for c in range(y.size):
        f_y[c] = 2.0 * (theta[0, c] * (theta[1, c] - 2.0 * y[c]) - shared[0])


@kernel(MEASURE)
def two_layer_measure(y, theta, shared, m, out):
    """Loss ½λ(a − s)², without the penalty, and its derivative −λ(a − s) ds/dt."""
    for c in range(y.size):
        pull = theta[0, c] * (theta[1, c] - y[c])
        out[0, c] = 0.5 * pull * (theta[1, c] - y[c])
        out[1, c] = -2.0 * pull * y[c] * (pull - shared[0])


@kernel(RATE)
def mean_row_rate(y, theta, shared, m, out):
    """de_k/dt = −c_k e_k − μ_k m, one row of M3 with Σ = diag(c) + μμᵀ; θ = (c, μ)."""
    for c in range(y.size):
        out[c] = -theta[0, c] * y[c] - theta[1, c] * m[0]


@kernel(ORDER)
def mean_row_order(y, theta, shared, out):
    """M = Σ μ_k e_k."""
    for c in range(y.size):
        out[0, c] = theta[1, c] * y[c]


@kernel(PARTIALS)
def mean_row_partials(y, theta, shared, m, f_y, f_m, g_y):
    """∂f/∂e = −c, ∂f/∂m = −μ, ∂g/∂e = μ."""
    for c in range(y.size):
        f_y[c] = -theta[0, c]
        f_m[0, c] = -theta[1, c]
        g_y[0, c] = theta[1, c]


@kernel(MEASURE)
def mean_row_measure(y, theta, shared, m, out):
    """Loss ½ eᵀΣe = Σ (½ c e + ½ μ m) e and its derivative −|de/dt|²."""
    for c in range(y.size):
        pull = theta[0, c] * y[c] + theta[1, c] * m[0]
        out[0, c] = 0.5 * pull * y[c]
        out[1, c] = -pull * pull


@kernel(RATE)
def cross_talk_rate(y, theta, shared, m, out):
    """de_k/dt = −λ_k e_k − m, every error pushed alike by the drive m; θ = (λ,) (X1)."""
    for c in range(y.size):
        out[c] = -theta[0, c] * y[c] - m[0]


@kernel(ORDER)
def cross_talk_order(y, theta, shared, out):
    """M = dμ/dt = (1/K) Σ λ_i e_i; shared = (1/K,)."""
    for c in range(y.size):
        out[0, c] = shared[0] * theta[0, c] * y[c]


@kernel(PARTIALS)
def cross_talk_partials(y, theta, shared, m, f_y, f_m, g_y):
    """∂f/∂e = −λ, ∂f/∂m = −1, ∂g/∂e = λ/K."""
    for c in range(y.size):
        f_y[c] = -theta[0, c]
        f_m[0, c] = -1.0
        g_y[0, c] = shared[0] * theta[0, c]


@kernel(MEASURE)
def cross_talk_measure(y, theta, shared, m, out):
    """Loss ½λe², its derivative λ e de/dt, and what the feature adds to the drive m."""
    for c in range(y.size):
        pull = theta[0, c] * y[c]
        out[0, c] = 0.5 * pull * y[c]
        out[1, c] = -pull * (pull + m[0])
        out[2, c] = shared[0] * pull
