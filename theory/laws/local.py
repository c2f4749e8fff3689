"""Frequencies that follow no law: losses as sums over bins, their slopes decade by decade.

Plain arithmetic; a bin is (λ, a, n): rate, target and number of like features.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from superlaw.laplace import talbot
from superlaw.setting.task import Bins

MOST_DECADES = 40
"""Of time."""
LEAST = 1e-290
"""A smaller loss has underflowed."""
Loss = Callable[[float], float]


@dataclass(frozen=True)
class Decade:
    """One decade of time.

    Parameters
    ----------
    start, end : float
        Of the decade [time].
    slope : float
        Mean of the local slope −d log L/d log t over it.
    front : float
        Features learned at its end: those whose share of the loss has fallen below 1/e. Where they
        are learned in the order of their frequency it is the rank being learned, i* of S15.
    """

    start: float
    end: float
    slope: float
    front: float

    def to_dict(self) -> dict[str, Any]:
        """Return the decade as plain data."""
        return {"from": self.start, "to": self.end, "slope": self.slope, "front": self.front}


def exponentials(modes: Bins) -> Loss:
    """Return L(t) = ½ Σ n λ a² exp(−2λt), step S9 [derived]."""
    return lambda t: 0.5 * sum(n * lam * a * a * math.exp(-2.0 * lam * t) for lam, a, n in modes)


def mean_sgd(modes: Bins, lr: float, batch: int | None, fourth: float) -> tuple[Loss, Bins]:
    """Return the mean loss of SGD with one active feature (N1 [derived]), and the bins' rates.

    E[e²] falls as exp(−r t), r = −log[(1 − ηλ)² + (η²/B)(E[x⁴] − λ²)]/η.

    Parameters
    ----------
    modes : list
    lr : float
        η.
    batch : int or None
        B; None for the population gradient.
    fourth : float
        E[x⁴]/λ = E[v⁴]/E[v²].
    """
    share = 0.0 if batch is None else lr / batch

    def rate(lam: float) -> float:
        spread = share * (fourth * lam - lam * lam)
        return -math.log1p(lr * (lr * lam * lam - 2.0 * lam + spread)) / lr

    rates = [(0.5 * rate(lam), a, n) for lam, a, n in modes]
    terms = [(0.5 * n * lam * a * a, rate(lam)) for lam, a, n in modes]
    return lambda t: sum(first * math.exp(-fall * t) for first, fall in terms), rates


def logistics(modes: Bins, starts: list[float]) -> Loss:
    """Return L(t) = ½ Σ n λ (a − s)², s = a/(1 + (a/s_0 − 1) exp(−2λat)), step T2 [derived]."""

    def loss(t: float) -> float:
        total = 0.0
        for (lam, a, n), begun in zip(modes, starts, strict=True):
            open_ = (a / begun - 1.0) * math.exp(-2.0 * lam * a * t)
            total += 0.5 * n * lam * (a * open_ / (1.0 + open_)) ** 2
        return total

    return loss


def coupled(modes: Bins, ratio: float) -> Loss:
    """Return the loss for inputs with a mean, from the resolvent's trace (M6 [derived]).

    ½ Σ n a² [Σ exp(−2Σt)] over a Talbot contour, Σ = diag(c) + μμᵀ, c = λ − μ².

    Parameters
    ----------
    modes : list
    ratio : float
        μ²/λ² = (E[v]/E[v²])².
    """

    def loss(t: float) -> float:
        total = 0.0
        for s, weight in zip(*talbot(), strict=True):
            z = -s / (2.0 * t)
            own = loop = passed = 0j
            for lam, a, n in modes:
                square = ratio * lam * lam
                d = 1.0 / (z - lam + square)
                # Of z d = 1 + c d the 1 has no pole: the smaller of the two is summed.
                own += n * a * a * d * (z if 2.0 * lam * t > 1.0 else lam - square)
                loop += n * square * d
                passed += n * a * a * square * d * d
            total += (weight * (own + z * passed / (1.0 - loop))).real
        return -0.25 * total / t

    return loss


def learning_times(modes: Bins) -> list[tuple[float, float]]:
    """Return when the share exp(−2λt) of each bin (S9) reaches 1/e, and its number of features."""
    return [(0.5 / lam, n) for lam, _, n in modes]


def logistic_times(modes: Bins, starts: list[float]) -> list[tuple[float, float]]:
    """Return when ((a − s)/a)² of each bin of two layers (T2) reaches 1/e, and its number."""
    open_ = 1.0 / (math.sqrt(math.e) - 1.0)
    return [
        (max(0.0, math.log(max(a / begun - 1.0, 1e-300) / open_)) / (2.0 * lam * a), n)
        for (lam, a, n), begun in zip(modes, starts, strict=True)
    ]


def decades(loss: Loss, learned: list[tuple[float, float]]) -> tuple[Decade, ...]:
    """Return the decades of time from before the first feature is learned until after the last.

    Parameters
    ----------
    loss : callable
        L(t).
    learned : list of (float, float)
        When bins are learned, and how many features each holds.
    """
    times = [t for t, _ in learned if t > 0.0]
    if not times:  # a start above every target
        return ()
    low, high = math.floor(math.log10(min(times))), math.ceil(math.log10(max(times)))
    found = []
    for k in range(low, min(high, low + MOST_DECADES)):
        start, end = 10.0**k, 10.0 ** (k + 1)
        before, after = loss(start), loss(end)
        if not min(before, after) > LEAST:
            break
        front = sum(n for t, n in learned if t <= end)
        found.append(Decade(start, end, math.log10(before / after), front))
    return tuple(found)
