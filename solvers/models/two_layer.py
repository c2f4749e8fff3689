"""Closed form of a two-layer student: sums of logistic modes (T2)."""

from __future__ import annotations

import numpy as np

from superlaw.curves import Array


def logistic_sum(
    times: Array, lam: Array, target: Array, weight: Array, start: Array
) -> tuple[Array, Array]:
    """Return the loss of a two-layer student and its local slope −d log L/d log t.

    L(t) = ½ Σ n λ (a − s)², s = a/(1 + (a/s_0 − 1) exp(−2λat)). Source: step T2 [derived].

    Parameters
    ----------
    times, lam, target, weight, start : ndarray
        Times (n,); λ, a, n and s_0 of the classes (G,).

    Returns
    -------
    loss, local_slope : ndarray
        Shape (n,) each.
    """
    gap = target / start - 1.0
    loss, slope = np.empty_like(times), np.empty_like(times)
    for row, t in enumerate(times):
        waiting = gap * np.exp(-2.0 * lam * target * t)
        lacking = waiting / (1.0 + waiting)
        terms = 0.5 * weight * lam * (target * lacking) ** 2
        loss[row] = terms.sum()
        fall = 4.0 * (terms @ (lam * target * (1.0 - lacking)))
        slope[row] = t * fall / loss[row] if loss[row] > 0.0 else np.nan
    return loss, slope
