"""Checks compare with what they allow, and say it."""

import numpy as np
import pytest

from superlaw.validation.claims.check import Check, worst_of_band, worst_of_curve

TIMES = np.array([1.0, 2.0, 4.0])


@pytest.mark.parametrize(
    ("check", "passed", "allowed"),
    [
        (Check("", 1.0, 1.05, 0.02, z=2.5), True, "|z| < 4"),
        (Check("", 1.0, 1.1, 0.02, z=5.0), False, "|z| < 4"),
        (Check("", 1.0, 1.05, tolerance=0.06), True, "± 6 %"),
        (Check("", 1.0, 1.05, tolerance=0.04), False, "± 4 %"),
        (Check("", 1.0, 1.05, 0.01, tolerance=0.04), False, "± 4 %, 2 s.e. included"),
        (Check("", 1.0, 0.9, bound="below"), True, "below 1"),
        (Check("", 1.0, 1.1, bound="below"), False, "below 1"),
        (Check("", 1.0, 1.1, bound="above"), True, "above 1"),
        (Check("", 1.0, float("nan"), bound="above"), False, "above 1"),
        (Check("", 1.0, float("nan"), tolerance=0.1), False, "± 10 %"),
        (Check("", 1.0, float("nan"), 0.1, z=float("nan")), False, "|z| < 4"),
    ],
)
def test_a_check_compares_with_what_it_allows_and_survives_json(check, passed, allowed):
    assert check.passed is passed
    assert check.allowed == allowed
    assert (check.strain < 1.0) is passed
    assert repr(Check.from_dict(check.to_dict())) == repr(check)


def test_the_worst_point_of_a_curve_stands_for_it():
    runs = np.array([[1.0, 2.0, 3.0], [1.1, 2.1, 3.3], [0.9, 1.9, 2.7]])
    shifted = worst_of_curve("x", TIMES, np.array([1.0, 2.5, 3.0]), runs)
    assert shifted.label == "x at t = 2" and shifted.z < -2.0
    band = worst_of_band("x", TIMES, np.array([1.0, 2.5, 3.0]), runs, 0.1)
    error = 0.1 / np.sqrt(3.0)
    assert band.label == "x at t = 2" and not band.passed
    assert band.tolerance == pytest.approx(0.1 + 2.0 * error / 2.5)
