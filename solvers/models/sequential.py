"""Closed form of the sequential regime: sums of independent exponentials (S9)."""

from __future__ import annotations

import numpy as np

from superlaw.curves import Array


def exponential_sum(times: Array, amplitude: Array, rate: Array) -> tuple[Array, Array]:
    """Return L(t) = Σ_g amplitude_g exp(−rate_g t) and its local slope −d log L/d log t.

    Source: derivation step S9 [derived], amplitude ½ n λ a² and rate 2λ. The slope keeps its
    accuracy when the loss itself underflows.

    Parameters
    ----------
    times, amplitude, rate : ndarray
        Times (n,); amplitudes and rates of the classes (G,).

    Returns
    -------
    loss, local_slope : ndarray
        Shape (n,) each.
    """
    slowest = rate.min()
    loss, slope = np.empty_like(times), np.empty_like(times)
    for row, t in enumerate(times):
        terms = amplitude * np.exp(-(rate - slowest) * t)
        total = terms.sum()
        loss[row] = np.exp(-slowest * t) * total
        slope[row] = t * ((terms / total) @ rate)
    return loss, slope
