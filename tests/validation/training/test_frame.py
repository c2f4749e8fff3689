"""The frame of trained columns: that of `geometry`, with multiplicities, and during training."""

import numpy as np
import pytest

import superlaw as sl
from superlaw.solvers.spectra import ensembles
from superlaw.solvers.spectra.geometry import geometry
from superlaw.validation.training.frame import frame_of
from superlaw.validation.training.toys import Toy, trained_toy

RNG = np.random.default_rng(6)
W = RNG.normal(size=(40, 8)) * RNG.uniform(0.3, 2.0, (40, 1))


def test_frame_is_that_of_the_geometry():
    found, raw = frame_of(W), geometry(W)["raw"]
    assert float(found["capacity"]) == pytest.approx(raw.capacity, rel=1e-12)
    assert float(found["spread"]) == pytest.approx(raw.features.spread.mean(), rel=1e-12)
    lam = raw.eigenvalues
    assert float(found["level_spread"]) == pytest.approx(lam.var() / lam.mean() ** 2, rel=1e-9)


def test_multiplicities_count_as_repeated_features():
    n = RNG.integers(1, 4, len(W))
    whole, classes = frame_of(np.repeat(W, n, axis=0)), frame_of(W, n)
    for name, value in whole.items():
        assert float(classes[name]) == pytest.approx(float(value), rel=1e-9), name


def test_random_features_are_as_spread_as_haar_features_and_concentrated_ones_are_not():
    stretched = RNG.normal(size=(2000, 6)) * np.array([3.0, 3.0, 3.0, 1.0, 1.0, 1.0])
    random = frame_of(stretched)
    assert float(random["spread"]) == pytest.approx(float(random["haar_spread"]), rel=0.1)
    assert float(random["capacity"]) == pytest.approx(float(random["haar_capacity"]), abs=0.01)
    blocks = stretched * np.where(np.arange(2000)[:, None] % 2, [1, 1, 1, 0, 0, 0],
                                  [0, 0, 0, 1, 1, 1])  # fmt: skip
    concentrated = frame_of(blocks)
    assert concentrated["spread"] < 0.2 * concentrated["haar_spread"]
    assert concentrated["capacity"] > concentrated["haar_capacity"] + 0.1


def test_haar_features_at_equal_eigenvalues_have_all_the_room():
    found = ensembles.haar(np.full(7, 3.0), np.random.default_rng(0), 50)
    assert found.capacity == pytest.approx(1.0, abs=1e-12)
    assert found.spreads.max() == pytest.approx(0.0, abs=1e-12)


def test_columns_that_are_zero_have_no_frame():
    assert all(float(value) == 0.0 for value in frame_of(np.zeros((4, 2))).values())


@pytest.mark.parametrize("optimizer", [sl.GradientFlow(), sl.SGD(lr=0.05, batch=64)])
def test_simulated_students_tell_their_frame_where_it_is_trained(optimizer):
    task, times = sl.PowerLawTask(1.2, n_features=12), [0.0, 5.0]
    runs = sl.simulate(task, sl.Student(width=4, tied=True), times, optimizer=optimizer, seeds=1)
    assert runs.observables["capacity"].shape == (1, 2)
    assert 0.0 < runs.observables["haar_capacity"][0, 0] < 1.0
    fixed = sl.simulate(task, sl.Student(width=4), times, optimizer=optimizer, seeds=1)
    assert "capacity" not in fixed.observables


def test_toy_models_are_the_same_every_time_and_end_where_rates_are_low():
    toy = Toy(4, 2, 0.1)
    one = trained_toy(toy, 3, 0, 300, 128)
    trained_toy.cache_clear()
    np.testing.assert_array_equal(one, trained_toy(toy, 3, 0, 300, 128))
    assert not np.array_equal(one, trained_toy(toy, 3, 1, 300, 128))
    assert geometry(one).names == {"digon": 2}
