"""Codes are recognised, also in noise; random features form none, or as rarely as stated."""

import numpy as np
import pytest

from superlaw.solvers.spectra import codes, schemes
from superlaw.solvers.spectra.blocks import blocks
from superlaw.solvers.spectra.geometry import geometry
from superlaw.solvers.spectra.schemes import closes, coarsest
from superlaw.validation.claims.geometry.recognised import least_height

KREIN = -1e-9
ROUNDING = 1e-9
PLANTED = {"digon": 3, "triangle": 2, "pentagon": 1, "tetrahedron": 1}
DISTANCE = {"digon": codes.simplex(2), "triangle": codes.simplex(3),
            "tetrahedron": codes.simplex(4), "pentagon": codes.polygon(5)}  # fmt: skip
KNOWN = {
    "digon": (codes.simplex(2), [-1.0], [1], [1, 1], 1),
    "triangle": (codes.simplex(3), [-0.5], [2], [1, 2], 2),
    "tetrahedron": (codes.simplex(4), [-1 / 3], [3], [1, 3], 3),
    "pentagon": (codes.polygon(5), [-0.809017, 0.309017], [2, 2], [1, 2, 2], 2),
    "octahedron": (codes.cross_polytope(3), [-1.0, 0.0], [1, 4], [1, 3, 2], 3),
    "icosahedron": (codes.icosahedron(), [-1, -0.447214, 0.447214], [1, 5, 5], [1, 3, 5, 3], 3),
    "half 5-cube (Clebsch)": (codes.half_cube(), [-0.6, 0.2], [5, 10], [1, 5, 10], 5),
    "Petersen": (codes.petersen(), [-2 / 3, 1 / 6], [3, 6], [1, 4, 5], 4),
    "Schläfli": (codes.schlaefli(), [-0.5, 0.25], [10, 16], [1, 6, 20], 6),
    "Gosset": (codes.gosset(), [-1, -1 / 3, 1 / 3], [1, 27, 27], [1, 7, 27, 21], 7),
    "24-cell": (codes.cell24(), [-1, -0.5, 0, 0.5], [1, 8, 6, 8], [1, 4, 9, 8, 2], 4),
}


@pytest.mark.parametrize("name", KNOWN)
def test_exact_codes(name):
    features, cosines, valencies, multiplicities, dimension = KNOWN[name]
    scheme = codes.exact_scheme(features)
    assert codes.name(scheme, ROUNDING) == name
    np.testing.assert_allclose(scheme.cosines, cosines, atol=1e-6)
    assert scheme.valencies.tolist() == valencies
    assert scheme.multiplicities.tolist() == multiplicities
    assert scheme.dimension == dimension
    assert scheme.is_localised and scheme.capacity == pytest.approx(1.0, abs=1e-12)
    n = len(features)
    np.testing.assert_allclose(scheme.levels[scheme.used], n / dimension, rtol=1e-9)
    np.testing.assert_allclose(scheme.P @ scheme.Q, n * np.eye(len(scheme.P)), atol=1e-8)
    assert scheme.krein.min() > KREIN


@pytest.mark.parametrize("n", [5, 6, 7, 8, 11])
def test_polygons_and_simplices(n):
    assert codes.name(codes.exact_scheme(codes.simplex(n)), ROUNDING) == f"simplex of {n}"
    found = codes.exact_scheme(codes.polygon(n))
    assert codes.name(found, ROUNDING) in {"pentagon", "hexagon", "heptagon", "octagon",
                                           "polygon of 11"}  # fmt: skip
    assert found.dimension == 2


def test_square_antiprism_is_a_scheme_and_not_localised():
    """At the height of least loss; the tight one is localised, and is another."""
    features = codes.antiprism(least_height())
    assert abs(features[0, 2]) == pytest.approx(0.5182, abs=1e-4)
    (block,) = blocks(features)
    assert (block.name, block.dimension) == ("square antiprism", 3)
    assert not block.scheme.is_localised
    assert block.scheme.capacity == pytest.approx(0.9815, abs=5e-4)
    assert np.sort(block.scheme.levels[block.scheme.used]) == pytest.approx(
        [2.1485, 2.9257], abs=1e-4
    )
    tight = codes.exact_scheme(codes.antiprism(2.0**-0.5))
    assert tight.is_localised and tight.capacity == pytest.approx(1.0, abs=1e-12)


