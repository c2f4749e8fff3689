"""What B of a flow is made of, and how alike that makes it at two times (R27 to R29)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from superlaw.curves import Array
from superlaw.setting.task import Task
from superlaw.solvers.closures.row_replica import HEAD, MOST_CLASSES, PER_DECADE
from superlaw.solvers.task_classes import fewest

CUTOFF = 1e-8
"""Squares of overlaps are solved without directions below this part of the largest."""


@dataclass(frozen=True)
class Composition:
    """B at each time: what features have put into it, and the size and angle of the rest.

    Attributes
    ----------
    parts : ndarray
        tr C(t) C(t')/K of what features have put in [time, time].
    rest : ndarray
        e, the rest of |B|²/K [time].
    turned : ndarray
        Angle through which the rest has turned [time].
    """

    parts: Array
    rest: Array
    turned: Array

    @property
    def norms(self) -> Array:
        """|B|²/K [time]."""
        return self.rest + np.diagonal(self.parts)

    def correlation(self, early: npt.NDArray[np.intp], late: int) -> Array:
        """Return that of a mark between early times and a late one (R29)."""
        fades = 1.0 / np.cosh(self.turned[late] - self.turned[early])
        together = self.parts[early, late] + np.sqrt(self.rest[early] * self.rest[late]) * fades
        return np.asarray(together / np.sqrt(self.norms[early] * self.norms[late]))


def fitted(B: Array, W: Array) -> Composition:
    """Return the sum over features of z w wᵀ nearest to B [time, K, K], and its rest."""
    square, width = (W.T @ W) ** 2, W.shape[0]
    z = np.linalg.lstsq(square, overlaps(B, W).T, rcond=CUTOFF)[0]
    rest = B - np.einsum("kl,lt,ml->tkm", W, z, W)
    norms = np.sum(rest**2, axis=(1, 2)) / width
    return Composition(z.T @ square @ z / width, norms, turned(rest))


def of(task: Task, B: Array, W: Array, exact: Composition) -> Composition:
    """Return the same from mean overlaps of feature classes alone (R27); the rest turns as it does.

    Where parts so estimated are more than B, there is no rest.
    """
    weight = fewest(task, head=HEAD, per_decade=PER_DECADE, most=MOST_CLASSES).weight
    starts = np.round(np.cumsum(weight) - weight).astype(int)
    mean = np.add.reduceat(overlaps(B, W), starts, axis=1) / np.diff(np.append(starts, W.shape[1]))
    return known(mean, weight, exact.norms, exact.turned, W.shape[0])


def known(s: Array, weight: Array, norms: Array, angle: Array, width: int) -> Composition:
    """Return it from mean overlaps [time, class], norms |B|²/K and the angle of the rest [time]."""
    parts = from_overlaps(s, weight, width)
    return Composition(parts, np.maximum(norms - np.diagonal(parts), 0.0), angle)


def from_overlaps(s: Array, weight: Array, width: int) -> Array:
    """Return tr C(t) C(t')/K [time, time] from overlaps [time, class] (R27, R28)."""
    total = s @ weight / (width + weight.sum() - 1.0)
    z = (s - total[:, None]) * width / (width - 1.0)
    return np.asarray((width - 1.0) / width**2 * (z * weight) @ z.T + np.outer(total, total))


def overlaps(B: Array, W: Array) -> Array:
    """Return wᵀ B w [time, feature]."""
    return np.asarray(np.einsum("kl,tkm,ml->tl", W, B, W, optimize=True))


def turned(matrices: Array) -> Array:
    """Return the angle through which a matrix [time, K, K] has turned since the first time."""
    steps = np.minimum(cosines(matrices[1:], matrices[:-1]), 1.0)
    return np.append(0.0, np.cumsum(np.arccos(steps)))


def cosines(first: Array, second: Array) -> Array:
    """Return the cosine of each entry of two arrays, along their first axis."""
    one, other = (x.reshape(len(x), -1) for x in (first, second))
    norms = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    return np.asarray(np.sum(one * other, axis=1) / norms)
