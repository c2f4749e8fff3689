"""Closed form of a two-layer student: sums of logistic modes (T2)."""

from __future__ import annotations

import numpy as np

from superlaw.curves import Array


def logistic_sum(
    times: Array, lam: Array, target: Array, weight: Array, start: Array
) -> tuple[Array, Array]:
    """Return the loss of a two-layer student and its local slope −d log L/d log t.

    L(t) = ½ Σ n λ (a − s)², s = a/(1 + (a/s_0 − 1) exp(−2λat)). Source: step T2 [derived]. The
    slope keeps its accuracy when the loss itself underflows.

    Parameters
    ----------
    times, lam, target, weight, start : ndarray
        Times (n,); λ, a, n and s_0 of the classes (G,).

    Returns
    -------
    loss, local_slope : ndarray
        Shape (n,) each.
    """
    ratio = target / start
    loss, slope = np.empty_like(times), np.empty_like(times)
    for row, t in enumerate(times):
        age = 2.0 * lam * target * t
        learned = target / (ratio * np.exp(-age) - np.expm1(-age))  # s
        # a − s = s (a/s_0 − 1) exp(−2λat), over the exponential of the slowest mode
        lacking = learned * (ratio - 1.0) * np.exp(age.min() - age)
        terms = 0.5 * weight * lam * lacking**2
        total = terms.sum()
        loss[row] = np.exp(-2.0 * age.min()) * total
        slope[row] = t * 4.0 * ((terms / total) @ (lam * learned)) if total > 0.0 else 0.0
    return loss, slope
