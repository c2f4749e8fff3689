"""Stabilised steps: as many stages as the spectrum asks for, stable where plain ones are not."""

import numpy as np
import pytest
from solver_problems import cubic, jacobian, packed, state_of, step

from superlaw.solvers.integrators.integrate import integrate
from superlaw.solvers.integrators.methods import METHODS
from superlaw.solvers.integrators.spectral_radius import spectral_bound
from superlaw.solvers.integrators.steps.chebyshev_tableau import MOST_STAGES, RKC2
from superlaw.solvers.models.families import coactive, sequential


def modes(rates):
    n = len(rates)
    return sequential.problem(np.asarray(rates, float), np.ones(n), np.ones(n))


def coupled(n=40):
    lam = np.arange(1.0, n + 1.0) ** -1.5
    return coactive.problem(lam, 0.8 * lam, np.ones(n), np.ones(n))


@pytest.mark.kernels
@pytest.mark.parametrize("make", [coupled, cubic, lambda: modes(np.geomspace(1e-3, 50.0, 30))])
def test_spectral_bound_holds_and_is_not_far_off(make):
    problem = make()
    exact = np.abs(np.linalg.eigvals(jacobian(problem, problem.y0))).max()
    assert exact <= spectral_bound(problem, problem.y0) * (1.0 + 1e-12)
    assert spectral_bound(problem, problem.y0) < 4.0 * exact


def test_ladder_reaches_its_top_in_small_rungs():
    _, ladder, *_ = RKC2.padded()
    n = ladder[:, 0]
    assert (n[0], n[-1]) == (2, MOST_STAGES)
    assert np.all(np.diff(n) > 0) and np.all(n[1:] <= np.maximum(n[:-1] + 1, 1.13 * n[:-1]))


@pytest.mark.kernels
@pytest.mark.parametrize("hardness", [2.0, 60.0, 9_000.0])
def test_every_mode_shrinks_in_one_step_however_stiff(hardness):
    """h times the fastest rate; an explicit method of fifth order blows up beyond 3.3."""
    rates = np.geomspace(1e-3, 1.0, 50)
    ready = packed(modes(rates), "rkc")
    step(ready, METHODS["rkc"], hardness)
    assert np.abs(state_of(ready, 50)).max() < 1.0
    plain = packed(modes(rates), "tsit5")
    step(plain, METHODS["tsit5"], hardness)
    assert (np.abs(state_of(plain, 50)).max() > 1.0) == (hardness > 3.3)


def test_steps_are_not_bound_by_the_fastest_rate():
    """Three decades of rates: fewer steps than stability would allow an explicit method."""
    found = integrate(modes(np.geomspace(1e-3, 1e3, 50)), [1.0, 10.0], method="rkc", rtol=1e-4)
    assert found.n_steps < 300 < 10.0 * 1e3 / 3.3
    exact = 0.5 * np.sum(np.geomspace(1e-3, 1e3, 50) * np.exp(-20.0 * np.geomspace(1e-3, 1e3, 50)))
    assert found.loss[-1] == pytest.approx(exact, rel=1e-3)


def test_longest_step_is_respected_and_named():
    found = integrate(modes([1e-8, 1e2]), [1.0, 1e6], method="rkc", rtol=1e-3)
    assert found.success
    assert 'use method="rosenbrock"' in found.message
