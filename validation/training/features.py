"""The features of a student under population flow: single ones, or classes with multiplicities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superlaw.setting.amplitude import AmplitudeLaw
from superlaw.setting.task import Task

Array = NDArray[Any]


@dataclass(frozen=True)
class Features:
    """What a flow has to know of its features.

    Parameters
    ----------
    p : ndarray, (N,)
        Probability of one feature.
    target : ndarray, (N,)
        Its teacher's entry a_i.
    n : ndarray, (N,)
        How many features like it there are.
    law : AmplitudeLaw
    """

    p: Array
    target: Array
    n: Array
    law: AmplitudeLaw

    @classmethod
    def of(cls, task: Task, dtype: Any = np.float64) -> Features:
        """Return every feature of a task."""
        index = np.arange(1.0, (task.n_features or 0) + 1.0)
        p, target = task.probability(index), task.target(index)
        return cls(p, target, np.ones(len(index)), task.law).cast(dtype)

    @classmethod
    def of_blocks(cls, task: Task, edges: NDArray[np.int64], dtype: Any) -> Features:
        """Return blocks of neighbouring features as classes, Σ p_i and Σ p_i a_i² kept.

        Parameters
        ----------
        task : Task
        edges : ndarray of int, (M + 1,)
            0, where blocks end, and N.
        dtype : type
        """
        index = np.arange(1.0, edges[-1] + 1.0)
        p, target = task.probability(index), task.target(index)
        n = np.diff(edges).astype(np.float64)
        each, learned = (np.add.reduceat(x, edges[:-1]) for x in (p, p * target * target))
        return cls(each / n, np.sqrt(learned / each), n, task.law).cast(dtype)

    def cast(self, dtype: Any) -> Features:
        """Return the same in another precision."""
        p, target, n = (np.ascontiguousarray(x, dtype) for x in (self.p, self.target, self.n))
        return Features(p, target, n, self.law)

    @property
    def lam(self) -> Array:
        """Second moments λ_i = p_i E[v²] of the inputs, in double precision."""
        return np.asarray(self.law.moment(2) * self.p.astype(np.float64))

    @property
    def silent_loss(self) -> float:
        """Loss of a student that says nothing, ½ Σ n_i λ_i a_i²."""
        return float(0.5 * np.sum(self.n * self.lam * self.target.astype(np.float64) ** 2))
