"""Chance values against simulated chance."""

import numpy as np
import pytest

from superlaw.solvers.spectra import ensembles
from superlaw.solvers.spectra.geometry import geometry

RNG = np.random.default_rng(11)
TABLE = [(8, 3, 26.666667, 3.15524), (20, 5, 96.0, 5.89431), (40, 8, 235.0, 8.26136),
         (200, 32, 1443.75, 11.9059), (32000, 256, 4031875.0, 248.538)]  # fmt: skip


def _units(n, d, draws):
    W = RNG.normal(size=(draws, n, d))
    return W / np.linalg.norm(W, axis=2, keepdims=True)


@pytest.mark.parametrize(("n", "d", "mean", "deviation"), TABLE)
def test_null_of_the_frame_potential(n, d, mean, deviation):
    found = ensembles.frame_potential(n, d)
    assert found == pytest.approx((mean, deviation), rel=1e-5)


def test_null_of_the_frame_potential_is_that_of_random_features():
    n, d, draws = 20, 5, 4000
    W = _units(n, d, draws)
    simulated = ((W.transpose(0, 2, 1) @ W) ** 2).sum(axis=(1, 2))
    mean, deviation = ensembles.frame_potential(n, d)
    assert simulated.mean() == pytest.approx(mean, abs=4.0 * deviation / np.sqrt(draws))
    assert simulated.std() == pytest.approx(deviation, rel=0.05)


@pytest.mark.parametrize(("n", "d"), [(8, 3), (20, 5), (200, 32)])
def test_z_of_a_tight_frame_does_not_depend_on_n(n, d):
    mean, deviation = ensembles.frame_potential(n, d)
    tight = (n * n / d - mean) / deviation
    assert tight == pytest.approx(-0.5 * np.sqrt((d - 1) * (d + 2) * n / (n - 1)), rel=1e-12)


def test_deviation_from_tight_is_that_of_random_directions_of_any_norms():
    n, d, draws = 30, 6, 3000
    norms = RNG.uniform(0.2, 2.0, n)
    W = _units(n, d, draws) * norms[:, None]
    F = W.transpose(0, 2, 1) @ W / (norms**2).sum()
    simulated = ((F - np.eye(d) / d) ** 2).sum(axis=(1, 2))
    error = simulated.std() / np.sqrt(draws)
    assert ensembles.deviation_from_tight(norms**2, d) == pytest.approx(
        simulated.mean(), abs=4.0 * error
    )


@pytest.mark.parametrize(("n", "d", "above"), [(8, 3, 0.065), (20, 5, 0.039), (40, 8, 0.025)])
def test_capacity_by_chance_is_a_bound_from_below(n, d, above):
    bound = ensembles.capacity(np.ones(n), d)
    assert bound == pytest.approx(n / (n + d - 1.0), rel=1e-12)
    W = _units(n, d, 4000)
    gram = W @ W.transpose(0, 2, 1)
    simulated = (1.0 / (gram**2).sum(axis=2)).sum(axis=1).mean() / d
    assert simulated / bound - 1.0 == pytest.approx(above, abs=0.006)


@pytest.mark.parametrize(("n", "d"), [(200, 20), pytest.param(400, 64, marks=pytest.mark.slow)])
def test_localisation_of_random_features_is_calibrated(n, d):
    shares = [geometry(RNG.normal(size=(n, d)))["raw"].localised_fraction for _ in range(20)]
    assert 0.03 < np.mean(shares) < 0.08


def test_localised_features_are_found_where_half_of_them_lie_in_an_eigenspace():
    d, n = 16, 200
    inside = np.zeros((n, d))
    inside[:, : d // 2] = 3.0 * RNG.normal(size=(n, d // 2))
    outside = np.zeros((n, d))
    outside[:, d // 2 :] = RNG.normal(size=(n, d // 2))
    assert geometry(np.concatenate([inside, outside]))["raw"].localised_fraction > 0.3


def test_law_of_overlaps():
    d, n = 7, 200
    W = _units(n, d, 1)[0]
    overlap = np.abs(W @ W.T)[np.triu_indices(n, 1)]
    for level in (0.2, 0.5, 0.8):
        expected = ensembles.tail(np.array(level), d)
        error = np.sqrt(expected / overlap.size)
        assert (overlap > level).mean() == pytest.approx(float(expected), abs=5.0 * error)
    largest = ensembles.largest_overlap(overlap.size, d)
    assert ensembles.tail(np.array(largest), d) == pytest.approx(1.0 / overlap.size, rel=1e-9)


def test_edges_of_the_spectrum():
    n, d = 1000, 50
    lam = geometry(_units(n, d, 1)[0])["raw"].eigenvalues * d / n
    low, high = ensembles.marchenko_pastur(n, d)
    assert lam[0] == pytest.approx(high, rel=n ** (-1.0 / 3.0))  # by n^-2/3 inside, as n → ∞
    assert lam[-1] == pytest.approx(low, rel=n ** (-1.0 / 3.0))
