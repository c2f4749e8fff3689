"""Problems for solver tests, and readable twins of the compiled steps."""

import mpmath
import numpy as np
from numba import njit

from superlaw.solvers.integrators.methods import METHODS
from superlaw.solvers.integrators.problem import MeanField
from superlaw.solvers.integrators.run import pack
from superlaw.solvers.integrators.spectral_radius import spectral_bound
from superlaw.solvers.integrators.steps import layout, loop
from superlaw.solvers.integrators.steps.chebyshev_coefficients import coefficients
from superlaw.solvers.integrators.steps.layout import BLOCK, from_blocks
from superlaw.solvers.integrators.steps.walks import SERIAL


@njit(layout.RATE, cache=True)
def cubic_rate(y, theta, shared, m, out):
    for c in range(y.size):
        out[c] = -theta[0, c] * y[c] ** 3 - m[0] * y[c] + shared[0] * m[1]


@njit(layout.ORDER, cache=True)
def cubic_order(y, theta, shared, out):
    for c in range(y.size):
        out[0, c] = y[c] * y[c]
        out[1, c] = np.sin(y[c])


@njit(layout.PARTIALS, cache=True)
def cubic_partials(y, theta, shared, m, f_y, f_m, g_y):
    for c in range(y.size):
        f_y[c] = -3.0 * theta[0, c] * y[c] ** 2 - m[0]
        f_m[0, c] = -y[c]
        f_m[1, c] = shared[0]
        g_y[0, c] = 2.0 * y[c]
        g_y[1, c] = np.cos(y[c])


@njit(layout.MEASURE, cache=True)
def cubic_measure(y, theta, shared, m, out):
    for c in range(y.size):
        out[0, c] = y[c] * y[c]
        out[1, c] = 2.0 * y[c] * (-theta[0, c] * y[c] ** 3 - m[0] * y[c] + shared[0] * m[1])


def cubic(n=7):
    """A user's own family: nonlinear, two order parameters, neither linear in y."""
    i = np.arange(1.0, n + 1.0)
    return MeanField(
        name="cubic",
        y0=1.0 / i,
        theta=0.5 / i[None],
        weight=0.05 + 0.02 * i,
        rate=cubic_rate,
        order=cubic_order,
        partials=cubic_partials,
        measure=cubic_measure,
        n_order=2,
        shared=np.array([0.1]),
        order_is_linear=False,
        is_gradient_flow=False,
    )


@njit(layout.RATE, cache=True)
def pendulum_rate(y, theta, shared, m, out):
    for c in range(y.size):
        out[c] = theta[0, c] * m[1] - theta[1, c] * m[0]


@njit(layout.ORDER, cache=True)
def pendulum_order(y, theta, shared, out):
    for c in range(y.size):
        out[0, c] = theta[0, c] * np.sin(y[c])
        out[1, c] = theta[1, c] * y[c]


@njit(layout.PARTIALS, cache=True)
def pendulum_partials(y, theta, shared, m, f_y, f_m, g_y):
    for c in range(y.size):
        f_y[c] = 0.0
        f_m[0, c] = -theta[1, c]
        f_m[1, c] = theta[0, c]
        g_y[0, c] = theta[0, c] * np.cos(y[c])
        g_y[1, c] = theta[1, c]


@njit(layout.MEASURE, cache=True)
def pendulum_measure(y, theta, shared, m, out):
    for c in range(y.size):
        out[0, c] = y[c] * y[c]
        out[1, c] = 2.0 * y[c] * (theta[0, c] * m[1] - theta[1, c] * m[0])


def pendulum():
    """A pendulum, angle and speed, that see each other through order parameters only."""
    return MeanField(
        name="pendulum",
        y0=np.array([2.0, 0.0]),
        theta=np.eye(2),
        weight=np.ones(2),
        rate=pendulum_rate,
        order=pendulum_order,
        partials=pendulum_partials,
        measure=pendulum_measure,
        n_order=2,
        order_is_linear=False,
        is_gradient_flow=False,
    )


def right_side(problem, y):
    """F(y) of a whole problem, by its own kernels on one block."""
    g = np.zeros((problem.n_order, len(y)))
    problem.order(y, problem.theta, problem.shared, g)
    m = np.ascontiguousarray(g @ problem.weight)
    out = np.zeros(len(y))
    problem.rate(y, problem.theta, problem.shared, m, out)
    return out


