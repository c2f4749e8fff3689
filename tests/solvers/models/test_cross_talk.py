"""The cross-talk theory: equations against matrices, contour and the Mittag-Leffler function."""

import mpmath
import numpy as np
import pytest

from superlaw.curves import log_times
from superlaw.solvers.feature_classes import feature_classes
from superlaw.solvers.integrators.integrate import integrate
from superlaw.solvers.models.cross_talk import common_error, loss
from superlaw.solvers.models.families import cross_talk, sequential

EIGENVALUES = 1e-7
"""Contour against eigenvalues, relative to the loss at the start."""
INTEGRATED = 2e-6
LARGE_N = 2e-3
"""Sums over features against their limit N = ∞, K ≫ 1."""


def spectrum(n, a=1.5, b=0.25):
    i = np.arange(1.0, n + 1.0)
    return i**-a / np.sum(i**-a), i**-b, np.ones(n)


def _eigenvalue_loss(times, lam, target, width):
    v = np.sqrt(lam / width)
    rates, modes = np.linalg.eigh(np.diag(lam) + np.outer(v, v))
    start = (modes.T @ (np.sqrt(lam) * target)) ** 2
    return np.array([0.5 * np.sum(start * np.exp(-2.0 * rates * t)) for t in times])


@pytest.mark.parametrize("width", [8.0, 100.0, 1e9])
def test_contour_equals_eigenvalues(width):
    lam, target, weight = spectrum(300)
    times = log_times(0.1, 1e5, 3)
    found = loss(times, lam, target, weight, width)
    exact = _eigenvalue_loss(times, lam, target, width)
    assert np.abs(found - exact).max() < EIGENVALUES * exact[0]
    wrong = _eigenvalue_loss(times, lam, target, 1.1 * width)
    assert width > 1e6 or np.abs(found - wrong).max() > 100.0 * EIGENVALUES * exact[0]


@pytest.mark.parametrize("method", ["rosenbrock", "tsit5"])
def test_integration_equals_the_contour(method):
    lam, target, weight = spectrum(2000)
    times = log_times(0.1, 1e3, 3)
    found = integrate(
        cross_talk.problem(lam, target, weight, 200.0), times, method=method, rtol=1e-8
    )
    exact = loss(times, lam, target, weight, 200.0)
    np.testing.assert_allclose(found.loss, exact, rtol=INTEGRATED)
    assert np.all(found.observables["drive"] > 0.0)


def test_wide_students_do_not_feel_it():
    lam, target, weight = spectrum(300)
    times = log_times(0.1, 1e3, 3)
    wide = integrate(cross_talk.problem(lam, target, weight, 1e12), times, rtol=1e-8)
    alone = integrate(sequential.problem(lam, target, weight), times, rtol=1e-8)
    np.testing.assert_allclose(wide.loss, alone.loss, rtol=1e-5)


def test_rarest_feature_follows_the_mittag_leffler_function():
    classes, width, a = feature_classes(10**12), 1e4, 1.5
    lam = classes.index**-a
    lam /= np.sum(classes.weight * lam)
    times = log_times(1e3, 1e7, 1)
    problem = cross_talk.problem(lam, np.ones_like(lam), classes.weight, width)
    found = integrate(problem, times, keep_state="all", rtol=1e-8)
    expected = common_error(times, lam[0], a, width)
    np.testing.assert_allclose(found.states[:, -1], expected, atol=LARGE_N)
    assert expected[0] > 0.9 > 0.1 > expected[-1]
    off = common_error(times, lam[0], a, 1.1 * width)
    assert np.abs(off - found.states[:, -1]).max() > 5.0 * LARGE_N


def test_common_error_equals_the_series_of_the_mittag_leffler_function():
    times, alpha = np.array([0.01, 0.3, 2.0]), 1.0 / 1.5
    crossover = (1.5 * np.sin(np.pi / 1.5) / np.pi) ** 1.5
    for t, value in zip(times, common_error(times, 1.0, 1.5, 1.0), strict=True):
        x = -(mpmath.mpf(t / crossover) ** alpha)
        series = mpmath.nsum(lambda k, x=x: x**k / mpmath.gamma(alpha * k + 1), [0, mpmath.inf])
        assert value == pytest.approx(float(series), rel=1e-8)


def test_bad_width_is_refused(refused):
    with refused("width"):
        cross_talk.problem(*spectrum(9), 0.0)
