"""What a sum over the features of a task runs over: every feature, or classes of like ones.

The features of a power law are a quadrature in their index (`feature_classes`); measured ones are
put together where frequency and importance are nearly the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from superlaw.curves import Array
from superlaw.setting.amplitude import AmplitudeLaw
from superlaw.setting.measured import MeasuredTask
from superlaw.setting.task import Task
from superlaw.solvers.feature_classes import (
    FeatureClasses,
    all_features,
    coarse_classes,
    coarser_classes,
    feature_classes,
)

EACH_BELOW = 8192
"""Below this many measured features each is its own class."""
FINE, COARSER = 512.0, (256.0, 320.0)
"""Classes a decade of measured frequencies: of sums, and of what tells their error."""
FEW = 48.0
"""The same where each class costs a lot."""
HEAD, MOST = 128, 10**9


@dataclass(frozen=True)
class TaskClasses:
    """Classes of features with Σ_g n_g f(p_g, a_g) ≈ Σ_{i≤N} f(p_i, a_i).

    Parameters
    ----------
    p, target, weight : ndarray
        Frequency, teacher's entry and number of features of each class, shape (G,).
    law : AmplitudeLaw
    is_exact : bool
        Whether every feature is its own class.
    """

    p: Array
    target: Array
    weight: Array
    law: AmplitudeLaw
    is_exact: bool

    def __len__(self) -> int:
        return len(self.p)

    @property
    def lam(self) -> Array:
        """λ = E[x²]."""
        return self.law.moment(2) * self.p

    @property
    def mean(self) -> Array:
        """E[x]."""
        return self.law.moment(1) * self.p

    @property
    def fourth(self) -> Array:
        """E[x⁴]."""
        return self.law.moment(4) * self.p


def every_feature(task: Task) -> TaskClasses:
    """Return every feature as its own class."""
    return _on(task, all_features(task.n_features or 0))


def usual(task: Task, *, is_forced: bool = False) -> TaskClasses:
    """Return the classes that sums run over unless something else is asked for.

    Parameters
    ----------
    task : Task
    is_forced : bool
        Put measured features together also where they are few.
    """
    if isinstance(task, MeasuredTask):
        each = task.n_features < EACH_BELOW and not is_forced
        return every_feature(task) if each else _cells(task, FINE)
    return _on(task, feature_classes(task.n_features or 0))


def coarser(task: Task) -> tuple[TaskClasses, ...]:
    """Return coarser classes, whose difference from the usual ones tells the error of these."""
    if isinstance(task, MeasuredTask):
        return tuple(_cells(task, steps) for steps in COARSER)
    return tuple(_on(task, classes) for classes in coarser_classes(task.n_features or 0))


def few(task: Task) -> TaskClasses:
    """Return classes for methods in which each costs a lot."""
    return _cells(task, FEW) if isinstance(task, MeasuredTask) else usual(task)


def fewest(task: Task, *, head: int, per_decade: int, most: int) -> TaskClasses:
    """Return classes for closures: single features, and few classes of the rest.

    Parameters
    ----------
    task : Task
    head, per_decade : int
        Single features, and classes a decade of the index, or of measured frequencies.
    most : int
        Measured targets are told apart as finely as leaves at most so many classes.
    """
    if isinstance(task, MeasuredTask):
        return _cells(task, float(per_decade), head, most)
    return _on(task, coarse_classes(task.n_features or 0, head=head, per_decade=per_decade))


def _on(task: Task, classes: FeatureClasses) -> TaskClasses:
    p, target = np.asarray(task.probability(classes.index)), np.asarray(task.target(classes.index))
    return TaskClasses(p, target, classes.weight, task.law, classes.is_exact)


def _cells(task: MeasuredTask, steps: float, head: int = HEAD, most: int = MOST) -> TaskClasses:
    cells = task.cells(head=head, per_decade=steps, most=most)
    return TaskClasses(*cells, task.law, len(cells[0]) == task.n_features)
