"""Direct training of a student without superposition: every entry of S, one pass over samples.

The error E = A − S is kept column by column: an input with few active features reads and writes
their columns only, so a sample costs (active features) × N and no zero is ever multiplied.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from superlaw.compiled import kernel
from superlaw.setting.optimizer import SGD
from superlaw.setting.task import PowerLawTask
from superlaw.validation.training.kernels.sampling import draw, ladder

Array = NDArray[np.float64]


@kernel()
def sgd_steps(columns, velocity, generator, one_active, law, ladder, lr, momentum, batch, n_steps):
    """Take SGD steps on fresh samples, U ← m U − (η/B) Σ_b (E x_b) x_bᵀ and E ← E + U.

    Parameters
    ----------
    columns : ndarray, (N, N)
        Row k is column k of E; changed in place.
    velocity : ndarray, (N, N)
        The same of U; not used, of any shape, for m = 0.
    generator : numpy.random.Generator
    one_active, law, ladder
        What to draw, see `sampling.draw`.
    lr, momentum : float
    batch, n_steps : int
    """
    n = columns.shape[0]
    moved = velocity if momentum > 0.0 else columns
    index, amplitude = np.empty(batch * n, np.int64), np.empty(batch * n)
    starts, residual = np.empty(batch + 1, np.int64), np.empty((batch, n))
    for _ in range(n_steps):
        starts[0] = 0
        for sample in range(batch):
            starts[sample + 1] = draw(
                generator, one_active, law, ladder, index, amplitude, starts[sample]
            )
            residual[sample] = 0.0
            for k in range(starts[sample], starts[sample + 1]):
                for j in range(n):
                    residual[sample, j] += amplitude[k] * columns[index[k], j]
        if momentum > 0.0:
            velocity *= momentum
        for sample in range(batch):
            for k in range(starts[sample], starts[sample + 1]):
                pull = lr / batch * amplitude[k]
                for j in range(n):
                    moved[index[k], j] -= pull * residual[sample, j]
        if momentum > 0.0:
            columns += velocity


@kernel()
def population_steps(columns, velocity, variance, mean, lr, momentum, n_steps):
    """Take steps down the population gradient, U ← m U − η E Σ with Σ = diag(c) + μμᵀ."""
    n = columns.shape[0]
    pull = np.empty(n)
    for _ in range(n_steps):
        pull[:] = 0.0
        for k in range(n):
            if mean[k] != 0.0:
                for j in range(n):
                    pull[j] += mean[k] * columns[k, j]
        for k in range(n):
            for j in range(n):
                step = -lr * (variance[k] * columns[k, j] + mean[k] * pull[j])
                if momentum > 0.0:
                    step += momentum * velocity[k, j]
                    velocity[k, j] = step
                columns[k, j] += step


@kernel()
def population_loss(columns, variance, mean):
    """Return ½ tr(E Σ Eᵀ), exactly."""
    n = columns.shape[0]
    pull, total = np.zeros(n), 0.0
    for k in range(n):
        square = 0.0
        for j in range(n):
            square += columns[k, j] * columns[k, j]
            pull[j] += mean[k] * columns[k, j]
        total += variance[k] * square
    return 0.5 * (total + np.sum(pull * pull))


class FullRankTrainer:
    """A student S with N × N trained entries, from S = 0.

    Parameters
    ----------
    task : PowerLawTask
    optimizer : SGD
    generator : numpy.random.Generator
        Source of all samples; its state is part of the resume file.
    tracked : ndarray
        Features whose mode s_i is reported, counted from 1.
    """

    def __init__(
        self,
        task: PowerLawTask,
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
