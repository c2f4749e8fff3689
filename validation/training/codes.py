"""Training of ŷ = relu(WᵀW x + b) towards its least loss, from given columns and biases."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superlaw.curves import Array
from superlaw.setting.amplitude import AMPLITUDES
from superlaw.validation.training.features import Features
from superlaw.validation.training.interactions import Interactions
from superlaw.validation.training.recipe import Mover, Recipe
from superlaw.validation.training.sampled import SampledPull, sampled_loss
from superlaw.validation.training.seeds import DivergenceError

TEST_SAMPLES = 65536
"""Samples of the loss of independent features."""


@dataclass(frozen=True, eq=False)
class Code:
    """What training ended in.

    Parameters
    ----------
    loss, error : float
        E‖ŷ − x‖² without a ½, and its sampling error: 0 where it is exact.
    columns : ndarray, (n, m)
        Columns of W, one a row.
    biases : ndarray, (n,)
    """

    loss: float
    error: float
    columns: Array
    biases: Array

    def energy(self, ridge: float) -> float:
        """Return the loss with a cost ½λ Σ|w|² of norms."""
        return float(self.loss + 0.5 * ridge * np.sum(self.columns**2))

    @property
    def norms(self) -> Array:
        """Norm of every column."""
        return np.asarray(np.linalg.norm(self.columns, axis=1))

    @property
    def represented(self) -> int:
        """Features with a column of norm above ½."""
        return int(np.count_nonzero(self.norms > 0.5))


def trained_code(
    p: Array,
    columns: NDArray[Any],
    biases: Array,
    recipe: Recipe,
    *,
    generator: np.random.Generator | None = None,
    on_step: Callable[[int, NDArray[Any], NDArray[Any]], None],
) -> Code:
    """Return the code that a recipe makes of given columns and biases.

    Parameters
    ----------
    p : ndarray, (n,)
        Frequencies that sum to 1; or, with a batch, probabilities of independent features.
    columns : ndarray, (n, m)
        Start of Wᵀ.
    biases : ndarray, (n,)
    recipe : Recipe
    generator : numpy.random.Generator, optional
        Draws the batches, and the samples of the loss.
    on_step : callable
        Called after every step with its number, columns and biases.

    Raises
    ------
    DivergenceError
        If the loss is not finite.
    """
    real = np.float32
    W, b = np.array(columns, real, order="C"), biases.astype(real)
    W_pull, b_pull = np.empty_like(W), np.empty_like(b)
    mover = Mover(recipe, W, b)
    if recipe.batch is None:
        exact = interactions(p, W.shape[1])
    else:
        assert generator is not None  # a batch is drawn
        sampled = SampledPull(p, W.shape[1], recipe.batch, generator)
    for step in range(1, recipe.steps + 1):
        if recipe.batch is None:
            exact.pull(W, W, b, W_pull, W_pull, b_pull)
        else:
            sampled(W, b, W_pull, b_pull)
        mover(step, W_pull, b_pull)
        on_step(step, W, b)
    columns, biases = W.astype(np.float64), b.astype(np.float64)
    if recipe.batch is None:
        loss, error = 2.0 * sum(exact.losses(columns, columns, biases)), 0.0
    else:
        assert generator is not None  # as above
        loss, error = sampled_loss(p, columns, biases, TEST_SAMPLES, generator)
    if not math.isfinite(loss):
        raise DivergenceError("training diverged; nothing of it is kept")
    return Code(loss, error, columns, biases)


def interactions(p: Array, width: int) -> Interactions:
    """Return what finds the exact pull and loss, one active feature."""
    ones = np.ones(len(p))
    features = Features(p, ones, ones, AMPLITUDES["uniform"]).cast(np.float32)
    return Interactions(features, width, is_tied=True, two_sided=False)
