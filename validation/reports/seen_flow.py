"""A flow seen at many times, and its gates as what answers a response is made of (R31)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from superlaw.curves import Array
from superlaw.solvers.closures.row_replica import HEAD
from superlaw.solvers.closures.two_time import gates
from superlaw.solvers.closures.two_time.memory import Column
from superlaw.solvers.closures.two_time.rows_as_ones import Row
from superlaw.solvers.closures.two_time.times import backward_differences

Index = npt.NDArray[np.intp]
N_TAIL = 8
"""Classes of columns after the first `HEAD`, which have one each."""
SAMPLED, ENTRIES = 16, 1500
"""Columns drawn from each class of the tail, and entries drawn from all of theirs: few gates are
open late, and with a tenth as many what is left late scatters by a tenth."""


def classes(n_features: int) -> list[Index]:
    """Return which columns, counted from 0, are in each class."""
    tail = np.round(np.geomspace(HEAD, n_features, N_TAIL + 1)).astype(int)
    edges = np.unique(np.concatenate([np.arange(HEAD), tail]))
    return [np.arange(low, high) for low, high in pairwise(edges)]


@dataclass(frozen=True)
class SeenFlow:
    """States of a flow.

    Attributes
    ----------
    times : ndarray
        [time].
    W, p, target : ndarray
        Columns (K, N), frequencies and teacher's entries [feature].
    B, beta : ndarray
        [time, K, K] and [time, row].
    """

    times: Array
    W: Array
    p: Array
    target: Array
    B: Array
    beta: Array

    @property
    def width(self) -> int:
        """K."""
        return self.W.shape[0]

    @property
    def n_features(self) -> int:
        """N."""
        return self.W.shape[1]

    @cached_property
    def d(self) -> Array:
        """Differentiation in time [time, time]."""
        return backward_differences(self.times)

    @cached_property
    def parts(self) -> list[Index]:
        """Columns of each class."""
        return classes(self.n_features)

    @cached_property
    def of(self) -> Index:
        """Class of each column [feature]."""
        return np.repeat(np.arange(len(self.parts)), [len(part) for part in self.parts])

    @cached_property
    def U(self) -> Array:
        """B w_i [time, K, feature]."""
        return self.B @ self.W

    @cached_property
    def V(self) -> Array:
        """Bᵀ w_j [time, feature, K]."""
        return self.W.T @ self.B

    @cached_property
    def forces(self) -> Array:
        """D_ji of what is not their own [time, row, column]; 0 on the diagonal (R5)."""
        found = np.empty((len(self.times), *2 * self.W.shape[1:]))
        for n, U in enumerate(self.U):
            S, beta = self.W.T @ U, self.beta[n][:, None]
            _, m1, m2 = gates.moments(S, beta)
            found[n] = -self.p * (S * m2 + beta * m1)
            np.fill_diagonal(found[n], 0.0)
        return found

    @cached_property
    def own(self) -> Array:
        """s_i = w_iᵀ B w_i [time, feature]."""
        return np.asarray(np.einsum("ki,aki->ai", self.W, self.U))

    @cached_property
    def stiffness(self) -> Array:
        """κ_j = Σ_i p_i m_0, less the edge of the own entry that moves [time, row] (R38)."""
        found = -self.p * self.target * gates.edge(self.own, self.beta)
        for n, U in enumerate(self.U):
            found[n] += gates.moments(self.W.T @ U, self.beta[n][:, None])[0] @ self.p
        return found

    def column(self, columns: Index, generator: np.random.Generator) -> Column:
        """Return the entries of a class of columns, or a sample of them."""
        alone = len(columns) == 1
        drawn = columns if alone else generator.choice(columns, min(SAMPLED, len(columns)), False)
        found = []
        for i in drawn:
            rows = np.delete(np.arange(self.n_features), i)
            _, m1, m2 = gates.moments(self.U[:, :, i] @ self.W[:, rows], self.beta[:, rows])
            found.append((m1, m2, self.stiffness[:, rows]))
        together = [np.concatenate(parts, axis=1).T for parts in zip(*found, strict=True)]
        size = len(together[0])
        kept = np.arange(size) if alone else generator.choice(size, min(ENTRIES, size), False)
        m1, m2, stiffness = (np.ascontiguousarray(part[kept]) for part in together)
        p = float(self.p[columns].mean())
        return Column(m1, m2, stiffness, p, float(len(columns)), self.n_features - 1.0)

    def row(self, j: int) -> Row:
        """Return the entries of a row in all columns but its own."""
        others = np.delete(np.arange(self.n_features), j)
        S = (self.V[:, j] @ self.W[:, others]).T
        _, m1, m2 = (np.ascontiguousarray(part) for part in gates.moments(S, self.beta[:, j]))
        stiffness = np.ascontiguousarray(self.stiffness[:, j])
        return Row(m1, m2, stiffness, self.p[others], self.of[others])
