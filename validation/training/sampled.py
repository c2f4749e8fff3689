"""The pull of sampled inputs on ŷ = relu(WᵀW x + b), for any frequencies, and its sampled loss."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from superlaw.setting.amplitude import AMPLITUDES
from superlaw.validation.training.kernels.batches import (
    draw_batch,
    embed,
    new_batch,
    pull_back,
    residuals,
    sample_losses,
    scatter,
)
from superlaw.validation.training.networks import SPARSE_ENOUGH

Array = NDArray[Any]
LAW = AMPLITUDES["uniform"].code
TEST_BATCH = 1024
"""Samples whose loss is worked out at a time."""


class SampledPull:
    """Draws independent features, and finds the pull of a batch.

    Parameters
    ----------
    p : ndarray, (n,)
        Probabilities of being active.
    width, batch : int
    generator : numpy.random.Generator
    """

    def __init__(self, p: Array, width: int, batch: int, generator: np.random.Generator) -> None:
        n, real = len(p), np.float32
        self.ladder, self.generator = np.cumsum(-np.log1p(-p)), generator
        self._batch = new_batch(batch, n, np.dtype(real))
        self._embedded, self._back = np.zeros((2, batch, width), real)
        self._gradient, self._target = np.zeros((batch, n), real), np.ones(n, real)

    def __call__(self, W: Array, b: Array, W_pull: Array, b_pull: Array) -> None:
        """Fill −∂/∂W and −∂/∂b of ½‖ŷ − x‖², the mean over a new batch."""
        batch = self._batch
        size = b.dtype.type(len(batch.pattern))
        patterns = draw_batch(self.generator, False, LAW, self.ladder, batch)
        h, gradient = self._embedded[:patterns], self._gradient[:patterns]
        embed(batch, patterns, W, h)
        n_open = residuals(batch, patterns, h @ W.T, b, self._target, True, gradient, b_pull)
        if n_open > SPARSE_ENOUGH * gradient.size:
            back = gradient @ W
        else:
            pull_back(gradient, patterns, W, self._back)
            back = self._back[:patterns]
        np.matmul(gradient.T, h, out=W_pull)
        scatter(batch, patterns, back, W_pull)
        W_pull /= -size
        b_pull /= -size


def sampled_loss(
    p: Array, W: Array, b: Array, samples: int, generator: np.random.Generator
) -> tuple[float, float]:
    """Return E‖ŷ − x‖² (without a ½) over fresh samples of independent features, and its error."""
    n = len(p)
    batch = new_batch(TEST_BATCH, n, np.dtype(np.float64))
    ladder, target, losses = np.cumsum(-np.log1p(-p)), np.ones(n), []
    S = np.asarray(W, np.float64) @ np.asarray(W, np.float64).T
    for _ in range(-(-samples // TEST_BATCH)):
        draw_batch(generator, False, LAW, ladder, batch)
        losses.append(2.0 * sample_losses(batch, S, b.astype(np.float64), target, True))
    found = np.concatenate(losses)
    return float(found.mean()), float(found.std(ddof=1) / np.sqrt(len(found)))
