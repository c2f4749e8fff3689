"""Direct training of a student without superposition: every entry of S, one pass over samples.

The error E = A − S is kept column by column: an input with few active features reads and writes
their columns only, so a sample costs (active features) × N and no zero is ever multiplied.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from superlaw.setting.optimizer import SGD
from superlaw.setting.task import Task
from superlaw.validation.training.kernels.full_rank import (
    population_loss,
    population_steps,
    sgd_steps,
)
from superlaw.validation.training.kernels.sampling import ladder

Array = NDArray[np.float64]


class FullRankTrainer:
    """A student S with N × N trained entries, from S = 0.

    Parameters
    ----------
    task : Task
    optimizer : SGD
    generator : numpy.random.Generator
        Source of all samples; its state is part of the resume file.
    tracked : ndarray
        Features whose mode s_i is reported, counted from 1.
    """

    def __init__(
        self,
        task: Task,
        optimizer: SGD,
        generator: np.random.Generator,
        tracked: NDArray[np.int64],
    ) -> None:
        index = np.arange(1.0, float(task.n_features or 0) + 1.0)
        self.optimizer, self.generator, self.tracked = optimizer, generator, tracked
        self.target = np.asarray(task.target(index))
        self.columns = np.diag(self.target)
        self.velocity = np.zeros_like(self.columns if optimizer.momentum else self.columns[:0])
        self.n_steps = 0
        self.one_active, self.law, self.ladder = task.activity == "one", task.law.code, ladder(task)
        self.mean = np.zeros_like(index) if self.one_active else np.asarray(task.mean(index))
        self.variance = np.asarray(task.second_moment(index)) - self.mean**2

    @property
    def position(self) -> float:
        """Steps taken."""
        return float(self.n_steps)

    def advance(self, goal: float, budget: int) -> None:
        """Take at most `budget` steps towards a number of steps."""
        n_steps = min(budget, round(goal) - self.n_steps)
        self.n_steps += n_steps
        lr, momentum, batch = self.optimizer.lr, self.optimizer.momentum, self.optimizer.batch
        moving = self.columns, self.velocity
        if batch is None:
            population_steps(*moving, self.variance, self.mean, lr, momentum, n_steps)
            return
        drawn = self.generator, self.one_active, self.law, self.ladder
        sgd_steps(*moving, *drawn, lr, momentum, batch, n_steps)

    def measure(self) -> dict[str, Array]:
        """Return the exact population loss and the tracked modes."""
        rows = self.tracked - 1
        return {
            "loss": np.asarray(population_loss(self.columns, self.variance, self.mean)),
            "modes": self.target[rows] - self.columns[rows, rows],
        }

    def arrays(self) -> dict[str, Array]:
        """Return what a resume file must hold besides the generator."""
        moving = {"columns": self.columns, "velocity": self.velocity}
        return moving | {"n_steps": np.asarray(self.n_steps)}

    def restore(self, arrays: dict[str, Array]) -> None:
        """Go on from a resume file."""
        self.columns = np.ascontiguousarray(arrays["columns"])
        self.velocity = np.ascontiguousarray(arrays["velocity"])
        self.n_steps = int(arrays["n_steps"])
