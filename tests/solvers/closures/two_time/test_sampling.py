"""Rows that stand for classes: their weights, and normals that hardly scatter."""

import numpy as np
import pytest

from superlaw.setting.task import PowerLawTask
from superlaw.solvers.closures.two_time.sampling import modes, sample, stratified


@pytest.mark.parametrize("n_features", [6, 96, 10**5])
def test_rows_and_entries_stand_for_all_others(n_features):
    found = sample(PowerLawTask(1.4, 0.2, n_features))
    of_class = np.bincount(found.of, found.share)
    np.testing.assert_allclose(of_class, 1.0)
    np.testing.assert_allclose(found.weight[:, 1:].sum(axis=1), n_features - 1.0, rtol=1e-9)
    np.testing.assert_allclose(found.asked_weight[:, 1:].sum(axis=1), n_features - 1.0, rtol=1e-9)
    assert found.asked[0] == 0
    assert found.column[0] == -1
    np.testing.assert_array_equal(found.column[found.first], np.arange(len(found.classes)))


def test_normals_are_stratified_by_weight():
    generator, weights = np.random.default_rng(3), np.geomspace(1.0, 40.0, 64)
    drawn = stratified(weights, 500, generator)
    part = weights / weights.sum()
    means, squares = part @ drawn, part @ drawn**2
    assert np.abs(means).max() < 0.1
    assert np.abs(squares - 1.0).max() < 0.35
    assert means.std() < 0.1 * part.max() ** 0.5
    assert abs(squares.mean() - 1.0) < 0.01


def test_marks_of_each_entry_have_the_moments_of_normals():
    found = sample(PowerLawTask(1.5, 0.0, 512))
    marks, overlaps = found.marks(3, np.random.default_rng(0))
    rows = found.classes.weight[found.of] * found.share
    part = rows / rows.sum()
    assert marks.shape == (*overlaps.shape, 3)
    assert np.abs(np.einsum("r,re->e", part, overlaps**2) - 1.0)[:21].max() < 0.05
    assert np.abs(np.einsum("r,re->e", part, overlaps * marks[..., 0])).max() < 0.5


@pytest.mark.parametrize("ratio", [1.5, 4.0, 16.0])
def test_modes_have_the_moments_of_random_columns(ratio):
    found = modes(ratio, 400)
    assert found.mean() == pytest.approx(ratio)
    assert found.var() == pytest.approx(ratio, rel=0.02)
    assert found.min() > (ratio**0.5 - 1.0) ** 2 - 1e-6
