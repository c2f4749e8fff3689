"""Features of nearly the same frequency as one class: sums over classes are those over features."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from superlaw.curves import Array

HEAD, PER_DECADE = 12, 12
"""Features that are a class each, and classes a decade of ranks after them."""


@dataclass(frozen=True)
class Classes:
    """Classes of consecutive features that share norm and bias.

    Parameters
    ----------
    n : ndarray, (classes,)
        Features of each.
    total : ndarray, (classes,)
        Their frequencies together.
    """

    n: NDArray[np.int64]
    total: Array

    @classmethod
    def of(cls, p: Array) -> Classes:
        """Return the classes of descending frequencies; equal ones are never split."""
        ranks = np.unique(np.round(np.geomspace(HEAD, max(len(p), HEAD), _count(len(p)))))
        edges = np.concatenate([np.arange(HEAD), ranks]).astype(int)
        edges = np.unique(np.append(edges[edges < len(p)], len(p)))
        changes = np.concatenate([[True], p[1:] < p[:-1], [True]])
        kept = edges[changes[edges]]
        starts, n = kept[:-1], np.diff(kept)
        return cls(n, np.add.reduceat(p, starts))

    @property
    def p(self) -> Array:
        """Mean frequency of each class."""
        return np.asarray(self.total / self.n)

    @property
    def pairs(self) -> Array:
        """Weights Σ_{j in c} Σ_{i in d, i ≠ j} p_i of the pairs (c, d)."""
        weights = np.outer(self.n, self.total)
        weights[np.diag_indices_from(weights)] -= self.total
        return np.asarray(weights)

    def spread(self, values: Array) -> Array:
        """Return the value of its class for every feature."""
        return np.repeat(values, self.n)


def _count(n: int) -> int:
    return 2 + int(PER_DECADE * np.log10(max(n / HEAD, 1.0)))
