"""The loss at no shared columns, from flows with fewer and fewer of them, and what is its error."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
SHARED, SURE, ALONE = 0.5, 2.0, 3.0
"""Part of what extrapolation added that may be in error besides its last change, standard errors of
many seeds that are allowed for, and factor where one seed does not tell how seeds scatter: found on
some students, tried on others (`superlaw.validation.reports.thinning_errors`)."""
NEAR = 4.0
"""Factor between times whose errors are taken together."""
ADDED, CHANGE = "thinning_added", "thinning_change"
"""Observables of a thinned flow: ln of the extrapolated loss over that of M columns, and over the
one that is extrapolated one order lower."""


def extrapolated(log_loss: list[float], shared: list[float]) -> float:
    """Logarithm of the loss at e = 0, on the polynomial in e through all flows."""
    e = np.asarray(shared)
    apart = e[None] - e[:, None] + np.diag(e)  # e_j − e_i, and e_i for j = i, which cancels
    return float(np.prod(e[None] / apart, axis=1) @ log_loss)


def unextrapolated(measured: Mapping[str, Array]) -> Array:
    """Loss of the flow that was run, which goes down, where what was measured is extrapolated."""
    return np.asarray(measured["loss"] * np.exp(-measured.get(ADDED, np.zeros(()))))


def thinning_error(times: Array, added: Array, change: Array) -> Array:
    """Relative error of the log-mean loss that thinning leaves, one number a time.

    |change| + ½ |added|, both means over seeds, and two standard errors of `added`, √((n + 1)/(n −
    1)) times as many of n seeds, whose scatter is known poorly; of that, the largest within a
    factor of four in time, as either may pass through 0. One seed states three times |change| + ½
    |added|. Nine of ten runs are meant to hold it at all times [measured].

    Parameters
    ----------
    times : ndarray, (n_times,)
    added, change : ndarray, (n_seeds, n_times)
        What extrapolation added to ln L, and how its last order changed it.
    """
    error = SHARED * np.abs(added.mean(axis=0)) + np.abs(change.mean(axis=0))
    n = len(added)
    if n > 1:
        error += SURE * math.sqrt((n + 1) / (n - 1) / n) * added.std(axis=0, ddof=1)
    else:
        error *= ALONE
    first = np.searchsorted(times, times / NEAR)
    last = np.searchsorted(times, times * NEAR, side="right")
    return np.array([error[i:j].max() for i, j in zip(first, last, strict=True)])
