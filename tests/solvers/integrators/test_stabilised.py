import numpy as np
import pytest

from superlaw.solvers.integrators.stabilised import Chebyshev, StepUnderflow, stages_needed
from superlaw.solvers.integrators.steps.chebyshev_coefficients import stability_limit

RATES = np.array([1.0, 30.0, 1000.0])


def _stepper(h, tolerance=np.inf):
    def rate(y, out):
        out[:] = -RATES * (y - 0.5)

    def error(estimate, y):
        return float(np.abs(estimate).max()) / tolerance

    return Chebyshev(rate, RATES[-1], error, np.ones(3), 0.0, h)


def _slow_error(h):
    """Error of the slow mode after one step of length h, of which the fast modes are long gone."""
    stepper = _stepper(h)
    stepper.step(h)
    return abs(stepper.y[0] - 0.5 - 0.5 * np.exp(-h))


def test_error_of_a_step_is_of_third_order():
    assert _slow_error(0.08) / _slow_error(0.04) == pytest.approx(8.0, rel=0.25)


@pytest.mark.parametrize("bend", [0.0, 3.0])
def test_what_the_step_follows_exactly_has_no_error(bend):
    """Slopes that are constant, or linear in time (the second component keeps the time)."""
    estimates = []

    def rate(y, out):
        out[:] = 2.0 + bend * y[1], 1.0

    def error(estimate, y):
        estimates.append(estimate.copy())
        return 0.0

    Chebyshev(rate, 10.0, error, np.zeros(2), 0.0, 0.5).step(np.inf)
    np.testing.assert_allclose(estimates, 0.0, atol=1e-14)


def test_long_steps_are_stable():
    stepper = _stepper(0.5)
    for _ in range(40):
        stepper.h = 0.5
        assert stepper.step(np.inf)
    np.testing.assert_allclose(stepper.y, 0.5, atol=1e-6)


@pytest.mark.parametrize("h_rho", [0.1, 1.0, 7.0, 100.0, 3e4])
def test_stages_are_as_few_as_stability_allows(h_rho):
    n = stages_needed(h_rho)
    assert stability_limit(n) >= h_rho
    assert n == 2 or stability_limit(n - 1) < h_rho


def test_adaptive_steps_meet_the_tolerance_and_stop_exactly():
    stepper = _stepper(1e-3, tolerance=1e-6)
    while stepper.t < 2.0:
        stepper.step(2.0)
    assert stepper.t == 2.0
    np.testing.assert_allclose(stepper.y, 0.5 + 0.5 * np.exp(-2.0 * RATES), atol=1e-4)


def test_a_step_that_is_too_inaccurate_is_rejected():
    stepper = _stepper(0.5, tolerance=1e-8)
    assert not stepper.step(1.0)
    assert stepper.t == 0.0 and stepper.h < 0.5 and stepper.n_rejected == 1


@pytest.mark.parametrize("real", [np.float64, np.float32])
def test_a_radius_is_that_of_where_the_flow_is(real):
    """A part far smaller than the rest is stiff within a thousandth of its size: a gate closes."""

    def rate(y, out):
        out[0] = -1000.0 * np.clip(y[0], -3e-4, 3e-4)
        out[1:] = -1e-3 * y[1:]

    start = np.concatenate([[1e-5], np.full(500, 1.0)]).astype(real)
    stepper = Chebyshev(rate, 1000.0, lambda *_: 1.0, start, 0.0, 1e-4, refresh=1)
    for _ in range(5):
        assert stepper.step(np.inf)
    assert 1000.0 < stepper.spectral_radius < 1500.0


@pytest.mark.parametrize("radius", [1e12, np.inf])
def test_a_step_of_too_many_stages_is_given_up_at_once(radius):
    """Nothing could interrupt it."""
    stepper = _stepper(1.0)
    stepper.spectral_radius = radius
    with pytest.raises(StepUnderflow):
        stepper.step(np.inf)
    assert (stepper.t, stepper.n_evaluations) == (0.0, 1)
