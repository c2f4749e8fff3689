"""Errors of a fitted exponent, by source, and what they add up to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import special, stats

from superlaw.curves import Array
from superlaw.validation.fitting.laws import Law
from superlaw.validation.fitting.noise import ENOUGH_SEEDS, Noise
from superlaw.validation.fitting.search import Trial
from superlaw.validation.training.ensemble import standard_error

RESAMPLED = 400
"""Draws of the bootstrap: its own error is 4 % of the error it gives."""
_ENTROPY = 20251128
"""Root of its random draws, so that a fit is the same every time."""
ONE_SIGMA = 0.8413447460685429
"""Part of a normal law below one standard deviation."""


def noise_error(law: Law, noise: Noise) -> float:
    """Return the standard deviation of the exponent over residuals drawn again in blocks.

    Blocks keep the correlation of neighbours; their length is that which is best for an AR(1)
    process of n points (Carlstein, Ann. Stat. 14, 1171 (1986)), (√6 ρ/(1 − ρ²))^{2/3} n^{1/3}.
    Parameters that were fitted have taken their share of the residuals, which is given back.
    """
    first, last = law.window
    level = np.maximum(noise.level[first : last + 1], 1e-300)
    n, rho = len(level), noise.correlation
    length = int(np.clip(round((6.0**0.5 * rho / (1.0 - rho**2)) ** (2 / 3) * n ** (1 / 3)), 1, n))
    z = law.residual / level
    z = (z - z.mean()) * np.sqrt(n / max(n - law.shape.n_parameters, 1))
    random = np.random.default_rng(_ENTROPY)
    starts = random.integers(0, n - length + 1, size=(RESAMPLED, -(-n // length)))
    index = (starts[..., None] + np.arange(length)).reshape(RESAMPLED, -1)[:, :n]
    return float(np.std(z[index] @ (law.gradient * level)))


def seeds_error(per_seed: Array) -> float | None:
    """Return the standard error of the mean over seeds."""
    return float(standard_error(per_seed)) if len(per_seed) > 1 else None


def spread(trials: Sequence[Trial], exponents: Sequence[float], centre: float) -> float | None:
    """Return √Σ w (α − centre)² with the weights exp(−IC/2) of some trials."""
    if len(trials) < 2:
        return None
    weight = weights(trials)
    return float(np.sqrt(np.sum(weight * (np.array(exponents) - centre) ** 2)))


def weights(trials: Sequence[Trial]) -> Array:
    """Return exp(−IC/2) of trials, adding up to one."""
    criterion = np.array([trial.criterion for trial in trials])
    weight = np.exp(-0.5 * (criterion - criterion.min()))
    return np.asarray(weight / weight.sum())


def total_error(parts: dict[str, float | None], noise: Noise, n_seeds: int) -> float:
    """Return one standard error: independent parts in quadrature.

    The spread of the seeds holds the noise of the curve, which stands for it where there are fewer
    than `ENOUGH_SEEDS`. Both are themselves estimates: Student's t of as many degrees of freedom
    turns them into the half-width that holds 68 %.
    """
    seeds, own = parts["seeds"], parts["noise"] or 0.0
    own *= float(stats.t.ppf(ONE_SIGMA, noise.freedom))
    if seeds is not None:
        wide = seeds * float(stats.t.ppf(ONE_SIGMA, n_seeds - 1))
        own = wide if n_seeds >= ENOUGH_SEEDS else max(wide, own)
    rest = [parts[name] or 0.0 for name in ("window", "model", "solver")]
    return float(np.sqrt(own**2 + sum(part**2 for part in rest)))


def goodness(chi2: float, freedom: int, noise: Noise) -> float:
    """Return the probability that noise alone gives a larger χ², by Fisher's F.

    Both the residuals and the noise that they are measured in are estimates.
    """
    return float(special.fdtrc(max(freedom, 1), noise.freedom, chi2 / max(freedom, 1)))
