"""Columns in random directions, independent features: own and other outputs apart (H17, closure).

The other active features of an input leave h = Σ x_k e_k, of a random direction and a length that
is drawn, so that an output sees u = |h| ξ with ξ the cosine of two random directions:

    L = Σ_j (1 − p_j) E(s u + b_j)₊² + p_j E A(s, s u + b_j)

with one gain s for all and a bias b_j for each frequency class. Directions of the own and of the
other features are taken as independent, and h is drawn with all features.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from superlaw.curves import Array
from superlaw.solvers.width.classes import Classes
from superlaw.solvers.width.cosines import positive_nodes
from superlaw.solvers.width.outputs import own_cost

DRAWS = 100_000
"""Inputs whose |h| is drawn."""
_BINS, _GAINS = 1500, np.geomspace(0.1, 4.0, 14)
_THRESHOLDS = np.linspace(0.0, 1.0, 161) ** 2
"""Thresholds tried, in units of the largest drive."""
KEPT = 64
"""Codes that are kept: a law asks for one a width, and training starts from the same."""
ENTROPY = 0
"""The draws are the same in every call, so that losses are too."""


def coactive_random_code(p: Array, m: int) -> tuple[float, float, Array]:
    """Return loss, gain and biases of random directions with independent features.

    Parameters
    ----------
    p : ndarray, (n,)
        Probabilities of being active, descending.
    m : int
        Dimensions, at least 2.
    """
    loss, gain, biases = _solved(np.asarray(p, dtype=np.float64).tobytes(), m, ENTROPY)
    return loss, gain, biases.copy()


@lru_cache(maxsize=KEPT)
def _solved(content: bytes, m: int, entropy: int) -> tuple[float, float, Array]:
    """Return loss, gain and biases for probabilities given by their bytes."""
    p = np.frombuffer(content)
    classes = Classes.of(p)
    u, weight = _drives(p, m, entropy)

    def of_gain(s: float) -> float:
        return float(classes.n @ _losses(s, classes.p, u, weight)[0])

    k = min(max(int(np.argmin([of_gain(s) for s in _GAINS])), 1), len(_GAINS) - 2)
    bounds = (_GAINS[k - 1], _GAINS[k + 1])
    found = minimize_scalar(of_gain, bounds=bounds, method="bounded", options={"xatol": 1e-3})
    losses, thresholds = _losses(found.x, classes.p, u, weight)
    return float(classes.n @ losses), float(found.x), classes.spread(-thresholds)


def _losses(s: float, p: Array, u: Array, weight: Array) -> tuple[Array, Array]:
    """Return the least loss of an output of each class, and the threshold that has it."""
    thresholds = s * max(float(u[-1]), 2.0) * _THRESHOLDS
    drive = s * u - thresholds[:, None]
    silent = (np.maximum(drive, 0.0) ** 2) @ weight
    own = own_cost(s, drive) @ weight
    losses = np.outer(1.0 - p, silent) + np.outer(p, own)
    best = np.clip(np.argmin(losses, axis=1), 1, len(thresholds) - 2)
    return _vertices(thresholds, losses, best)


def _vertices(x: Array, rows: Array, middle: NDArray[np.int64]) -> tuple[Array, Array]:
    """Return the least value of a parabola through three neighbours in each row, and its place."""
    row = np.arange(len(rows))
    (x_0, x_1, x_2), (y_0, y_1, y_2) = (
        [x[middle + k] for k in (-1, 0, 1)],
        [rows[row, middle + k] for k in (-1, 0, 1)],
    )
    left, right = (y_1 - y_0) / (x_1 - x_0), (y_2 - y_1) / (x_2 - x_1)
    bend = (right - left) / (x_2 - x_0)
    place = np.where(bend > 0.0, 0.5 * (x_0 + x_1 - left / np.where(bend > 0.0, bend, 1.0)), x_1)
    place = np.clip(place, x_0, x_2)
    return y_0 + left * (place - x_0) + bend * (place - x_0) * (place - x_1), place


def _drives(p: Array, m: int, entropy: int) -> tuple[Array, Array]:
    """Return values of u = |h| ξ, ascending, and their weights: |h| drawn, ξ integrated over."""
    size = np.sort(_lengths(p, m, np.random.default_rng(entropy)))
    top = DRAWS - DRAWS // 100
    groups = [*np.array_split(size[:top], 300), *np.array_split(size[top:], 200)]
    length = np.array([np.sqrt(np.mean(group**2)) for group in groups])
    share = np.array([len(group) for group in groups]) / DRAWS
    xi, chance = positive_nodes(np.zeros(1), m)
    u, weight = np.outer(length, xi[0]).ravel(), np.outer(share, chance[0]).ravel()
    edges = np.linspace(0.0, u.max() * (1.0 + 1e-12), _BINS + 1)
    where = np.digitize(u, edges) - 1
    total = np.bincount(where, weight, _BINS)
    middle = np.bincount(where, weight * u, _BINS)[total > 0.0] / total[total > 0.0]
    total = total[total > 0.0]
    return np.concatenate([-middle[::-1], middle]), np.concatenate([total[::-1], total])


def _lengths(p: Array, m: int, generator: np.random.Generator) -> Array:
    """Return |h| of inputs: features that a Poisson process on −Σ ln(1 − p) hits, added one by one.

    A random direction of length x makes |h|² grow by x² + 2 x |h| ξ.
    """
    ladder = np.cumsum(-np.log1p(-p))
    hits = generator.poisson(ladder[-1], DRAWS)
    feature = np.searchsorted(ladder, ladder[-1] * generator.random(hits.sum()))
    active = np.unique(np.repeat(np.arange(DRAWS), hits) * len(p) + feature) // len(p)
    place = np.arange(len(active)) - np.searchsorted(active, active)
    square = np.zeros(DRAWS)
    for k in range(int(place.max(initial=-1)) + 1):
        owner = active[place == k]
        x = 2.0 * generator.random(len(owner))
        xi = _cosines(len(owner), m, generator)
        square[owner] += x * x + 2.0 * x * np.sqrt(square[owner]) * xi
    return np.sqrt(np.maximum(square, 0.0))


def _cosines(count: int, m: int, generator: np.random.Generator) -> Array:
    """Return cosines of independent random directions."""
    size = np.sqrt(generator.beta(0.5, (m - 1) / 2.0, count))
    return np.where(generator.random(count) < 0.5, -size, size)
