"""Association schemes: relations of cosines that close under products, and their eigenspaces."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Relation = NDArray[np.int64]
MOST_CLASSES = 12
"""Classes of cosines that are looked for: the codes that are known have five at most."""
LEAST_LEVEL = 0.1
"""An eigenspace is used if its level is above this part of the largest: noise lifts the others."""
WIDEST = 0.15
"""Half the width of any class, at most, however far apart classes are."""
LEAST_NOISY = 5
"""Features of several wide classes, at least: of four random ones in a plane 4 % would close."""
FLAT = 0.02
"""Levels that differ by less than this part, and twice the noise, are one."""
_WEIGHTS = np.sqrt(np.array([2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41], dtype=float))
"""Independent over the rationals: eigenspaces of the sum are those common to all relations."""


@dataclass(frozen=True, eq=False)
class Scheme:
    """A symmetric association scheme and the cosine of each of its relations.

    Parameters
    ----------
    cosines : ndarray, (k,)
        Rising.
    valencies : ndarray of int, (k,)
        How many features stand in each relation to one.
    noise : float
        Standard deviation of the cosines within their relations.
    P, Q : ndarray, (k + 1, k + 1)
        Eigenvalue of relation i on eigenspace j in P[j, i]; Q = n P⁻¹.
    multiplicities : ndarray of int, (k + 1,)
        Dimensions of the eigenspaces: first that of equal entries, then by level.
    """

    cosines: Array
    valencies: NDArray[np.int64]
    noise: float
    P: Array
    Q: Array
    multiplicities: NDArray[np.int64]

    @property
    def size(self) -> int:
        """Number of features."""
        return int(self.multiplicities.sum())

    @property
    def levels(self) -> Array:
        """Eigenvalues of the Gram matrix of unit features, P · (1, cosines)."""
        return np.asarray(self.P @ np.array([1.0, *self.cosines]))

    @property
    def used(self) -> NDArray[np.bool_]:
        """Which eigenspaces features have a part in."""
        return np.asarray(self.levels > LEAST_LEVEL * self.levels.max())

    @property
    def dimension(self) -> int:
        """Dimensions that the features span."""
        return int(self.multiplicities[self.used].sum())

    @property
    def capacity(self) -> float:
        """(Σ λ m)²/(d Σ λ² m) over the levels that are used."""
        lam, m = self.levels[self.used], self.multiplicities[self.used]
        return float((lam @ m) ** 2 / (lam**2 @ m) / m.sum())

    @property
    def is_localised(self) -> bool:
        """Whether the block is tight, so that every feature lies in one eigenspace."""
        lam = self.levels[self.used]
        return bool(np.ptp(lam) <= (FLAT + 2.0 * self.noise) * lam.mean())

    @property
    def krein(self) -> Array:
        """Krein parameters q_ij^k = Σ_l P_kl Q_li Q_lj/n, none negative, shape (k + 1,)·3."""
        return np.einsum("kl,li,lj->ijk", self.P, self.Q, self.Q) / self.size


def coarsest(cosine: Array, half_width: float) -> Scheme | None:
    """Return the scheme with the fewest relations that the cosines of features form.

    Sorted cosines are cut at their k − 1 largest gaps, for k = 1, 2, …; the first cut whose classes
    are narrow, or stand apart, and whose relations close under products is taken. Classes stand
    apart that are no wider than the least gap between them: the noise may be more than was thought.

    Parameters
    ----------
    cosine : ndarray, (n, n)
    half_width : float
        Half the width that noise may give to a class.
    """
    for width, gap, relation in _cuts(cosine):
        is_apart = width <= gap and _may_be_noisy(cosine, relation, half_width)
        if (width <= 2.0 * half_width or is_apart) and closes(relation):
            return _scheme(relation, cosine)
    return None


def _may_be_noisy(cosine: Array, relation: Relation, half_width: float) -> bool:
    """Whether relations that close prove anything where classes are wide.

    A single one always closes: its features must add up to 0, as those of a simplex do. Few do so
    often.
    """
    n = len(cosine)
    if relation.max() == 1:
        return bool(cosine.sum() <= half_width * n * (n - 1.0))
    return n >= LEAST_NOISY


def closes(relation: Relation) -> bool:
    """Whether A_i A_j is in the span of all A: an integer test, exact."""
    parts = _adjacency(relation)
    if any(np.ptp(part.sum(axis=0)) for part in parts):
        return False
    where = [relation == k for k in range(len(parts))]
    return all(
        not np.ptp(product[inside])
        for i, left in enumerate(parts[1:], start=1)
        for right in parts[i:]
        for product in (left @ right,)
        for inside in where
    )


def _cuts(cosine: Array) -> Iterator[tuple[float, float, Relation]]:
    """Yield the widest class, the least gap and the relations of cuts, from coarse to fine.

    Relations off the diagonal are numbered from 1.
    """
    n = len(cosine)
    pairs = np.triu_indices(n, 1)
    values = np.sort(cosine[pairs])
    gaps = np.diff(values)
    order = np.argsort(-gaps, kind="stable")
    for k in range(1, min(MOST_CLASSES, len(values)) + 1):
        edges = np.sort(order[: k - 1])
        first, last = np.concatenate([[0], edges + 1]), np.concatenate([edges, [len(gaps)]])
        width = float(np.max(values[last] - values[first]))
        if width > 2.0 * WIDEST:
            continue
        middles = 0.5 * (values[edges] + values[edges + 1])
        relation = np.searchsorted(middles, cosine) + 1
        np.fill_diagonal(relation, 0)
        yield width, float(gaps[edges].min(initial=np.inf)), relation


def _adjacency(relation: Relation) -> list[Array]:
    return [(relation == k).astype(np.float64) for k in range(relation.max() + 1)]


def _scheme(relation: Relation, cosine: Array) -> Scheme:
    """Return a scheme with its common eigenspaces."""
    parts = _adjacency(relation)
    means = np.array([cosine[relation == k].mean() for k in range(1, len(parts))])
    off = relation > 0
    noise = float((cosine[off] - means[relation[off] - 1]).std())
    P, multiplicities = _eigenspaces(parts)
    order = np.lexsort((-P[:, -1], -np.round(P @ np.array([1.0, *means]), 6)))
    trivial = int(np.argmax(np.isclose(P[:, 1:].sum(axis=1), len(relation) - 1.0)))
    order = np.array([trivial, *(j for j in order if j != trivial)])
    P = P[order]
    valencies = np.rint(P[0, 1:]).astype(np.int64)
    Q = np.asarray(len(relation) * np.linalg.inv(P), dtype=np.float64)
    return Scheme(means, valencies, noise, P, Q, multiplicities[order])


def _eigenspaces(parts: list[Array]) -> tuple[Array, NDArray[np.int64]]:
    """Return the eigenvalues of all relations on their common eigenspaces, and dimensions."""
    total = sum(weight * part for weight, part in zip(_WEIGHTS, parts, strict=False))
    values, vectors = np.linalg.eigh(total)
    cuts = np.sort(np.argsort(-np.diff(values))[: len(parts) - 1]) + 1
    spaces = np.split(vectors, cuts, axis=1)
    sizes = np.array([space.shape[1] for space in spaces])
    P = np.array([[np.einsum("ia,ij,ja->", v, A, v) / v.shape[1] for A in parts] for v in spaces])
    return P, sizes
