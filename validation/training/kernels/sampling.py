"""Sparse inputs as index lists: features are drawn, zeros never are."""

from __future__ import annotations

import numpy as np
from numba import boolean, float64, int64, types
from numpy.typing import NDArray

from superlaw.compiled import kernel
from superlaw.setting.task import Task


def ladder(task: Task) -> NDArray[np.float64]:
    """Return the increasing numbers on which a sampler looks features up, shape (N,).

    One active feature: the distribution function of p. Independent features: −Σ log(1 − p_j), on
    which a Poisson process of rate 1 hits the interval of feature i with probability p_i.
    """
    p = task.probability(np.arange(1.0, float(task.n_features or 0) + 1.0))
    if task.activity == "one":
        steps = np.cumsum(p)
        return np.asarray(steps / steps[-1])
    return np.asarray(np.cumsum(-np.log1p(-p)))


@kernel(int64(types.npy_rng, boolean, int64, float64[::1], int64[::1], float64[::1], int64))
def draw(generator, one_active, law, ladder, index, amplitude, start):
    """Append one input at `start`; return where the next one starts.

    Parameters
    ----------
    generator : numpy.random.Generator
    one_active : bool
    law : int
        Code of the amplitude law.
    ladder : ndarray, (N,)
    index, amplitude : ndarray
        Receive the active features and their amplitudes.
    start : int
    """
    stop = start
    if one_active:
        index[stop] = np.searchsorted(ladder, generator.random(), side="right")
        stop += 1
    else:
        position = generator.standard_exponential()
        while position < ladder[-1]:
            feature = np.searchsorted(ladder, position, side="left")
            index[stop] = feature
            stop += 1
            position = ladder[feature] + generator.standard_exponential()
    for k in range(start, stop):
        if law == 0:
            amplitude[k] = 2.0 * generator.random()
        elif law == 1:
            amplitude[k] = 1.0
        elif law == 2:
            amplitude[k] = np.sqrt(0.5 * np.pi) * abs(generator.standard_normal())
        else:
            amplitude[k] = 4.0 * generator.random() - 2.0
    return stop
