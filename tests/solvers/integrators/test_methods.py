"""Which method a problem gets, and what the exponential one is for."""

import numpy as np
import pytest
from solver_problems import cubic

from superlaw.curves import log_times
from superlaw.solvers.integrators.integrate import integrate
from superlaw.solvers.integrators.methods import METHODS
from superlaw.solvers.models.families import coactive, cross_talk, sequential, two_layer

EXACT = 1e-12
"""Rounding of a state, relative to its start; the loss is quadratic in it."""


def spectrum(n=40, a=1.5, b=0.25):
    i = np.arange(1.0, n + 1.0)
    return i**-a / np.sum(i**-a), i**-b, np.ones(n)


@pytest.mark.parametrize(
    ("problem", "t_end", "method", "why"),
    [
        (sequential.problem(*spectrum()), 1e9, "exponential", "exact in one step"),
        (cross_talk.problem(*spectrum(), 4.0), 10.0, "tsit5", "not stiff: "),
        (cross_talk.problem(*spectrum(), 4.0), 1e6, "rosenbrock", "stiff: "),
        (two_layer.problem(*spectrum(), 1e-3 * spectrum()[1]), 10.0, "tsit5", "not stiff: "),
        (cubic(), 1e4, "rosenbrock", "stiff: "),
    ],
)
def test_auto_says_what_it_chose_and_why(problem, t_end, method, why):
    found = integrate(problem, [t_end], rtol=1e-4)
    assert found.method.startswith(f"{method} (") and why in found.method


def test_named_method_is_taken():
    assert "as asked" in integrate(sequential.problem(*spectrum()), [1.0], method="dopri5").method


def test_independent_linear_modes_take_one_exponential_step_an_output():
    lam, target, weight = spectrum()
    times = log_times(10.0, 1e9, 1)
    found = integrate(sequential.problem(lam, target, weight), times)
    exact = [0.5 * np.sum(weight * lam * target**2 * np.exp(-2 * lam * t)) for t in times]
    np.testing.assert_allclose(found.loss, exact, rtol=EXACT, atol=EXACT**2)
    assert found.n_steps < 2 * len(times) + 10


def test_exponential_steps_are_bound_by_the_coupling_not_by_the_fastest_rate():
    """A diagonal of eight decades with a weak link: explicit steps would number 10^8."""
    rates = np.geomspace(1e-4, 1e4, 60)
    problem = coactive.problem(rates, np.full(60, 1e-2), np.ones(60), np.ones(60))
    found = integrate(problem, [1.0, 1e4], method="exponential", rtol=1e-5)
    sure = integrate(problem, [1.0, 1e4], method="rosenbrock", rtol=1e-9)
    assert found.n_steps < 5000
    np.testing.assert_allclose(found.loss, sure.loss, rtol=1e-3)


def test_every_method_names_its_source():
    assert all(method.tableau.source for method in METHODS.values())
