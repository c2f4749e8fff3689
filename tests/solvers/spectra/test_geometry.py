"""Figures of a matrix against their definitions, written out with the whole Gram matrix."""

import numpy as np
import pytest

from superlaw.solvers.spectra import rows as reading
from superlaw.solvers.spectra.geometry import geometry

IDENTITY = 1e-12
SINGLE = 2e-5
"""Single precision over a few thousand products."""
RNG = np.random.default_rng(7)
MATRICES = {
    "wide": RNG.normal(size=(40, 8)) * RNG.uniform(0.3, 3.0, (40, 1)) + 0.4,
    "narrow": RNG.normal(size=(5, 12)),
    "deficient": RNG.normal(size=(60, 4)) @ RNG.normal(size=(4, 9)),
    "tight": np.linalg.qr(RNG.normal(size=(30, 6)))[0],
    "tiny": 1e-120 * RNG.normal(size=(9, 3)),
    "huge": 1e120 * RNG.normal(size=(9, 3)),
}


def _by_definition(W):
    """Return what a version must say, from eigenspaces and from all pairs."""
    W = W / np.abs(W).max()
    s = (W**2).sum(axis=1)
    gram = W @ W.T
    lam, vectors = np.linalg.eigh(W.T @ W)
    kept = lam > 1e-12 * lam.max()
    weight = (W @ vectors[:, kept]) ** 2
    mean = weight @ lam[kept] / s
    cosine = gram / np.sqrt(np.outer(s, s))
    off = cosine[~np.eye(len(W), dtype=bool)]
    return {
        "rank": kept.sum(),
        "dimensionality": s**2 / (gram**2).sum(axis=1),
        "deficit": (weight / lam[kept]).sum(axis=1) - s / mean,
        "spread": weight @ lam[kept] ** 2 / s / mean**2 - 1.0,
        "overlaps": off,
        "deviation": np.sum((np.pad(lam, (0, 0)) / lam.sum() - 1 / W.shape[1]) ** 2),
    }


@pytest.mark.parametrize("name", MATRICES)
@pytest.mark.parametrize("version", ["raw", "centred"])
def test_figures_are_those_of_their_definitions(name, version):
    W = MATRICES[name]
    found = geometry(W)[version]
    known = _by_definition(W - W.mean(axis=0) if version == "centred" else W)
    assert found.rank == known["rank"]
    close = {"rtol": 1e-9, "atol": 1e-11}
    np.testing.assert_allclose(found.features.dimensionality, known["dimensionality"], **close)
    np.testing.assert_allclose(found.features.deficit, known["deficit"], **close)
    np.testing.assert_allclose(found.features.spread, known["spread"], **close)
    off = known["overlaps"]
    assert found.overlaps.mean == pytest.approx(off.mean(), abs=IDENTITY)
    assert found.overlaps.mean_square == pytest.approx((off**2).mean(), abs=IDENTITY)
    assert found.overlaps.fourth == pytest.approx((off**4).mean(), abs=IDENTITY)
    assert found.overlaps.fourth_error == 0.0
    assert found.overlaps.largest == pytest.approx(np.abs(off).max(), abs=IDENTITY)
    assert found.overlaps.histogram.sum() == off.size
    assert found.tight_frame_deviation == pytest.approx(known["deviation"], abs=IDENTITY)


@pytest.mark.parametrize("name", MATRICES)
def test_dimensionalities_and_deficits_add_up_to_the_rank(name):
    for version in geometry(MATRICES[name]).versions:
        total = version.features.dimensionality + version.features.deficit
        assert total.sum() == pytest.approx(version.rank, rel=IDENTITY, abs=IDENTITY)
        assert version.features.deficit.min() > -IDENTITY


def test_norms_and_eigenvalues_are_in_the_units_of_the_matrix():
    W = MATRICES["wide"]
    one, three = geometry(W)["raw"], geometry(3.0 * W)["raw"]
    np.testing.assert_allclose(one.features.square_norms, (W**2).sum(axis=1), rtol=IDENTITY)
    np.testing.assert_allclose(one.eigenvalues.sum(), (W**2).sum(), rtol=IDENTITY)
    np.testing.assert_allclose(three.eigenvalues, 9.0 * one.eigenvalues, rtol=IDENTITY)
    assert three.capacity == pytest.approx(one.capacity, rel=IDENTITY)


