"""Toy models: ŷ = relu(WᵀW x + β) of features that are all alike, each active on its own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from superlaw.setting.case import case
from superlaw.setting.optimizer import Adam
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.validation.training.networks import SparseTrainer

EVEN = 1e-9
"""Frequencies i^-EVEN are all alike."""
START = 0.1
"""Norm of columns at the start: from longer ones fewer features are dropped, and later."""
RATES = (0.01, 0.002, 0.0005)
SHARES = (0.6, 0.2, 0.2)
"""Rates of Adam in turn, and the shares of the steps that each has."""


@dataclass(frozen=True)
class Toy:
    """A toy model.

    Parameters
    ----------
    n_features, width : int
    p : float
        Probability of each feature to be active.
    """

    n_features: int
    width: int
    p: float

    @property
    def task(self) -> PowerLawTask:
        """The task that it learns."""
        density = self.n_features * self.p
        return PowerLawTask(EVEN, n_features=self.n_features, activity="bernoulli", density=density)

    @property
    def student(self) -> Student:
        """The student at its start."""
        return Student(width=self.width, tied=True, init=START)

    def __str__(self) -> str:
        return f"{self.n_features} features in {self.width} dimensions, p = {self.p:g}"


@cache
def trained_toy(toy: Toy, entropy: int, start: int, steps: int, batch: int) -> NDArray[np.float64]:
    """Return the columns of a toy model after training, one feature a row.

    Parameters
    ----------
    toy : Toy
    entropy, start : int
        Root of all random streams, and which of its starts.
    steps, batch : int
    """
    kept, done = None, 0
    for k, (rate, share) in enumerate(zip(RATES, SHARES, strict=True)):
        studied = case(toy.task, toy.student, Adam(lr=rate, batch=batch))
        assert isinstance(studied.optimizer, Adam)  # as given
        generator = np.random.default_rng(np.random.SeedSequence(entropy, spawn_key=(start, k)))
        trainer = SparseTrainer(
            studied.task, studied.student, studied.optimizer, generator, np.array([1])
        )
        if kept is not None:
            trainer.restore(kept)
        done += round(share * steps)
        trainer.advance(done, done)
        kept = trainer.arrays()
    return trainer.columns
