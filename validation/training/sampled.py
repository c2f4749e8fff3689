"""The pull of sampled inputs on ŷ = relu(WᵀW x + b), for any frequencies, and its sampled loss."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from superlaw.setting.amplitude import AMPLITUDES
from superlaw.validation.training.kernels.batch_tiles import add_losses, pull_open, pull_outputs
from superlaw.validation.training.kernels.batches import (
    draw_batch,
    embed,
    new_batch,
    scatter,
)
from superlaw.validation.training.networks import SPARSE_ENOUGH

Array = NDArray[Any]
LAW = AMPLITUDES["uniform"].code
TILE = 256
"""Outputs at a time: their drive by a batch stays in the cache, from one product to the others."""
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
        self.ladder, self.generator = _ladder(p), generator
        self._batch = new_batch(batch, n, np.dtype(real))
        self._embedded, self._back = np.zeros((2, batch, width), real)
        self._moved, self._tiles = np.zeros((batch, width), real), np.zeros((2, batch * TILE), real)

    def __call__(self, W: Array, b: Array, W_pull: Array, b_pull: Array) -> None:
        """Fill −∂/∂W and −∂/∂b of ½‖ŷ − x‖², the mean over a new batch."""
        batch = self._batch
        patterns = draw_batch(self.generator, False, LAW, self.ladder, batch)
        h, back = self._embedded[:patterns], self._back[:patterns]
        embed(batch, patterns, W, h)
        back[:] = 0.0
        for first in range(0, len(b), TILE):
            j = slice(first, first + TILE)
            self._add(first, h, W[j], b[j], W_pull[j], b_pull[j])
        scatter(batch, patterns, back, W_pull)
        size = b.dtype.type(len(batch.pattern))
        W_pull /= size
        b_pull /= size

    def _add(self, first: int, h: Array, W: Array, b: Array, W_pull: Array, b_pull: Array) -> None:
        """Set the pulls on some outputs, from `first` on, and add what they pull back."""
        patterns = len(h)
        drive, pull = self._tiles[:, : patterns * len(b)].reshape(2, patterns, len(b))
        np.matmul(h, W.T, out=drive)
        n_open = pull_outputs(self._batch, patterns, first, drive, pull, b, b_pull)
        back = self._back[:patterns]
        if n_open > SPARSE_ENOUGH * pull.size:
            back += np.matmul(pull, W, out=self._moved[:patterns])
            np.matmul(pull.T, h, out=W_pull)
        else:
            pull_open(pull, W, h, back, W_pull)


def sampled_loss(
    p: Array, W: Array, b: Array, samples: int, generator: np.random.Generator
) -> tuple[float, float]:
    """Return E‖ŷ − x‖² (without a ½) over fresh samples of independent features, and its error."""
    columns, biases, ladder = W.astype(np.float64), b.astype(np.float64), _ladder(p)
    batch, losses = new_batch(TEST_BATCH, len(p), np.dtype(np.float64)), []
    embedded = np.empty((TEST_BATCH, columns.shape[1]))
    for _ in range(-(-samples // TEST_BATCH)):
        patterns = draw_batch(generator, False, LAW, ladder, batch)
        h, own = embedded[:patterns], np.zeros(TEST_BATCH)
        embed(batch, patterns, columns, h)
        for first in range(0, len(p), TILE):
            tile = slice(first, first + TILE)
            add_losses(batch, first, h @ columns[tile].T, biases[tile], own)
        losses.append(2.0 * own)
    found = np.concatenate(losses)
    return float(found.mean()), float(found.std(ddof=1) / np.sqrt(len(found)))


def _ladder(p: Array) -> Array:
    """Return −Σ ln(1 − p), on which features are drawn."""
    return np.cumsum(-np.log1p(-p))