def _mixture(sigma, rng):
    """Return the planted codes in a random basis; noise of length sigma on each feature."""
    parts = []
    for name, count in PLANTED.items():
        u, s, _ = np.linalg.svd(DISTANCE[name], full_matrices=False)
        kept = s > 1e-9
        parts += [u[:, kept] * s[kept]] * count
    d = sum(part.shape[1] for part in parts)
    W, at = np.zeros((sum(map(len, parts)), d)), np.zeros(2, dtype=int)
    for part in parts:
        W[at[0] : at[0] + len(part), at[1] : at[1] + part.shape[1]] = part
        at += part.shape
    basis, _ = np.linalg.qr(rng.normal(size=(d, d)))
    noise = rng.normal(size=W.shape)
    return W @ basis + sigma * noise / np.linalg.norm(noise, axis=1, keepdims=True)


def test_planted_mixture_is_recognised_every_time():
    rng = np.random.default_rng(5)
    for _ in range(15):
        found = geometry(_mixture(0.05, rng), sampled_rows=1)
        assert found.names == dict(sorted(PLANTED.items(), key=lambda item: -_size(item[0])))
        assert all(block.scheme.is_localised for block in found.blocks)


def _size(name):
    return len(DISTANCE[name])


def test_planted_mixture_is_lost_in_much_noise():
    rng = np.random.default_rng(5)
    right = [geometry(_mixture(0.4, rng)).names == PLANTED for _ in range(5)]
    assert not any(right)


@pytest.mark.parametrize("name", [name for name in KNOWN if name != "octahedron"])
def test_codes_are_named_in_noise(name):
    """A lone code has no others by which to tell the noise; opposite pairs of axes are digons."""
    rng = np.random.default_rng(len(name))
    u, sizes, _ = np.linalg.svd(KNOWN[name][0], full_matrices=False)
    kept = sizes > ROUNDING
    features = u[:, kept] * sizes[kept]
    for _ in range(5):
        noise = rng.normal(size=features.shape)
        noise *= 0.05 / np.linalg.norm(noise, axis=1, keepdims=True)
        assert [block.name for block in blocks(features + noise)] == [name]


@pytest.mark.parametrize(
    ("n", "d"),
    [
        *((3, 2), (5, 3), (16, 5)),
        *(
            pytest.param(*size, marks=pytest.mark.slow)
            for size in ((4, 2), (4, 3), (5, 2), (6, 3), (8, 3))
        ),
    ],
)
def test_random_directions_form_schemes_as_rarely_as_stated(n, d):
    """Any scheme among some of them counts."""
    rng = np.random.default_rng(n * d)
    draws = rng.normal(size=(200, n, d))
    draws /= np.linalg.norm(draws, axis=2, keepdims=True)
    found = sum(any(block.scheme is not None for block in blocks(W)) for W in draws)
    assert found / 200 <= (0.03 if n <= 4 else 0.01)


def test_of_four_random_directions_several_wide_classes_would_close(monkeypatch):
    monkeypatch.setattr(schemes, "LEAST_NOISY", 4)
    draws = np.random.default_rng(1).normal(size=(200, 4, 2))
    draws /= np.linalg.norm(draws, axis=2, keepdims=True)
    assert sum(any(block.scheme is not None for block in blocks(W)) for W in draws) / 200 > 0.03


def test_a_relation_that_does_not_close_is_no_scheme():
    """Every feature of a triangular prism has three neighbours, of two kinds."""
    pentagon = np.round(codes.polygon(5) @ codes.polygon(5).T, 6)
    assert closes(np.where(np.eye(5) > 0, 0, np.where(pentagon > 0, 1, 2)))
    prism = np.full((6, 6), 2)
    for i, j in [(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3), (0, 3), (1, 4), (2, 5)]:
        prism[i, j] = prism[j, i] = 1
    np.fill_diagonal(prism, 0)
    assert not closes(prism)
    assert coarsest(np.where(prism == 1, -0.4, np.where(prism == 2, 0.3, 1.0)), 0.01) is None


def test_weak_features_belong_to_no_block():
    W = np.concatenate([codes.polygon(5), 0.01 * codes.polygon(3)])
    assert geometry(W).names == {"pentagon": 1}


def test_orthogonal_features_form_no_block_and_large_matrices_say_so():
    assert geometry(np.eye(6)[:, :6]).blocks == ()
    found = geometry(np.random.default_rng(1).normal(size=(2100, 3)))
    assert found.blocks == () and found.warnings[0].code == "W-BLOCKS"


def test_what_is_told_of_a_block():
    told = geometry(codes.petersen()).to_dict()["blocks"]
    assert [block["name"] for block in told] == ["Petersen"]
    assert {"size", "dimension", "valencies", "cosines", "is_scheme", "is_localised"} <= set(
        told[0]
    )
    random = geometry(np.random.default_rng(0).normal(size=(30, 4))).to_dict()["blocks"]
    assert (random[0]["name"], random[0]["is_scheme"]) == ("no scheme", False)
