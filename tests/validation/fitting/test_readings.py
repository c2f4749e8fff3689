"""Readings of a loss curve."""

import numpy as np
import pytest

from superlaw.validation.fitting.readings import straight_slope

TIMES = np.geomspace(0.1, 1e4, 51)


def test_the_slope_of_a_power_is_its_exponent_inside_the_window_only():
    loss = np.where(TIMES < 1.0, 7.0, 3.0 * TIMES**-0.75)
    assert straight_slope(TIMES, loss, (1.0, 1e4)) == pytest.approx(0.75)
    assert straight_slope(TIMES, loss, (0.1, 1e4)) != pytest.approx(0.75)


def test_each_curve_has_a_slope_of_its_own():
    loss = np.array([TIMES**-0.5, TIMES**-1.5])
    np.testing.assert_allclose(straight_slope(TIMES, loss, (1.0, 100.0)), [0.5, 1.5])
