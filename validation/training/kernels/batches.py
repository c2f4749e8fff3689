"""Batches of sparse inputs as few distinct patterns: what would be computed twice, is not.

An input with one active feature is its amplitude times a unit pattern, so all inputs with the same
feature share one; an input without any is no pattern at all (number −1).
"""

from __future__ import annotations

from collections import namedtuple

import numpy as np
from numba import boolean, float64, int64, types, void

from superlaw.compiled import kernel
from superlaw.validation.training.kernels.optimizer_steps import REALS
from superlaw.validation.training.kernels.sampling import draw

Batch = namedtuple("Batch", ("pattern", "scale", "index", "amplitude", "starts", "slot"))
"""Of each sample its pattern and its scale (batch,); of pattern u the features
index[starts[u]:starts[u+1]] and their amplitudes; room to look up the pattern of a feature (N,)."""


def batch_type(real):
    """Return numba's type of a batch."""
    return types.NamedTuple(
        (int64[::1], real[::1], int64[::1], float64[::1], *(int64[::1],) * 2), Batch
    )


def new_batch(batch: int, n_features: int, dtype: np.dtype) -> Batch:
    """Return room for a batch."""
    return Batch(
        np.empty(batch, np.int64),
        np.empty(batch, dtype),
        np.empty(batch * n_features + n_features, np.int64),
        np.empty(batch * n_features + n_features),
        np.zeros(batch + 1, np.int64),
        np.full(n_features, -1, np.int64),
    )


@kernel(*(int64(types.npy_rng, boolean, int64, float64[::1], batch_type(real)) for real in REALS))
def draw_batch(generator, one_active, law, ladder, batch):
    """Draw a batch; return its number of patterns."""
    patterns = 0
    for sample in range(batch.pattern.size):
        start = batch.starts[patterns]
        stop = draw(generator, one_active, law, ladder, batch.index, batch.amplitude, start)
        batch.scale[sample] = 1.0
        if stop == start:
            batch.pattern[sample] = -1
            continue
        if stop == start + 1:
            feature = batch.index[start]
            batch.scale[sample] = batch.amplitude[start]
            batch.amplitude[start] = 1.0
            if batch.slot[feature] >= 0:
                batch.pattern[sample] = batch.slot[feature]
                continue
            batch.slot[feature] = patterns
        batch.pattern[sample] = patterns
        batch.starts[patterns + 1] = stop
        patterns += 1
    for k in range(batch.starts[patterns]):
        batch.slot[batch.index[k]] = -1
    return patterns


@kernel(*(void(batch_type(real), int64, *(real[:, ::1],) * 2) for real in REALS))
def embed(batch, patterns, columns, out):
    """Set out[u] = Σ amplitude · columns[index], the embedded patterns; columns is Wᵀ, (N, K)."""
    for u in range(patterns):
        out[u] = 0.0
        for k in range(batch.starts[u], batch.starts[u + 1]):
            column = columns[batch.index[k]]
            for j in range(out.shape[1]):
                out[u, j] += batch.amplitude[k] * column[j]


@kernel(
    *(
        int64(
            batch_type(real),
            int64,
            real[:, ::1],
            *(real[::1],) * 2,
            boolean,
            real[:, ::1],
            real[::1],
        )
        for real in REALS
    )
)
def residuals(batch, patterns, drive, beta, target, is_relu, gradient, bias_gradient):
    """Set the gradient at each pattern's pre-activation, and at the bias, summed over samples.

    Parameters
    ----------
    batch : Batch
    patterns : int
    drive : ndarray, (batch, N)
        Pre-activation of each pattern, without the bias.
    beta, target : ndarray, (N,)
    is_relu : bool
    gradient : ndarray, (batch, N)
        Receives Σ over the samples of a pattern of scale · ∂L/∂z.
    bias_gradient : ndarray, (N,)
        Receives Σ ∂L/∂z.

    Returns
    -------
    n_open : int
        Entries of `gradient` that are not zero: (pattern, unit) pairs with an open gate.
    """
    n, n_open = beta.size, 0
    gradient[:patterns] = 0.0
    bias_gradient[:] = 0.0
    for sample in range(batch.pattern.size):
        u, scale = batch.pattern[sample], batch.scale[sample]
        if u < 0:
            for j in range(n):
                if not is_relu or beta[j] >= 0.0:
                    bias_gradient[j] += beta[j]
            continue
        for j in range(n):
            z = scale * drive[u, j] + beta[j]
            z = z if not is_relu or z >= 0.0 else beta.dtype.type(0.0)
            gradient[u, j] += scale * z
            bias_gradient[j] += z
        for k in range(batch.starts[u], batch.starts[u + 1]):
            i = batch.index[k]
            if not is_relu or scale * drive[u, i] + beta[i] >= 0.0:
                wanted = target[i] * scale * batch.amplitude[k]
                gradient[u, i] -= scale * wanted
                bias_gradient[i] -= wanted
    for u in range(patterns):
        for j in range(n):
            n_open += gradient[u, j] != 0.0
    return n_open


@kernel(*(void(real[:, ::1], int64, *(real[:, ::1],) * 2) for real in REALS))
def pull_back(gradient, patterns, columns, out):
    """Set out = gradient · Wᵀ over the entries that are not zero."""
    for u in range(patterns):
        out[u] = 0.0
        for j in range(gradient.shape[1]):
            pull = gradient[u, j]
            if pull != 0.0:
                for k in range(out.shape[1]):
                    out[u, k] += pull * columns[j, k]


@kernel(*(void(batch_type(real), int64, *(real[:, ::1],) * 2) for real in REALS))
def scatter(batch, patterns, rows, out):
    """Add amplitude · rows[u] to out at the active features of each pattern."""
    for u in range(patterns):
        for k in range(batch.starts[u], batch.starts[u + 1]):
            for j in range(rows.shape[1]):
                out[batch.index[k], j] += batch.amplitude[k] * rows[u, j]


@kernel(float64[::1](batch_type(float64), float64[:, ::1], *(float64[::1],) * 2, boolean))
def sample_losses(batch, S, beta, target, is_relu):
    """Return ½‖φ(S x + β) − A x‖² of every sample of a batch."""
    n = beta.size
    losses, drive = np.zeros(batch.pattern.size), np.empty(n)
    for sample in range(losses.size):
        u, scale = batch.pattern[sample], batch.scale[sample]
        drive[:] = beta
        first, last = (batch.starts[u], batch.starts[u + 1]) if u >= 0 else (0, 0)
        for k in range(first, last):
            for j in range(n):
                drive[j] += scale * batch.amplitude[k] * S[j, batch.index[k]]
        if is_relu:
            for j in range(n):
                drive[j] = max(drive[j], 0.0)
        for k in range(first, last):
            i = batch.index[k]
            drive[i] -= target[i] * scale * batch.amplitude[k]
        losses[sample] = 0.5 * np.sum(drive * drive)
    return losses
