"""Rows that stand for a class, their entries, and the standard normals their fields are made of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from superlaw.curves import Array
from superlaw.setting.task import Task
from superlaw.solvers.closures.row_replica import HEAD, MOST_CLASSES, PER_DECADE
from superlaw.solvers.task_classes import TaskClasses, fewest

Index = npt.NDArray[np.int64]
N_ROWS, LEAST_ROWS = 256, 6
"""Rows of classes with many features, about, and of any class at least."""
MOST_ENTRIES = 200
"""Of a class of columns in a row: a few large entries move its bias, so that with a tenth of them
rows die that do not [measured]."""
MOST_ASKED = 2
"""Entries of a class in a row whose answers are followed."""
EDGE = 1e-9
"""How near a probability comes to 0 or 1 at most."""


@dataclass(frozen=True)
class Sample:
    """Replicas of rows with some of their entries; entry 0 is their own.

    Parameters
    ----------
    classes : TaskClasses
    """

    classes: TaskClasses

    @cached_property
    def n_head(self) -> int:
        """Single features H, of a class each."""
        return min(HEAD, len(self.classes))

    @cached_property
    def count(self) -> Index:
        """Entries of each class [class]."""
        return np.clip(self.classes.weight, 1.0, MOST_ENTRIES).astype(np.int64)

    @cached_property
    def first(self) -> Index:
        """First entry of each class [class]."""
        return 1 + np.cumsum(self.count) - self.count

    @cached_property
    def column(self) -> Index:
        """Class of each entry, −1 for the own one [entry]."""
        return np.concatenate([[-1], np.repeat(np.arange(len(self.count)), self.count)])

    @cached_property
    def n_rows(self) -> Index:
        """Replicas of each class: as many as weigh alike where features are many [class]."""
        n = self.classes.weight
        many = n[self.n_head :].sum()
        wanted = np.round(n * (N_ROWS / many)) if many else np.zeros_like(n)
        return np.maximum(wanted, LEAST_ROWS).astype(np.int64)

    @cached_property
    def of(self) -> Index:
        """Class of each replica [row]."""
        return np.repeat(np.arange(len(self.n_rows)), self.n_rows)

    @cached_property
    def share(self) -> Array:
        """Part of its class that a replica stands for [row]."""
        return 1.0 / self.n_rows[self.of]

    @cached_property
    def weight(self) -> Array:
        """Columns that an entry stands for [row, entry]."""
        column = self.column[1:]
        others = self.classes.weight[column] - (self.of[:, None] == column)
        return np.hstack([np.ones((len(self.of), 1)), others / self.count[column]])

    @cached_property
    def asked(self) -> Index:
        """Entries whose answers are followed: the own one, and some of each class."""
        some = [first + np.arange(n) for first, n in zip(self.first, self.n_asked, strict=True)]
        return np.concatenate([[0], *some])

    @cached_property
    def n_asked(self) -> Index:
        """Of each class [class]."""
        return np.minimum(self.count, MOST_ASKED)

    @cached_property
    def asked_weight(self) -> Array:
        """Columns that each of them stands for [row, entry asked]."""
        column = self.column[self.asked[1:]]
        more = np.concatenate([[1.0], self.count[column] / self.n_asked[column]])
        return np.ascontiguousarray(self.weight[:, self.asked] * more)

    def marks(self, n_times: int, generator: np.random.Generator) -> tuple[Array, Array]:
        """Return standard normals of entries [row, entry, time] and of overlaps [row, entry].

        Stratified: over all rows by their weights where a column is single, and over rows and
        columns of two classes otherwise. Independent ones would scatter several times as much.
        """
        drawn = np.empty((len(self.of), len(self.column), n_times + 1))
        weights = self.classes.weight[self.of] * self.share
        for entry in range(1 + self.n_head):
            drawn[:, entry] = stratified(weights, n_times + 1, generator)
        for g, start in enumerate(np.cumsum(self.n_rows) - self.n_rows):
            of_class = slice(start, start + self.n_rows[g])
            for h in range(self.n_head, len(self.count)):
                shape = self.n_rows[g], self.count[h]
                alike = np.ones(shape[0] * shape[1])
                entries = slice(self.first[h], self.first[h] + self.count[h])
                normal = stratified(alike, n_times + 1, generator)
                drawn[of_class, entries] = normal.reshape(*shape, n_times + 1)
        return np.ascontiguousarray(drawn[..., :-1]), np.ascontiguousarray(drawn[..., -1])


def sample(task: Task) -> Sample:
    """Return the sample that stands for a task."""
    return Sample(fewest(task, head=HEAD, per_decade=PER_DECADE, most=MOST_CLASSES))


def stratified(weights: Array, count: int, generator: np.random.Generator) -> Array:
    """Return `count` samples of a standard normal [member, sample], one member to a stratum.

    The strata are as wide as members weigh, and in another order each time; the place in a stratum
    is random, as its middle would cut the tails.
    """
    part = weights / weights.sum()
    orders = generator.permuted(np.tile(np.arange(len(part)), (count, 1)), axis=1)
    ends = np.cumsum(part[orders], axis=1)
    inside = ends - part[orders] * generator.random(ends.shape)
    found = np.empty_like(inside)
    np.put_along_axis(found, orders, inside, axis=1)
    return np.asarray(ndtri(np.clip(found, EDGE, 1.0 - EDGE))).T


def modes(columns_per_dimension: float, count: int) -> Array:
    """Return equally likely eigenvalues of W Wᵀ of many random unit columns, N/K ≥ 1 on average.

    Means of equal parts of the law of Marchenko and Pastur.

    Examples
    --------
    >>> modes(4.0, 2).round(3)
    array([2.331, 5.669])
    """
    root, angle = np.sqrt(columns_per_dimension), (np.arange(20000) + 0.5) * (np.pi / 20000)
    level = 1.0 + columns_per_dimension - 2.0 * root * np.cos(angle)
    density = np.sin(angle) ** 2 / level
    total = np.cumsum(density)
    part = np.minimum((count * total / total[-1] * (1.0 - EDGE)).astype(int), count - 1)
    means = np.bincount(part, density * level) / np.bincount(part, density)
    return np.asarray(means * columns_per_dimension / means.mean())
