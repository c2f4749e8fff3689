"""Training of ŷ = relu(WᵀW x + b) towards its least loss, from given columns and biases."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
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
from superlaw.validation.training.tiles import Tiles

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


class AdamTrainer:
    """A code under Adam, by a recipe.

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
    """

    def __init__(
        self,
        p: Array,
        columns: NDArray[Any],
        biases: Array,
        recipe: Recipe,
        generator: np.random.Generator | None = None,
    ) -> None:
        real = np.float32
        self.p, self.recipe, self.generator, self.n_steps = p, recipe, generator, 0
        self.W, self.b = np.array(columns, real, order="C"), biases.astype(real)
        self._pulls = np.empty_like(self.W), np.empty_like(self.b)
        self._mover, width = Mover(recipe, self.W, self.b), self.W.shape[1]
        self._pull: Callable[[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]], None]
        if recipe.batch is None:
            self._pull = Tiles(single_features(p), width).pull
        else:
            assert generator is not None  # a batch is drawn
            self._pull = SampledPull(p, width, recipe.batch, generator)

    @property
    def is_done(self) -> bool:
        """Whether every step has been taken."""
        return self.n_steps >= self.recipe.steps

    def step(self) -> None:
        """Take a step."""
        W_pull, b_pull = self._pulls
        self._pull(self.W, self.b, W_pull, b_pull)
        self._mover(self.n_steps + 1, W_pull, b_pull)
        self.n_steps += 1

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return copies of what a resume file must hold to go on to the same bits."""
        state = None if self.generator is None else self.generator.bit_generator.state
        return {
            "W": self.W.copy(),
            "b": self.b.copy(),
            "W_memory": self._mover.memories[0].copy(),
            "b_memory": self._mover.memories[1].copy(),
            "n_steps": np.array(self.n_steps),
            "generator": np.array(json.dumps(state)),
        }

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Go on from a resume file."""
        self.W[:], self.b[:] = arrays["W"], arrays["b"]
        for memory, name in zip(self._mover.memories, ("W_memory", "b_memory"), strict=True):
            memory[:] = arrays[name]
        self.n_steps = int(arrays["n_steps"])
        if self.generator is not None:
            self.generator.bit_generator.state = json.loads(str(arrays["generator"]))

    def code(self) -> Code:
        """Return what training ended in.

        Raises
        ------
        DivergenceError
            If the loss is not finite.
        """
        columns, biases = self.W.astype(np.float64), self.b.astype(np.float64)
        if self.recipe.batch is None:
            return exact_code(interactions(self.p, columns.shape[1]), columns, biases)
        assert self.generator is not None  # a batch was drawn
        found = sampled_loss(self.p, columns, biases, TEST_SAMPLES, self.generator)
        return checked_code(*found, columns, biases)


def trained_code(
    p: Array,
    columns: NDArray[Any],
    biases: Array,
    recipe: Recipe,
    *,
    generator: np.random.Generator | None = None,
    on_step: Callable[[int, NDArray[Any], NDArray[Any]], None],
) -> Code:
    """Return the code that a recipe makes of given columns and biases (`AdamTrainer`).

    `on_step` is called after every step with its number, columns and biases.

    Raises
    ------
    DivergenceError
        If the loss is not finite.
    """
    trainer = AdamTrainer(p, columns, biases, recipe, generator)
    while not trainer.is_done:
        trainer.step()
        on_step(trainer.n_steps, trainer.W, trainer.b)
    return trainer.code()


def exact_code(exact: Interactions, columns: Array, biases: Array) -> Code:
    """Return a code with its exact loss, one active feature."""
    return checked_code(2.0 * sum(exact.losses(columns, columns, biases)), 0.0, columns, biases)


def checked_code(loss: float, error: float, columns: Array, biases: Array) -> Code:
    """Return a code, or refuse a loss that is not finite."""
    if not math.isfinite(loss):
        raise DivergenceError("training diverged; nothing of it is kept")
    return Code(loss, error, columns, biases)


def interactions(p: Array, width: int) -> Interactions:
    """Return what finds the exact pull and loss, one active feature."""
    return Interactions(single_features(p), width, is_tied=True, two_sided=False)


def single_features(p: Array) -> Features:
    """Return features that are to be passed on as they are, in single precision."""
    ones = np.ones(len(p))
    return Features(p, ones, ones, AMPLITUDES["uniform"]).cast(np.float32)
