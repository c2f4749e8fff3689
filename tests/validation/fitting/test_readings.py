"""Readings of a loss curve."""

import numpy as np
import pytest

from superlaw.validation.fitting.readings import steadiest, straight_errors, straight_slope

TIMES = np.geomspace(0.1, 1e4, 51)


def test_the_slope_of_a_power_is_its_exponent_inside_the_window_only():
    loss = np.where(TIMES < 1.0, 7.0, 3.0 * TIMES**-0.75)
    assert straight_slope(TIMES, loss, (1.0, 1e4)) == pytest.approx(0.75)
    assert straight_slope(TIMES, loss, (0.1, 1e4)) != pytest.approx(0.75)


def test_each_curve_has_a_slope_of_its_own():
    loss = np.array([TIMES**-0.5, TIMES**-1.5])
    np.testing.assert_allclose(straight_slope(TIMES, loss, (1.0, 100.0)), [0.5, 1.5])


def test_a_power_law_has_no_error_but_that_of_its_curves():
    times = np.geomspace(0.1, 1e3, 41)
    losses = np.array([1.0, 2.0])[:, None] * times ** -np.array([0.7, 0.8])[:, None]
    errors = straight_errors(times, losses, (12.0, 1e3))
    assert errors.seeds == pytest.approx(0.05)
    assert errors.window < 0.01 and errors.fit < 0.01
    assert straight_errors(times, losses[:1], (12.0, 1e3)).seeds is None


def test_the_errors_of_a_bent_curve_cover_where_its_ends_differ():
    times = np.geomspace(0.1, 1e3, 41)
    bent = (times**-0.5 / (1.0 + times / 100.0))[None]
    errors = straight_errors(times, bent, (12.0, 1e3))
    assert errors.window > 0.05 and errors.fit > 0.01


def test_the_steadiest_window_is_the_longer_of_two_power_laws():
    times = np.geomspace(0.1, 1e3, 41)
    loss = np.where(times < 3.0, times**-0.5, 3.0**0.7 * times**-1.2)
    assert steadiest(times, loss) == pytest.approx((3.0, 1e3), rel=0.6)
    first, last = steadiest(times[:18], loss[:18])
    assert first == times[0] and last < 5.0
    assert steadiest(times, np.ones(41)) is None
