from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superlaw.solvers.feature_classes import DIRECT_BELOW, all_features, feature_classes

HEADLINE = 1e-9
"""Relative error of power-law sums over the classes, up to exponents of 6."""


@given(n=st.integers(1, 10**15))
def test_classes_count_every_feature(n):
    classes = feature_classes(n)
    assert classes.weight.sum() == pytest.approx(n, rel=1e-12)
    assert np.all(classes.weight > 0.0)
    assert np.all(np.diff(classes.index) > 0.0)
    assert classes.index[0] == 1.0 and classes.index[-1] == n


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0, 2.5, 6.0])
def test_power_sums_equal_direct_sums(power):
    n = 10**7
    direct = np.sum(np.arange(1.0, n + 1.0) ** -power)
    classes = feature_classes(n)
    found = np.sum(classes.weight * classes.index**-power)
    assert found == pytest.approx(direct, rel=HEADLINE)


@pytest.mark.parametrize(
    "a", [0.5, *(pytest.param(a, marks=pytest.mark.slow) for a in (1.1, 1.5, 2.5))]
)
def test_loss_sums_equal_direct_sums_at_every_time(a):
    n = 2 * 10**5
    i, classes = np.arange(1.0, n + 1.0), feature_classes(n)
    for t in np.geomspace(0.1, float(n) ** a, 15):
        direct = np.sum(i**-a * np.exp(-t * i**-a))
        found = np.sum(classes.weight * classes.index**-a * np.exp(-t * classes.index**-a))
        assert found == pytest.approx(direct, rel=HEADLINE)


def test_errors_fall_as_classes_are_refined():
    n, a, t = 10**6, 1.5, 1e7
    i = np.arange(1.0, n + 1.0)
    direct = np.sum(i**-a * np.exp(-t * i**-a))
    errors = []
    for per_decade in (6, 8, 10, 12):
        classes = feature_classes(n, head=256, per_decade=per_decade)
        found = np.sum(classes.weight * classes.index**-a * np.exp(-t * classes.index**-a))
        errors.append(abs(found / direct - 1.0))
    assert all(later < 0.3 * earlier for earlier, later in pairwise(errors))


def test_end_corrections_are_needed():
    """Negative control: without them the joint costs orders of magnitude."""
    n = 10**6
    classes = feature_classes(n)
    plain = classes.weight.copy()
    plain[:128] = 1.0
    direct = np.sum(np.arange(1.0, n + 1.0) ** -1.5)
    with_them = abs(np.sum(classes.weight * classes.index**-1.5) / direct - 1.0)
    without = abs(np.sum(plain * classes.index**-1.5) / direct - 1.0)
    assert without > 1e3 * with_them


def test_small_numbers_are_summed_one_by_one():
    assert feature_classes(DIRECT_BELOW - 1).is_exact
    assert not feature_classes(10**6).is_exact
    assert all_features(10).index.tolist() == list(range(1, 11))


@pytest.mark.parametrize(
    ("arguments", "name"),
    [((0,), "n_features"), ((1.5,), "n_features")],
)
def test_bad_numbers_are_refused(refused, arguments, name):
    with refused(name):
        feature_classes(*arguments)


@pytest.mark.parametrize("name", ["head", "tail", "per_decade"])
def test_bad_refinements_are_refused(refused, name):
    with refused(name):
        feature_classes(10**6, **{name: 2})
