"""What is known of the ReLU student in superposition: limits, crossover and where the slope is 1.

Cross-talk theory (X1): all features are pushed together by (1/K) Σ λ_i (a_i − s_i). It explains the
exponent of the loss; the loss itself needs the closure of `sl.solve`.
"""

from __future__ import annotations

import math

from superlaw.laplace import talbot
from superlaw.setting.task import Bins, Task
from superlaw.theory.laws.sequential import exponential

SEARCH = 2.0
"""Factor between times at which the slope is looked at."""
HALVINGS = 12
"""Of such a factor, in log t, where the slope has risen through 1: to 2e-4 of a time."""


def slope_limits(a: float) -> tuple[float, float]:
    """Return (a − 1)/a and (a + 1)/a: the loss slope long before and long after the crossover.

    Source: derivation steps X9 and X10 [derived]; holds for a > 1, b = 0, N = ∞, random columns.
    """
    return (a - 1.0) / a, (a + 1.0) / a


def crossover_time(a: float, width: float, lam_1: float) -> float:
    """Return t_K = (1/λ_1) [K a sin(π/a)/π]^a, when the rare features have been pulled along.

    Source: derivation step X5 [derived]; holds for a > 1, b = 0, N = ∞.
    """
    learned = math.log(width * a * math.sin(math.pi / a) / math.pi)
    return exponential(a * learned - math.log(lam_1))


def unit_slope_time(task: Task, width: int) -> float | None:
    """Return the first time at which the cross-talk slope rises through 1; None if it does not.

    The loss is ½ ∮ exp(−2zt) ρ(z) dz/2πi, ρ = Σ n λ a² d + (Σ n λ a d)²/K / (1 − Σ n λ d/K) with
    d = 1/(z − λ) (X3), summed over the N features of the task.
    """
    modes = rates(task)
    t, last = 1.0 / modes[0][0], 10.0 / modes[-1][0]
    before = cross_talk_loss(t, modes, width)[1]
    while t < last:
        after = cross_talk_loss(t * SEARCH, modes, width)[1]
        if before < 1.0 <= after:
            return _rise(t, modes, width)
        t, before = t * SEARCH, after
    return None


def _rise(t: float, modes: Bins, width: int) -> float:
    """Return when the slope rises through 1, between a time and `SEARCH` times it."""
    factor = SEARCH
    for _ in range(HALVINGS):
        factor **= 0.5
        if cross_talk_loss(t * factor, modes, width)[1] < 1.0:
            t *= factor
    return t * factor**0.5


def rates(task: Task) -> Bins:
    """Return λ, a and the number of features of each bin."""
    second = task.law.moment(2)
    return [(second * p, target, count) for p, target, count in task.bins()]


def cross_talk_loss(t: float, modes: Bins, width: int) -> tuple[float, float]:
    """Return the loss of the cross-talk theory at a time (X3), and its slope −d log L/d log t."""
    loss = fall = 0.0
    for s, weight in zip(*talbot(), strict=True):
        z = -s / (2.0 * t)
        plain = pushed = square = 0j
        for lam, target, count in modes:
            share = count * lam / (z - lam)
            plain += share
            pushed += share * target
            square += share * target * target
        term = weight * (square + pushed * pushed / width / (1.0 - plain / width))
        loss += term.real
        fall += (s * term).real
    return -0.25 * loss / t, -fall / loss
