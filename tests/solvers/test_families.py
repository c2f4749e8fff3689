"""Tie: hand-written kernels equal the derivation steps they name, at random points."""

import numpy as np
import pytest
import sympy as sp
from solver_problems import right_side

from superlaw.solvers import meanfield
from superlaw.theory import symbols
from superlaw.theory.derivations import find_step

pytestmark = pytest.mark.kernels
TIE = 1e-13
N = 6


def _numbers(seed=0):
    return np.random.default_rng(seed).uniform(0.1, 1.0, (4, N))


def linear_case():
    lam, target, weight, learned = _numbers()
    rate = sp.lambdify((symbols.lam_i, symbols.a_i, symbols.s_i), find_step("S7").rhs)
    return meanfield.linear(lam, target, weight), target - learned, -rate(lam, target, learned)


def two_layer_case():
    lam, target, weight, learned = _numbers(1)
    rate = sp.lambdify((symbols.lam_i, symbols.a_i, symbols.s_i), find_step("T1").rhs)
    problem = meanfield.two_layer(lam, target, weight, 0.1 * target)
    return problem, learned, rate(lam, target, learned)


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
    return meanfield.mean_row(variance, mean, row, np.ones(N)), row, expected


def cross_talk_case():
    """No derivation step yet: the equation as it stands in the docstring of the family."""
    lam, target, weight, learned = _numbers(3)
    error = target - learned
    push = np.sum(weight * lam * error) / 4.0
    return meanfield.cross_talk(lam, target, weight, 4.0), error, -(lam * error + push)


CASES = {
    "linear": linear_case,
    "two_layer": two_layer_case,
    "mean_row": mean_row_case,
    "cross_talk": cross_talk_case,
}


@pytest.mark.parametrize("name", CASES)
def test_rate_is_the_derived_right_side(name):
    problem, y, expected = CASES[name]()
    np.testing.assert_allclose(right_side(problem, y), expected, rtol=TIE)


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


def test_a_planted_wrong_rate_is_detected():
    problem, y, expected = two_layer_case()
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(0.5 * right_side(problem, y), expected, rtol=TIE)
