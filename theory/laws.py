"""Power laws of training: one function an equation of the derivations, in plain arithmetic."""

from __future__ import annotations

import math

from superlaw.setting.task import PowerLawTask, generalised_harmonic


def sequential_exponent(a: float, b: float) -> float:
    """Return α = (a + 2b − 1)/a, the exponent of the sequential regime.

    Source: derivation step S14 [derived]; holds for a > 0 and a + 2b > 1.
    """
    return (a + 2.0 * b - 1.0) / a


def two_layer_exponent(a: float, b: float) -> float:
    """Return α_2 = (a + 2b − 1)/(a + b), the exponent of two-layer students.

    Source: derivation step T6 [derived]; holds for a + b > 0 and a + 2b > 1.
    """
    return (a + 2.0 * b - 1.0) / (a + b)


def leak_exponent(a: float) -> float:
    """Return 3 − 1/a, the exponent of the loss that learned rows leak into slow modes.

    Source: derivation step M10 [derived]; holds for a > 1.
    """
    return 3.0 - 1.0 / a


def noise_exponent(a: float) -> float:
    """Return 2 − 1/a, the exponent of the memory of SGD noise.

    Source: derivation step N7 [derived]; holds for a > 1.
    """
    return 2.0 - 1.0 / a


def sequential_prefactor(a: float, b: float, lam_1: float) -> float:
    """Return C = λ_1/(2a) (2λ_1)^-α Γ(α) of L ≈ C t^-α.

    Source: derivation step S13 [derived]; holds for a + 2b > 1 and 1/λ_1 ≪ t ≪ 1/λ_N.
    """
    alpha = sequential_exponent(a, b)
    return lam_1 / (2.0 * a) * (2.0 * lam_1) ** -alpha * math.gamma(alpha)


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


def slowdown(task: PowerLawTask, time_per_step: float, batch: int) -> float:
    """Return 1 − η E[v⁴]/(2B(1 − m) E[v²]), the factor of SGD on the rates of rare modes.

    Source: derivation steps N2 and N16 [derived], η/(1 − m) the time of a step; the student is
    stable in mean square while it is positive.
    """
    return 1.0 - time_per_step * task.law.moment(4) / (2.0 * batch * task.law.moment(2))


def largest_stable_lr(task: PowerLawTask, batch: int | None) -> float:
    """Return the learning rate below which SGD contracts the mean-square error of every column.

    2/[(1 − 1/B) λ_max + (1/B) max_k E[‖x‖² x_k²]/E[x_k²]] from N1 and N4 [derived]: exact for one
    active feature, sufficient for several; B = None is the population gradient, 2/λ_max.

    Examples
    --------
    >>> round(largest_stable_lr(PowerLawTask(a=1.5, n_features=1000), batch=1), 4)
    0.8333
    """
    fastest = task.second_moment(1.0)
    noise = task.law.moment(4) / task.law.moment(2)
    if task.activity == "bernoulli":
        fastest += task.law.moment(1) ** 2 * _sum_of_squares(task)
        noise += task.law.moment(2) * task.density
    share = 0.0 if batch is None else 1.0 / batch
    return 2.0 / ((1.0 - share) * fastest + share * noise)


def _sum_of_squares(task: PowerLawTask) -> float:
    """Return Σ p_i²."""
    squares = generalised_harmonic(task.n_features, 2.0 * task.a)
    return (task.density / task.harmonic_sum) ** 2 * squares
