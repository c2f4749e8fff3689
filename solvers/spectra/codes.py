"""Codes that have names: exact constructions, and the name of a scheme."""

from __future__ import annotations

from functools import cache
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from superlaw.solvers.spectra.schemes import Scheme, coarsest

Array = NDArray[np.float64]
_EXACT = 1e-9
_GOLDEN = (1.0 + 5.0**0.5) / 2.0
_SIMPLICES = {2: "digon", 3: "triangle", 4: "tetrahedron"}
_POLYGONS = {5: "pentagon", 6: "hexagon", 7: "heptagon", 8: "octagon"}
ANTIPRISM = (1, 2, 2, 2)
"""Valencies of the square antiprism, of any height: 8 features in 3 dimensions."""


def simplex(n: int) -> Array:
    """Return unit features of a regular simplex, shape (n, n), of rank n − 1."""
    return _unit(np.eye(n) - 1.0 / n)


def polygon(n: int) -> Array:
    """Return unit features of a regular polygon, shape (n, 2)."""
    angle = 2.0 * np.pi * np.arange(n) / n
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def cross_polytope(dimension: int) -> Array:
    """Return unit features along ± each axis, shape (2 d, d)."""
    return np.concatenate([np.eye(dimension), -np.eye(dimension)])


def antiprism(height: float) -> Array:
    """Return unit features of a square antiprism, shape (8, 3); height over radius."""
    angle = 0.25 * np.pi * np.arange(8)
    return _unit(np.stack([np.cos(angle), np.sin(angle), height * (-1.0) ** np.arange(8)], axis=1))


def petersen() -> Array:
    """Return unit features of the pairs of five, shape (10, 5), of rank 4."""
    return _unit(np.array([_subset(5, pair) - 0.4 for pair in combinations(range(5), 2)]))


def half_cube() -> Array:
    """Return unit features of the half 5-cube, the Clebsch graph, shape (16, 5)."""
    corners = np.array(list(product((1.0, -1.0), repeat=5)))
    return _unit(corners[corners.prod(axis=1) > 0.0])


def schlaefli() -> Array:
    """Return unit features of the 27 lines on a cubic surface, shape (27, 6)."""
    every = [(kind, {i}) for kind in "ab" for i in range(6)]
    every += [("c", set(pair)) for pair in combinations(range(6), 2)]
    gram = np.array([[_lines(one, other) for other in every] for one in every])
    values, vectors = np.linalg.eigh(gram)
    return np.asarray(vectors[:, -6:] * np.sqrt(values[-6:]))


def gosset() -> Array:
    """Return unit features of the 28 bitangents and their opposites, shape (56, 8), of rank 7."""
    pairs = np.array([4.0 * _subset(8, pair) - 1.0 for pair in combinations(range(8), 2)])
    return _unit(np.concatenate([pairs, -pairs]))


def icosahedron() -> Array:
    """Return unit features, shape (12, 3)."""
    corners = np.array([(0.0, x, y * _GOLDEN) for x in (1.0, -1.0) for y in (1.0, -1.0)])
    return _unit(_turned(corners))


def dodecahedron() -> Array:
    """Return unit features, shape (20, 3)."""
    signs = [(x, y) for x in (1.0, -1.0) for y in (1.0, -1.0)]
    others = np.array([(0.0, x / _GOLDEN, y * _GOLDEN) for x, y in signs])
    return _unit(np.concatenate([np.array(list(product((1.0, -1.0), repeat=3))), _turned(others)]))


def cube() -> Array:
    """Return unit features, shape (8, 3)."""
    return _unit(np.array(list(product((1.0, -1.0), repeat=3))))


def cell24() -> Array:
    """Return unit features of the 24-cell, shape (24, 4)."""
    return _unit(_roots(4))


def root_system() -> Array:
    """Return unit features of the roots of E8, shape (240, 8)."""
    halves = np.array(list(product((0.5, -0.5), repeat=8)))
    return _unit(np.concatenate([_roots(8), halves[halves.prod(axis=1) > 0.0]]))


NAMED = {
    "cube": cube,
    "icosahedron": icosahedron,
    "dodecahedron": dodecahedron,
    "Petersen": petersen,
    "half 5-cube (Clebsch)": half_cube,
    "Schläfli": schlaefli,
    "Gosset": gosset,
    "24-cell": cell24,
    "E8": root_system,
}
"""Codes without a series of their own, by name."""


def name(scheme: Scheme, half_width: float) -> str:
    """Return the name of a scheme, or its size and dimension if it has none.

    Parameters
    ----------
    scheme : Scheme
    half_width : float
        How far cosines may be from those of a code.
    """
    n, d, k = scheme.size, scheme.dimension, len(scheme.valencies)
    valencies = tuple(sorted(scheme.valencies.tolist()))
    if k == 1:
        return _SIMPLICES.get(n, f"simplex of {n}")
    if d == 2 and _are(scheme, polygon(n), half_width):
        return {4: "square"}.get(n) or _POLYGONS.get(n, f"polygon of {n}")
    if n == 2 * d and valencies == (1, n - 2):
        return {6: "octahedron"}.get(n, f"cross-polytope in {d}")
    if (n, d, valencies) == (8, 3, ANTIPRISM):
        return "square antiprism"
    for known, features in NAMED.items():
        if _exact(known).size == n and _are(scheme, features(), half_width):
            return known
    return f"scheme of {n} in {d}"


def exact_scheme(features: Array) -> Scheme:
    """Return the scheme of exact unit features."""
    found = coarsest(features @ features.T, _EXACT)
    assert found is not None
    return found


@cache
def _exact(known: str) -> Scheme:
    return exact_scheme(NAMED[known]())


def _are(scheme: Scheme, features: Array, half_width: float) -> bool:
    """Whether a scheme is that of exact features, cosines included."""
    known = exact_scheme(features)
    if not np.array_equal(scheme.valencies, known.valencies):
        return False
    return bool(np.max(np.abs(scheme.cosines - known.cosines)) <= half_width)


def _unit(features: Array) -> Array:
    return np.asarray(features / np.linalg.norm(features, axis=1, keepdims=True))


def _subset(n: int, members: tuple[int, ...]) -> Array:
    found = np.zeros(n)
    found[list(members)] = 1.0
    return found


def _turned(corners: Array) -> Array:
    """Return corners with their coordinates in every cyclic order."""
    return np.concatenate([np.roll(corners, k, axis=1) for k in range(3)])


def _roots(dimension: int) -> Array:
    """Return all ± e_i ± e_j."""
    axes = np.eye(dimension)
    return np.array(
        [
            x * axes[i] + y * axes[j]
            for i, j in combinations(range(dimension), 2)
            for x, y in product((1.0, -1.0), repeat=2)
        ]
    )


def _lines(one: tuple[str, set[int]], other: tuple[str, set[int]]) -> float:
    """Return the overlap of two of the 27 lines: 1, −1/2 if they meet, 1/4 if they do not."""
    if one == other:
        return 1.0
    kinds, is_shared = {one[0], other[0]}, bool(one[1] & other[1])
    if len(kinds) == 1:
        meets = kinds == {"c"} and not is_shared
    else:
        meets = is_shared if "c" in kinds else not is_shared
    return -0.5 if meets else 0.25
