"""What a batch asks of some of the outputs ŷ = relu(z + b): a tile that stays in the cache."""

from __future__ import annotations

from numba import float64, int64, void

from superlaw.compiled import LOOSE, kernel
from superlaw.validation.training.kernels.batches import batch_type
from superlaw.validation.training.kernels.optimizer_steps import REALS
from superlaw.validation.training.kernels.pair_lists import U


@kernel(
    *(
        int64(batch_type(real), int64, int64, *(real[:, ::1],) * 2, *(real[::1],) * 2)
        for real in REALS
    ),
    fastmath=LOOSE,
)
def pull_outputs(batch, patterns, first, drive, pull, beta, beta_pull):
    """Set −∂L/∂z of each pattern and −∂L/∂b of L = ½‖ŷ − x‖², summed over samples.

    Parameters
    ----------
    batch : Batch
    patterns, first : int
        Patterns of the batch; the first feature of the tile.
    drive, pull : ndarray, (patterns, size)
        z of unit scale; receives Σ over the samples of a pattern of scale · (x − ŷ), open outputs.
    beta, beta_pull : ndarray, (size,)
        Biases; receives Σ (x − ŷ), open outputs.

    Returns
    -------
    n_open : int
        Entries of `pull` that are not zero.
    """
    real, size, last, n_silent, n_open = beta.dtype.type, U(beta.size), first + beta.size, 0, 0
    zero = real(0.0)
    pull[:] = zero
    beta_pull[:] = zero
    for sample in range(batch.pattern.size):
        u, scale = batch.pattern[sample], batch.scale[sample]
        if u < 0:
            n_silent += 1
            continue
        for j in range(size):
            y = max(scale * drive[u, j] + beta[j], zero)
            pull[u, j] -= scale * y
            beta_pull[j] -= y
        for k in range(batch.starts[u], batch.starts[u + 1]):
            i = batch.index[k]
            if first <= i < last and scale * drive[u, i - first] + beta[i - first] >= zero:
                x = scale * real(batch.amplitude[k])
                pull[u, i - first] += scale * x
                beta_pull[i - first] += x
    for j in range(size):
        beta_pull[j] -= real(n_silent) * max(beta[j], zero)
    for u in range(patterns):
        for j in range(size):
            n_open += pull[u, j] != zero
    return n_open


@kernel(*(void(*(real[:, ::1],) * 5) for real in REALS), fastmath=LOOSE)
def pull_open(pull, columns, embedded, back, columns_pull):
    """Add pull · Wᵀ to `back` and set `columns_pull` = pullᵀ h, over the entries that are not zero.

    Parameters
    ----------
    pull : ndarray, (patterns, size)
    columns, columns_pull : ndarray, (size, width)
        Of the tile.
    embedded, back : ndarray, (patterns, width)
    """
    width = U(columns.shape[1])
    columns_pull[:] = 0.0
    for u in range(U(pull.shape[0])):
        for j in range(U(pull.shape[1])):
            own = pull[u, j]
            if own != 0.0:
                for k in range(width):
                    back[u, k] += own * columns[j, k]
                    columns_pull[j, k] += own * embedded[u, k]


@kernel(void(batch_type(float64), int64, float64[:, ::1], *(float64[::1],) * 2), fastmath=LOOSE)
def add_losses(batch, first, drive, beta, losses):
    """Add ½‖ŷ − x‖² over the outputs of a tile to `losses`, (batch,) (see `pull_outputs`)."""
    size = U(beta.size)
    silent = 0.0
    for j in range(size):
        silent += max(beta[j], 0.0) ** 2
    for sample in range(batch.pattern.size):
        u, scale, total = batch.pattern[sample], batch.scale[sample], 0.0
        if u < 0:
            losses[sample] += 0.5 * silent
            continue
        for j in range(size):
            y = max(scale * drive[u, j] + beta[j], 0.0)
            total += y * y
        for k in range(batch.starts[u], batch.starts[u + 1]):
            i = batch.index[k] - first
            if 0 <= i < beta.size:
                x, y = scale * batch.amplitude[k], max(scale * drive[u, i] + beta[i], 0.0)
                total += x * (x - 2.0 * y)
        losses[sample] += 0.5 * total
