"""Feature classes: a quadrature that stands for the sum over N features.

Neighbouring rare features behave alike, so a sum over them is an integral over log i. A head and a
tail of single features take the ends of the spectrum; in between, Gauss-Legendre nodes carry
multiplicities. The midpoint rule's end corrections (Euler-Maclaurin) are folded into the weights
next to the joints, which makes the error fall with the fifth power of the head's length.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from superlaw.arguments import whole
from superlaw.curves import Array

DIRECT_BELOW = 1024
"""Below this many features every feature is its own class."""
_END_POINTS = 5
_MIDPOINT_TERMS = {1: 1 / 24, 3: -7 / 960}  # k!·(coefficient of f^(k)) in the midpoint rule


@dataclass(frozen=True)
class FeatureClasses:
    """Nodes and multiplicities with Σ_g n_g f(i_g) ≈ Σ_{i≤N} f(i).

    Parameters
    ----------
    index : ndarray
        Feature index of each class, whole in head and tail, shape (G,) [dimensionless].
    weight : ndarray
        Multiplicity of each class, shape (G,), positive, adding up to N.
    n_features : int
        N.
    """

    index: Array
    weight: Array
    n_features: int

    @property
    def is_exact(self) -> bool:
        """Whether every feature is its own class."""
        return len(self.index) == self.n_features


def feature_classes(
    n_features: int, *, head: int = 128, tail: int = 32, per_decade: int = 32
) -> FeatureClasses:
    """Return classes for N features.

    Parameters
    ----------
    n_features : int
        N.
    head, tail : int
        Single features at the frequent and at the rare end.
    per_decade : int
        Gauss-Legendre nodes a decade of i in between, in panels of at most a decade.

    Returns
    -------
    FeatureClasses
        Every feature its own class for N below `DIRECT_BELOW`.

    Raises
    ------
    ArgumentError
        If an argument is outside its rule.

    Examples
    --------
    >>> classes = feature_classes(10**12)
    >>> len(classes.index), float(round(classes.weight.sum() / 1e12, 12))
    (480, 1.0)
    """
    n = whole("n_features", n_features, "Give a number of features, e.g. 1e6.")
    enough = f"Use at least {_END_POINTS}."
    head = whole("head", head, enough, minimum=_END_POINTS)
    tail = whole("tail", tail, enough, minimum=_END_POINTS)
    per_decade = whole("per_decade", per_decade, "Use at least 4.", minimum=4)
    if n < max(DIRECT_BELOW, 2 * (head + tail)):
        return all_features(n)
    nodes, weights = _panels(head + 0.5, n - tail + 0.5, per_decade)
    ends = _end_corrections()
    first, last = np.ones(head), np.ones(tail)
    first[: -_END_POINTS - 1 : -1] += ends
    last[:_END_POINTS] += ends
    rare = n - tail + np.arange(1.0, tail + 1.0)
    index = np.concatenate([np.arange(1.0, head + 1.0), nodes, rare])
    return FeatureClasses(index, np.concatenate([first, weights, last]), n)


def coarse_classes(n_features: int, *, head: int, per_decade: int) -> FeatureClasses:
    """Return a head of single features and panels for the rest, without end corrections.

    A relative error of 1e-4 in sums of powers of i, for closures whose own error is larger.

    Examples
    --------
    >>> len(coarse_classes(10**6, head=12, per_decade=6).index)
    42
    """
    n = whole("n_features", n_features, "Give a number of features, e.g. 1e6.")
    if n <= head + per_decade:
        return all_features(n)
    nodes, weights = _panels(head + 0.5, n + 0.5, per_decade)
    index = np.concatenate([np.arange(1.0, head + 1.0), nodes])
    return FeatureClasses(index, np.concatenate([np.ones(head), weights]), n)


def coarser_classes(n_features: int) -> tuple[FeatureClasses, FeatureClasses]:
    """Return two coarser quadratures, so that an error that changes sign hides from one only."""
    return (
        feature_classes(n_features, head=64, tail=16, per_decade=24),
        feature_classes(n_features, head=48, tail=12, per_decade=20),
    )


def relative_difference(other: Array, loss: Array) -> Array:
    """Return |other − loss|/loss, 0 where both have underflowed."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(other == loss, 0.0, np.abs(other - loss) / np.abs(loss))


def all_features(n_features: int) -> FeatureClasses:
    """Return every feature as its own class."""
    return FeatureClasses(np.arange(1.0, n_features + 1.0), np.ones(n_features), n_features)


def _panels(start: float, end: float, per_decade: int) -> tuple[Array, Array]:
    """Return Gauss-Legendre nodes in log i and multiplicities i d(log i) on [start, end]."""
    low, high = np.log(start), np.log(end)
    n_panels = max(1, int(np.ceil((high - low) / np.log(10.0))))
    x, w = np.polynomial.legendre.leggauss(per_decade)
    edges = np.linspace(low, high, n_panels + 1)
    half = 0.5 * np.diff(edges)[:, None]
    u = (edges[:-1, None] + half * (1.0 + x)).ravel()
    index = np.exp(u)
    return index, (half * w).ravel() * index


def _end_corrections() -> Array:
    """Return what the last features before a joint add to their weight.

    Σ_{i>M} f = ∫_{M+½} f + f'(M+½)/24 − 7 f'''(M+½)/5760 + …, derivatives taken from the features
    M, M − 1, … so that polynomials of degree 4 are summed exactly.
    """
    distance = -(np.arange(_END_POINTS) + 0.5)
    powers = np.vander(distance, _END_POINTS, increasing=True).T
    wanted = np.zeros(_END_POINTS)
    for order, term in _MIDPOINT_TERMS.items():
        wanted[order] = term
    return np.linalg.solve(powers, wanted)