def jacobian(problem, y):
    """dF/dy of a whole problem as a dense matrix: diagonal plus rank R."""
    n, n_order = len(y), problem.n_order
    g = np.zeros((n_order, n))
    problem.order(y, problem.theta, problem.shared, g)
    m = np.ascontiguousarray(g @ problem.weight)
    f_y, f_m, g_y = np.zeros(n), np.zeros((n_order, n)), np.zeros((n_order, n))
    problem.partials(y, problem.theta, problem.shared, m, f_y, f_m, g_y)
    return np.diag(f_y) + f_m.T @ (g_y * problem.weight)


def differenced_jacobian(problem, y, h=1e-6):
    """dF/dy of a whole problem by central differences of its rate."""
    columns = [
        right_side(problem, y + h * e) - right_side(problem, y - h * e) for e in np.eye(len(y))
    ]
    return np.array(columns).T / (2.0 * h)


def packed(problem, method, block=BLOCK):
    """Return a problem in blocks, with its order parameters set."""
    chosen = METHODS[method].on(problem)
    ready = pack(problem, chosen, 1e-6, 0.0, block, has_events=True)
    loop.prepare(SERIAL, loop.UPKEEP_PASSES, ready)
    return ready


def state_of(ready, n):
    """Return the current state of a packed problem."""
    return from_blocks(ready.y[ready.now[0]], n)


def step(ready, method, h):
    """Take one compiled step and accept it; return its error estimate."""
    compiled = method.compiled
    error = compiled.STEPPER(SERIAL, compiled.PASSES, h, ready)
    ready.m[0] = ready.m[-2]
    ready.now[0] = 1 - ready.now[0]
    return error


def fixed_steps(problem, method, t_end, n_steps):
    """Take equal steps with the compiled method; return the last state."""
    ready = packed(problem, method)
    for _ in range(n_steps):
        step(ready, METHODS[method].on(problem), t_end / n_steps)
    return state_of(ready, problem.n_features)


def runge_kutta_twin(problem, tableau, y, h):
    """One explicit step, written as in a textbook."""
    k = np.zeros((tableau.n_stages, len(y)))
    for i in range(tableau.n_stages):
        k[i] = right_side(problem, y + h * tableau.A[i] @ k)
    return y + h * tableau.b @ k


def rosenbrock_twin(problem, tableau, y, h):
    """One Rosenbrock step with a dense Jacobian and a dense solve."""
    matrix = np.eye(len(y)) / (h * tableau.gamma) - jacobian(problem, y)
    u = np.zeros((tableau.n_stages, len(y)))
    for i in range(tableau.n_stages):
        b = right_side(problem, y + tableau.A[i] @ u) + tableau.C[i] @ u / h
        u[i] = np.linalg.solve(matrix, b)
    return y + tableau.b @ u


def chebyshev_twin(problem, tableau, y, h):
    """One Runge-Kutta-Chebyshev step with as many stages as the compiled one takes."""
    _, ladder, *_ = tableau.padded()
    n_stages = int(ladder[np.argmax(ladder[:, 2] >= h * spectral_bound(problem, y)), 0])
    k, rate = coefficients(n_stages), right_side(problem, y)
    before, now = y, y + h * k.mu_tilde[1] * rate
    for j in range(2, n_stages + 1):
        new = (1.0 - k.mu[j] - k.nu[j]) * y + k.mu[j] * now + k.nu[j] * before
        new += h * (k.mu_tilde[j] * right_side(problem, now) + k.gamma_tilde[j] * rate)
        before, now = now, new
    return now


def exponential_twin(problem, tableau, y, h):
    """One exponential step with φ functions of a diagonal matrix."""
    g = np.zeros((problem.n_order, len(y)))
    problem.order(y, problem.theta, problem.shared, g)
    m, diagonal = np.ascontiguousarray(g @ problem.weight), np.zeros(len(y))
    problem.partials(y, problem.theta, problem.shared, m, diagonal, np.zeros_like(g), g)

    def phi_1(part):
        return np.array([mpmath.expm1(z) / z if z else 1.0 for z in part * h * diagonal], float)

    def phi_2(part):
        z = part * h * diagonal
        return np.array([mpmath.hyp1f1(1, 3, value) / 2 for value in z], float)

    def remainder(state):
        return right_side(problem, state) - rates - diagonal * (state - y)

    rates = right_side(problem, y)
    second = remainder(y + h / 2 * phi_1(1 / 2) * rates)
    state = y + 2 / 3 * h * phi_1(2 / 3) * rates + 8 / 9 * h * phi_2(2 / 3) * second
    return y + h * phi_1(1.0) * rates + 1.5 * h * phi_2(1.0) * remainder(state)


TWINS = {
    "exponential": exponential_twin,
    "rosenbrock": rosenbrock_twin,
    "rkc": chebyshev_twin,
    "tsit5": runge_kutta_twin,
    "dopri5": runge_kutta_twin,
}
