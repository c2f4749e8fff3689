"""The population loss of a network: exact for one active feature, else on a test set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superlaw.setting.student import Student
from superlaw.setting.task import Task
from superlaw.validation.training.kernels.batches import (
    Batch,
    draw_batch,
    new_batch,
    sample_losses,
)
from superlaw.validation.training.kernels.entries import linear_descent, relu_descent
from superlaw.validation.training.kernels.sampling import ladder
from superlaw.validation.training.observables import dead_fraction

Array = NDArray[Any]
Meter = Callable[[Array, Array], dict[str, Array]]
"""meter(S, β) returns the loss and further observables."""
N_TEST = 4096
"""Samples of a test set."""


def loss_meter(task: Task, student: Student, generator: np.random.Generator) -> Meter:
    """Return what measures the loss of a student on a task."""
    if task.activity == "one":
        return ExactLoss(task, student)
    return SampledLoss(task, student, generator)


class ExactLoss:
    """L and its gradient in closed form, one active feature (R1, R4, R5).

    Parameters
    ----------
    task : Task
    student : Student
        With every choice made.
    dtype : type
        Of the arrays it is given.
    """

    def __init__(self, task: Task, student: Student, dtype: Any = np.float64) -> None:
        n = task.n_features or 0
        index = np.arange(1.0, n + 1.0)
        self.p = np.asarray(task.probability(index), dtype=dtype)
        self.target = np.asarray(task.target(index), dtype=dtype)
        self.law, self.is_relu = task.law, student.activation == "relu"
        self.descent = np.empty((n, n), dtype=dtype)
        self.losses = np.zeros(2)

    def descend(self, S: Array, beta: Array, bias_descent: Array) -> Array:
        """Return −∂L/∂S, fill −∂L/∂β and keep the two losses."""
        if self.is_relu:
            relu_descent(
                S, beta, self.p, self.target, self.law.code, self.descent, bias_descent, self.losses
            )
        else:
            mean, second = self.law.moment(1), self.law.moment(2)
            linear_descent(
                S, beta, self.p, self.target, mean, second, self.descent, bias_descent, self.losses
            )
        return self.descent

    def __call__(self, S: Array, beta: Array) -> dict[str, Array]:
        """Return the loss, its two parts and the fraction of dead units."""
        self.descend(S, beta, np.empty_like(beta))
        dead = dead_fraction(self.law.code, np.diag(S), beta) if self.is_relu else 0.0
        return {
            "loss": np.asarray(self.losses.sum()),
            "loss_diagonal": np.asarray(self.losses[0]),
            "loss_interference": np.asarray(self.losses[1]),
            "dead_fraction": np.asarray(dead),
        }


class SampledLoss:
    """The mean over a fixed test set, with its standard error.

    Parameters
    ----------
    task : Task
    student : Student
        With every choice made.
    generator : numpy.random.Generator
        Draws the test set.
    """

    def __init__(self, task: Task, student: Student, generator: np.random.Generator) -> None:
        n = task.n_features or 0
        self.target = np.asarray(task.target(np.arange(1.0, n + 1.0)))
        self.law, self.is_relu = task.law.code, student.activation == "relu"
        self.batch: Batch = new_batch(N_TEST, n, np.dtype(np.float64))
        draw_batch(generator, False, self.law, ladder(task), self.batch)

    def __call__(self, S: Array, beta: Array) -> dict[str, Array]:
        """Return the mean loss, its sampling error and the fraction of dead units."""
        losses = sample_losses(self.batch, S, beta, self.target, self.is_relu)
        error = losses.std(ddof=1) / np.sqrt(losses.size)
        return {
            "loss": np.asarray(losses.mean()),
            "sampling_error": np.asarray(error),
            "dead_fraction": np.asarray(
                dead_fraction(self.law, np.diag(S), beta) if self.is_relu else 0.0
            ),
        }
