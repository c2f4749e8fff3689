"""How ŷ = relu(WᵀW x + b) is trained towards its least loss: steps, rates, decay, samples."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from superlaw.setting.optimizer import Adam
from superlaw.validation.training.kernels.optimizer_steps import Array, Updater

RATE = 0.01
"""Learning rate at its highest."""
TINY = 1e-8


@dataclass(frozen=True)
class Recipe:
    """Adam with a rate that rises in a line and falls as a cosine, on exact or sampled gradients.

    Parameters
    ----------
    steps : int
    rate, bias_rate : float
        Highest learning rates of W and of b; that of W for both if None.
    decay : float
        γ of a decoupled decay, W ← W − lr γ W before each step; below 0 norms are pulled to 1,
        w ← w + lr γ w (1 − 1/|w|).
    ridge : float
        λ of a cost ½λ Σ|w|², part of the gradient.
    warmup : int
        Steps in which the rate rises.
    floor : float
        Last rate over the highest.
    epsilon : float
        Of Adam, for the gradient of ½E‖ŷ − x‖².
    batch : int or None
        Samples of each step; None takes the exact gradient, one active feature.
    """

    steps: int
    rate: float = RATE
    bias_rate: float | None = None
    decay: float = 0.0
    ridge: float = 0.0
    warmup: int = 0
    floor: float = 0.0
    epsilon: float = TINY
    batch: int | None = None

    def share(self, step: int) -> float:
        """Return the rate of a step, counted from 1, over the highest."""
        if step <= self.warmup:
            return step / self.warmup
        done = (step - 1 - self.warmup) / (self.steps - self.warmup)
        return self.floor + (1.0 - self.floor) * 0.5 * (1.0 + math.cos(math.pi * done))


class Mover:
    """Moves columns and biases by a recipe.

    Parameters
    ----------
    recipe : Recipe
    W : ndarray, (n, m)
        Rows are columns of W; changed in place.
    b : ndarray, (n,)
    """

    def __init__(self, recipe: Recipe, W: Array, b: Array) -> None:
        self.recipe, self.W = recipe, W
        self._rates = (recipe.rate, recipe.rate if recipe.bias_rate is None else recipe.bias_rate)
        movers = zip(self._rates, (W, b), strict=True)
        self._updaters = [Updater(self._adam(1.0, rate), x) for rate, x in movers]

    @property
    def memories(self) -> tuple[Array, Array]:
        """Adam's memories of W and of b; changed in place."""
        W, b = (updater.memory for updater in self._updaters)
        return W, b

    def _adam(self, share: float, rate: float) -> Adam:
        return Adam(lr=share * rate, epsilon=self.recipe.epsilon)

    def __call__(self, step: int, W_pull: Array, b_pull: Array) -> None:
        """Take a step, counted from 1, down −W_pull and −b_pull."""
        recipe, share = self.recipe, self.recipe.share(step)
        if recipe.ridge:
            # The pulls are of ½E‖ŷ − x‖², the ridge stands beside E‖ŷ − x‖².
            W_pull -= W_pull.dtype.type(0.5 * recipe.ridge) * self.W
        if recipe.decay:
            self.W *= self._kept(share * recipe.rate)
        for updater, rate, pull in zip(self._updaters, self._rates, (W_pull, b_pull), strict=True):
            updater.optimizer = self._adam(share, rate)
            updater(-pull, step)

    def _kept(self, rate: float) -> NDArray[np.floating] | np.floating:
        """Return what decay leaves of every column."""
        gamma, real = self.recipe.decay, self.W.dtype.type
        if gamma > 0.0:
            return real(1.0 - rate * gamma)
        size = np.sqrt(np.einsum("jk,jk->j", self.W, self.W)) + real(TINY)
        return (1.0 + real(rate * gamma) * (1.0 - 1.0 / size))[:, None]
