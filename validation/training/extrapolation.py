"""The loss at no shared columns, from flows with fewer and fewer of them, and what is its error."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
SHARED, STRAIGHT = 0.5, 0.25
"""Parts of what extrapolation added, and of its change by a refinement, that may be in error."""
NEAR = 4.0
"""Factor between times whose errors are taken together."""
ADDED, CHANGE = "thinning_added", "thinning_change"
"""Observables of a thinned flow: ln of the extrapolated loss over that of M columns, and over the
one that is extrapolated from half of all columns."""


def extrapolated(log_loss: list[float], shared: list[float]) -> float:
    """Logarithm of the loss at e = 0, on the line through the two finest flows."""
    slope = (log_loss[1] - log_loss[0]) / (shared[1] - shared[0])
    return log_loss[0] - slope * shared[0]


def thinning_error(times: Array, added: Array, change: Array) -> Array:
    """Relative error of the log-mean loss that thinning leaves, one number a time.

    ½ |added| + ¼ |change|, both means over seeds, and the standard error of `added`; of that, the
    largest within a factor of four in time, as either may pass through 0. An estimate [measured].

    Parameters
    ----------
    times : ndarray, (n_times,)
    added, change : ndarray, (n_seeds, n_times)
        What extrapolation added to ln L, and how the last refinement changed it.
    """
    spread = added.std(axis=0, ddof=1) / math.sqrt(len(added)) if len(added) > 1 else 0.0
    mean = SHARED * np.abs(added.mean(axis=0)) + STRAIGHT * np.abs(change.mean(axis=0))
    first = np.searchsorted(times, times / NEAR)
    last = np.searchsorted(times, times * NEAR, side="right")
    error = mean + spread
    return np.array([error[i:j].max() for i, j in zip(first, last, strict=True)])
