"""Tie: hand-written kernels equal the derivation steps they name, at random points."""

import numpy as np
import pytest
import sympy as sp
from scipy.integrate import solve_ivp
from solver_problems import differenced_jacobian, jacobian, right_side

from superlaw.solvers.feature_classes import feature_classes
from superlaw.solvers.integrators.integrate import integrate
from superlaw.solvers.models.families import coactive, cross_talk, sequential, two_layer
from superlaw.theory import symbols
from superlaw.theory.derivations import find_step

pytestmark = pytest.mark.kernels
TIE = 1e-13
NEAR_LAW = 0.005
"""The law integrates from i = 0, the sum starts at the first feature."""
N = 6
MODE = (symbols.lam_i, symbols.a_i, symbols.s_i)


def _numbers(seed=0):
    return np.random.default_rng(seed).uniform(0.1, 1.0, (4, N))


def linear_case():
    lam, target, weight, learned = _numbers()
    rate = sp.lambdify(MODE, find_step("S7").rhs)
    return sequential.problem(lam, target, weight), target - learned, -rate(lam, target, learned)


def decayed_case():
    lam, target, weight, learned = _numbers(4)
    rate = sp.lambdify((*MODE, symbols.gamma), find_step("W1").rhs)
    problem = sequential.problem(lam, target, weight, weight_decay=0.3)
    return problem, target - learned, -rate(lam, target, learned, 0.3)


def two_layer_case():
    lam, target, weight, learned = _numbers(1)
    rate = sp.lambdify(MODE, find_step("T1").rhs)
    problem = two_layer.problem(lam, target, weight, 0.1 * target)
    return problem, learned, rate(lam, target, learned)


def decayed_two_layer_case():
    lam, target, weight, learned = _numbers(5)
    rate = sp.lambdify((*MODE, symbols.gamma), find_step("W7").rhs)
    problem = two_layer.problem(lam, target, weight, 0.1 * target, weight_decay=0.3)
    return problem, learned, rate(lam, target, learned, 0.3)


def mean_row_case():
    variance, mean, _, row = _numbers(2)
    step = find_step("M3").rhs
    error, covariance = step.args[1], step.args[2]
    sigma = np.diag(variance) + np.outer(mean, mean)
    # M3 is stated for three features: compare three by three.
    expected = np.zeros(N)
    for k in range(0, N, 3):
        for j in range(0, N, 3):
            block = step.subs(
                {error: sp.Matrix([list(row[j : j + 3])] * 3),
                 covariance: sp.Matrix(sigma[j : j + 3, k : k + 3])}
            ).doit()  # fmt: skip
            expected[k : k + 3] += np.array(block.tolist(), float)[0]
    return coactive.problem(variance, mean, row, np.ones(N)), row, expected


def cross_talk_case():
    lam, target, weight, learned = _numbers(3)
    error = target - learned
    push, drive = np.sum(weight * lam * error) / 4.0, sp.Symbol("drive")
    right = find_step("X1").rhs.subs(sp.Derivative(symbols.mu, symbols.t), drive)
    rate = sp.lambdify((symbols.lam_k, symbols.a_k, symbols.s_k, drive), right)
    problem = cross_talk.problem(lam, target, weight, 4.0)
    return problem, error, -rate(lam, target, learned, push)


CASES = {
    "linear": linear_case,
    "decayed": decayed_case,
    "two_layer": two_layer_case,
    "decayed_two_layer": decayed_two_layer_case,
    "mean_row": mean_row_case,
    "cross_talk": cross_talk_case,
}


@pytest.mark.parametrize("name", CASES)
def test_rate_is_the_derived_right_side(name):
    problem, y, expected = CASES[name]()
    np.testing.assert_allclose(right_side(problem, y), expected, rtol=TIE)


@pytest.mark.parametrize("name", CASES)
def test_partials_are_the_derivatives_of_the_rate(name):
    problem, y, _ = CASES[name]()
    np.testing.assert_allclose(jacobian(problem, y), differenced_jacobian(problem, y), atol=1e-8)


@pytest.mark.parametrize("name", CASES)
def test_loss_rate_is_the_derivative_of_the_loss(name):
    problem, y, _ = CASES[name]()

    def measure(state):
        g = np.zeros((problem.n_order, N))
        problem.order(state, problem.theta, problem.shared, g)
        out = np.zeros((len(problem.observables), N))
        m = np.ascontiguousarray(g @ problem.weight)
        problem.measure(state, problem.theta, problem.shared, m, out)
        return (out @ problem.weight)[:2]

    h, velocity = 1e-6, right_side(problem, y)
    ahead, behind = (measure(y + s * h * velocity)[0] for s in (1.0, -1.0))
    assert measure(y)[1] == pytest.approx((ahead - behind) / (2 * h), rel=1e-7)


@pytest.mark.parametrize("decay", [1e-5, 1e-4])
def test_what_a_decay_leaves_follows_its_power_law(decay):
    a, b = 1.5, 0.75
    classes = feature_classes(10**9)
    lam, target = classes.index**-a, classes.index**-b
    problem = sequential.problem(lam, target, classes.weight, weight_decay=decay)
    left = integrate(problem, [20.0 / decay]).loss[-1]
    assert left == pytest.approx(
        np.sum(classes.weight * 0.5 * lam * (decay * target / (lam + decay)) ** 2)
    )
    law = find_step("W5").rhs.subs(
        {symbols.a: a, symbols.b: b, symbols.lam_1: 1, symbols.gamma: decay}
    )
    assert left == pytest.approx(float(law), rel=NEAR_LAW)


def test_two_layers_with_decay_match_an_independent_code():
    lam, target, weight, _ = _numbers(6)
    start, decay = 0.1 * target, 0.2
    factors = np.concatenate([np.sqrt(start), np.sqrt(start)])

    def descend(t, w):
        first, second = w[:N], w[N:]
        error = lam * (target - first * second)
        return np.concatenate([error * second - decay * first, error * first - decay * second])

    direct = solve_ivp(descend, (0.0, 9.0), factors, rtol=1e-11, atol=1e-13).y[:, -1]
    problem = two_layer.problem(lam, target, weight, start, weight_decay=decay)
    found = integrate(problem, [9.0], rtol=1e-9, keep_state="last")
    np.testing.assert_allclose(found.state, direct[:N] * direct[N:], rtol=1e-7)
    assert np.any(found.state < start) and np.any(found.state > start)


@pytest.mark.parametrize("decay", [-0.1, np.nan, "1"])
def test_bad_decays_are_refused(refused, decay):
    lam, target, weight, _ = _numbers()
    with refused("weight_decay"):
        sequential.problem(lam, target, weight, weight_decay=decay)
    with refused("weight_decay"):
        two_layer.problem(lam, target, weight, target, weight_decay=decay)


def test_a_planted_wrong_rate_is_detected():
    problem, y, expected = two_layer_case()
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(0.5 * right_side(problem, y), expected, rtol=TIE)
