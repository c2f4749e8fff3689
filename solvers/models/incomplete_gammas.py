"""The sequential regime without sums: modes, front, and the loss by incomplete gammas (S12)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gamma, gammainc, hyp1f1

from superlaw.arguments import refuse
from superlaw.setting.task import PowerLawTask

_HEAD = 64
"""Features summed one by one before the integral takes over; its error falls as _HEAD^-4."""


def mode(t: ArrayLike, lam: ArrayLike, target: ArrayLike) -> NDArray[np.float64]:
    """Return s_i(t) = a_i (1 − exp(−λ_i t)), the learned part of a mode.

    Source: derivation step S8 [derived]; holds for K = N from s_i(0) = 0.

    Parameters
    ----------
    t, lam, target : array_like
        Time, rate λ_i [1/time] and teacher entry a_i, broadcast together.

    Examples
    --------
    >>> float(mode(np.log(2.0), 1.0, 1.0).round(12))
    0.5
    """
    return -np.asarray(target) * np.expm1(-np.asarray(lam) * np.asarray(t))


def front(t: ArrayLike, task: PowerLawTask) -> NDArray[np.float64]:
    """Return i*(t) = (2λ_1 t)^(1/a), the feature being learned at time t.

    Source: derivation step S15 [derived]; holds for 1/λ_1 ≪ t ≪ 1/λ_N.

    Examples
    --------
    >>> float(front(1e4, PowerLawTask(a=2.0, n_features=1000)).round(3))
    127.363
    """
    return np.asarray((2.0 * task.second_moment(1.0) * np.asarray(t)) ** (1.0 / task.a))


def loss(t: ArrayLike, task: PowerLawTask) -> NDArray[np.float64]:
    """Return L(t), head by direct summation, the rest between two cut-offs.

    Σ_{i≤M} ½ λ_i a_i² exp(−2λ_i t) + λ_1/(2a) T^-α [γ(α, T (M+½)^-a) − γ(α, T (N+½)^-a)],
    T = 2λ_1 t, with the midpoint rule's first end correction at M and N.

    Source: derivation steps S9 and S12 [derived]; holds for K = N, one active feature, a + 2b > 1,
    at every t ≥ 0; relative error below 1e-6 (M = 64, a ≤ 2).

    Parameters
    ----------
    t : array_like
        Gradient-flow time.
    task : PowerLawTask
        Data and teacher; N may be None for a > 1.

    Raises
    ------
    ArgumentError
        If the task is outside the hypotheses.

    Examples
    --------
    >>> float(loss(100.0, PowerLawTask(a=1.5, b=0.25, n_features=1000)).round(8))
    0.01037295
    """
    alpha = (task.a + 2.0 * task.b - 1.0) / task.a  # S14
    if alpha <= 0.0:
        refuse("b", "above (1 - a)/2 for the closed form", task.b, "Use sl.solve (S12).")
    if task.has_coupled_modes:
        refuse("activity", '"one", or centred amplitudes', task.activity, "Use sl.solve (M6).")
    times = np.asarray(t, dtype=np.float64)
    n, clock = task.n_features, 2.0 * task.second_moment(1.0) * times[..., None]
    head = np.arange(1.0, min(_HEAD, n or _HEAD) + 1.0)
    total = _terms(head, clock, task).sum(axis=-1)
    if n is None or n > _HEAD:
        total += _rest(_HEAD + 0.5, clock[..., 0], task, alpha)
        total += _end_correction(_HEAD + 0.5, clock[..., 0], task)
    if n is not None and n > _HEAD:
        total -= _rest(n + 0.5, clock[..., 0], task, alpha)
        total -= _end_correction(n + 0.5, clock[..., 0], task)
    return np.asarray(total)


def _terms(i: NDArray[np.float64], clock: ArrayLike, task: PowerLawTask) -> NDArray[np.float64]:
    """½ λ_i a_i² exp(−2λ_i t) at 2λ_1 t = clock."""
    strength = 0.5 * task.second_moment(i) * task.target(i) ** 2
    return np.asarray(strength * np.exp(-np.asarray(clock) * i**-task.a))


def _rest(
    start: float, clock: NDArray[np.float64], task: PowerLawTask, alpha: float
) -> NDArray[np.float64]:
    """∫_start^∞ of the terms: λ_1/(2a) start^-aα γ(α, x)/x^α with x = clock · start^-a."""
    x = clock * start**-task.a
    near = np.minimum(x, 1.0)
    series = np.exp(-near) * hyp1f1(1.0, alpha + 1.0, near) / alpha
    far = np.maximum(x, 1.0)
    ratio = np.where(x < 1.0, series, gammainc(alpha, far) * gamma(alpha) * far**-alpha)
    scale = task.second_moment(1.0) / (2.0 * task.a) * start ** (-task.a * alpha)
    return np.asarray(scale * ratio)


def _end_correction(
    start: float, clock: NDArray[np.float64], task: PowerLawTask
) -> NDArray[np.float64]:
    """f'(start)/24, what the midpoint rule leaves at an end."""
    term = _terms(np.asarray(start), clock, task)
    slope = task.a * clock * start**-task.a - (task.a + 2.0 * task.b)
    return np.asarray(term * slope / start / 24.0)