def test_blocks_single_precision_and_half_agree_with_double(monkeypatch):
    W = RNG.normal(size=(700, 20)).astype(np.float16)
    whole = geometry(W, sampled_rows=50).to_dict()
    monkeypatch.setattr(reading, "BLOCK", 999)
    monkeypatch.setattr(reading, "DOUBLE_WORK", 0.0)
    parts = geometry(W, sampled_rows=50)
    assert parts.precision == "float32"
    for one, other in zip(whole["versions"], parts.to_dict()["versions"], strict=True):
        for key in ("mean_overlap", "mean_square_overlap", "capacity", "median_spread"):
            assert other[key] == pytest.approx(one[key], abs=SINGLE)
        assert other["fourth_moment"] == pytest.approx(one["fourth_moment"], rel=1e-4)


def test_unit_features_and_columns():
    W = MATRICES["wide"]
    unit = W / np.linalg.norm(W, axis=1, keepdims=True)
    assert geometry(W, unit=True)["raw"].capacity == pytest.approx(
        geometry(unit)["raw"].capacity, rel=IDENTITY
    )
    assert geometry(W.T, columns=True)["raw"].capacity == geometry(W)["raw"].capacity


def test_a_common_direction_and_a_mean_are_removed():
    n, d = 3000, 24
    W = RNG.normal(size=(n, d))
    W += 2.0 * RNG.normal(size=d) + 4.0 * RNG.normal(size=(n, 1)) * np.eye(d)[0]
    raw, centred, cleaned = geometry(W).versions
    assert cleaned.removed == 1
    assert d * raw.overlaps.mean_square > 4.0 * d * centred.overlaps.mean_square / 2.0
    assert (d - 1) * cleaned.overlaps.mean_square == pytest.approx(1.0, abs=0.01)
    assert geometry(W, leading=3)["cleaned"].dimension == d - 3


def test_zero_features_count_in_no_overlap():
    W = np.concatenate([MATRICES["wide"], np.zeros((3, 8))])
    found, without = geometry(W), geometry(MATRICES["wide"])
    assert [notice.code for notice in found.warnings] == ["W-ZERO-FEATURES"]
    assert found["raw"].overlaps.mean_square == pytest.approx(
        without["raw"].overlaps.mean_square, rel=IDENTITY
    )
    assert found["raw"].capacity == pytest.approx(without["raw"].capacity, rel=IDENTITY)


def test_features_that_are_all_alike_have_no_centred_geometry():
    found = geometry(np.ones((4, 3)))
    assert (found["raw"].rank, found["centred"].rank) == (1, 0)
    assert found["raw"].frame_potential_z > 0.0 == found["centred"].frame_potential_z


def test_what_is_written_of_each_feature(tmp_path):
    found = geometry(MATRICES["wide"])
    found.save(tmp_path / "features.csv")
    header = (tmp_path / "features.csv").read_text().splitlines()[0]
    assert header == "norm,dimensionality,deficit,spread,p_value"
    found.save(tmp_path / "features.npz", version="cleaned")
    with np.load(tmp_path / "features.npz") as arrays:
        np.testing.assert_array_equal(arrays["p_value"], found["cleaned"].p_values)


@pytest.mark.parametrize(
    ("matrix", "words"),
    [
        (np.array([[1.0, np.nan], [1.0, 2.0]]), "finite; got matrix='row 0'"),
        (np.array([[1.0, 2.0], [np.inf, 2.0]]), "row 1"),
        (np.zeros((4, 0)), "two features or more"),
        (np.ones((1, 4)), "two features or more"),
        (np.zeros((3, 2)), "not all zero"),
        (1e200 * np.ones((3, 2)), "squares a double holds"),
        (np.ones(3), "a matrix of numbers"),
        (np.ones((3, 2), dtype=complex), "a matrix of numbers"),
        ([[1, "a"]], "a matrix of numbers"),
        (b"bytes", "a matrix of numbers"),
        (np.broadcast_to(1.0, (2, 10**7)), "GiB"),
    ],
)
def test_what_is_no_matrix_is_refused(refused, matrix, words):
    with refused("matrix", words):
        geometry(matrix)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("leading", {"leading": 8}),
        ("leading", {"leading": -1}),
        ("sampled_rows", {"sampled_rows": 0}),
        ("columns", {"columns": 1}),
        ("unit", {"unit": None}),
        ("entropy", {"entropy": -1}),
        ("tensor", {"tensor": "w"}),
    ],
)
def test_bad_options_are_refused(refused, name, given):
    with refused(name):
        geometry(MATRICES["wide"], **given)
