"""Inputs with a mean: learned rows leak into slow modes."""

from __future__ import annotations

import math

from superlaw.setting.task import PowerLawTask


def leak_exponent(a: float) -> float:
    """Return 3 − 1/a, the exponent of the loss that learned rows leak into slow modes.

    Source: derivation step M10 [derived]; holds for a > 1.
    """
    return 3.0 - 1.0 / a


def leak_prefactor(task: PowerLawTask) -> float:
    """Return κ c_1 μ_1²/(2a) (2c_1)^-(3−1/a) Γ(3 − 1/a) of L ≈ C t^-(3−1/a).

    Source: derivation step M9 [derived]; holds for b > a > 1. The sums over learned rows in κ and
    χ are cut after 4096 features, where they have converged.
    """
    ratio = task.law.moment(1) ** 2 / task.law.moment(2)
    head = range(1, min(task.n_features or 4096, 4096) + 1)
    p = [task.probability(float(i)) for i in head]
    chi = ratio * (task.density + sum(ratio * x * x / (1.0 - ratio * x) for x in p))
    rows = (task.target(float(i)) / (1.0 - ratio * x) for i, x in zip(head, p, strict=True))
    kappa = ratio / task.law.moment(2) * sum(row * row for row in rows) / (1.0 + chi) ** 2
    c_1, alpha = task.second_moment(1.0), leak_exponent(task.a)
    scale = kappa * c_1 * task.mean(1.0) ** 2 / (2.0 * task.a)
    return scale * (2.0 * c_1) ** -alpha * math.gamma(alpha)
