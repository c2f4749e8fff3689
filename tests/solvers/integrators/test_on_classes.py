"""Classes against every feature: the stated error is true, at no cost that grows with N."""

import numpy as np
import pytest

from superlaw.curves import log_times
from superlaw.solvers.feature_classes import all_features
from superlaw.solvers.integrators.on_classes import integrate_classes
from superlaw.solvers.models.cross_talk import loss
from superlaw.solvers.models.families import cross_talk

CONTOUR = 1e-7
"""What the reference itself may be off: 6e-8 against integration to 1e-12."""


def spectrum(classes, a, b):
    return classes.index**-a, classes.index**-b, classes.weight


@pytest.mark.parametrize(
    ("a", "b", "n"), [(1.1, 0.0, 10**5), (1.5, 0.25, 10**5), (2.5, 0.5, 10**4), (1.5, 0.0, 500)]
)
def test_stated_error_is_true(a, b, n):
    times = log_times(0.1, float(n) ** a / 10.0, 2)

    def build(classes):
        return cross_talk.problem(*spectrum(classes, a, b), width=n / 8)

    found = integrate_classes(build, n, times, rtol=1e-7)
    exact = loss(times, *spectrum(all_features(n), a, b), width=n / 8)
    error = np.abs(found.loss / exact - 1.0)
    assert np.all(error <= found.error_bound + CONTOUR)
    assert found.error_bound.max() < 1e-4
    assert ("every feature" in found.method) == (n == 500)


def test_coarse_tolerance_shows_in_the_stated_error():
    def build(classes):
        return cross_talk.problem(*spectrum(classes, 1.5, 0.25), width=1e3)

    times = log_times(1.0, 1e5, 1)
    coarse, fine = (integrate_classes(build, 10**6, times, rtol=rtol) for rtol in (1e-3, 1e-8))
    assert coarse.error_bound.max() > 30.0 * fine.error_bound.max()
