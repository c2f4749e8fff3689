"""Steps and exact loss of a student without superposition, column by column of its error.

Row k of `columns` is column k of E = A − S: an input with few active features reads and writes
their columns only.
"""

from __future__ import annotations

import numpy as np
from numba import boolean, float64, int64, types, void

from superlaw.compiled import kernel
from superlaw.validation.training.kernels.sampling import draw

_vector, _matrix = float64[::1], float64[:, ::1]


@kernel(
    void(_matrix, _matrix, types.npy_rng, boolean, int64, _vector, float64, float64, int64, int64)
)
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


@kernel(void(_matrix, _matrix, _vector, _vector, float64, float64, int64))
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


@kernel(float64(_matrix, _vector, _vector))
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
