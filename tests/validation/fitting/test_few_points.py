"""The interval of a line through few points holds its slope as often as it says."""

import numpy as np
import pytest

from superlaw.validation.fitting.few_points import LEVEL, straight_line

X = np.log([8.0, 16.0, 32.0, 64.0, 128.0])
DRAWS = 150
FOUR_ERRORS = 4.0 * np.sqrt(LEVEL * (1.0 - LEVEL) / DRAWS)


def test_points_on_a_line_have_no_scatter():
    line = straight_line(X, 1.0 - 0.7 * X, np.full(5, 0.01))
    assert line.slope == pytest.approx(-0.7, abs=1e-12)
    assert line.start == pytest.approx(1.0, abs=1e-12)
    assert line.scatter == 0.0 and line.freedom == 3


@pytest.mark.parametrize("scatter", [0.0, 0.1])
def test_the_interval_holds_the_slope_with_scatter_and_without(scatter):
    rng = np.random.default_rng(3)
    sigma = np.array([0.001, 0.02, 0.005, 0.05, 0.01])
    inside = 0
    for _ in range(DRAWS):
        noise = sigma * rng.normal(size=5) + scatter * rng.normal(size=5)
        low, high = straight_line(X, 2.0 - X + noise, sigma).interval
        inside += low < -1.0 < high
    assert inside / DRAWS > LEVEL - FOUR_ERRORS


def test_scatter_is_found_where_errors_are_too_small_for_it():
    rng = np.random.default_rng(4)
    x = np.linspace(0.0, 5.0, 200)
    line = straight_line(x, x + 0.3 * rng.normal(size=200), np.full(200, 0.01))
    assert line.scatter == pytest.approx(0.3, rel=0.2)
    assert line.standard_error == pytest.approx(0.3 / np.sqrt(200) / x.std(), rel=0.2)


def test_exact_points_are_fitted():
    line = straight_line(X[:3], np.array([0.0, 1.0, 0.5]), np.zeros(3))
    assert np.isfinite(line.interval).all() and line.interval[0] < line.slope < line.interval[1]
