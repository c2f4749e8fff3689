"""The sequential regime (K = N): exponent, prefactor, and where N features show them."""

from __future__ import annotations

import math

from superlaw.setting.task import PowerLawTask

VISIBLE_WITHIN = 0.1
"""A window shows an exponent if the local slope stays within this part of it."""
LARGEST_LOG = 709.0
"""exp of more is no float."""


def sequential_exponent(a: float, b: float) -> float:
    """Return α = (a + 2b − 1)/a, the exponent of the sequential regime.

    Source: derivation step S14 [derived]; holds for a > 0 and a + 2b > 1.
    """
    return (a + 2.0 * b - 1.0) / a


def sequential_prefactor(a: float, b: float, lam_1: float) -> float:
    """Return C = λ_1/(2a) (2λ_1)^-α Γ(α) of L ≈ C t^-α; infinite if it is no float.

    Source: derivation step S13 [derived]; holds for a + 2b > 1 and 1/λ_1 ≪ t ≪ 1/λ_N.
    """
    alpha = sequential_exponent(a, b)
    return lam_1 / (2.0 * a) * exponential(math.lgamma(alpha) - alpha * math.log(2.0 * lam_1))


def exponential(x: float) -> float:
    """Return exp(x), infinite where it is no float."""
    return math.exp(x) if x < LARGEST_LOG else math.inf


def visible_window(task: PowerLawTask, alpha: float) -> tuple[float, float] | None:
    """Return the times at which the local slope is within `VISIBLE_WITHIN` of α.

    Derivation steps F7 (from when on) and F13 (until when) [derived].
    """
    first, last = _rescaled(task.a, task.b, alpha, task.n_features)
    if last <= first:
        return None
    clock = 2.0 * task.second_moment(1.0)
    return (first / clock, last / clock)


def _rescaled(a: float, b: float, alpha: float, n: int | None) -> tuple[float, float]:
    """Return the visible window in units of 2λ_1 t.

    It opens when the summand of S9, which peaks at feature (2λ_1 t a/(a + 2b))^(1/a), has moved
    past feature 1 + a: before, the discreteness of the first features shows. It closes when
    the second incomplete gamma function of S12, x^α/α with x = 2λ_1 t (N + ½)^-a, has eaten
    the allowed part ε of α: x^α = ε/(1 + ε) Γ(1 + α).
    """
    first = (a + 2.0 * b) / a * (1.0 + a) ** a
    if n is None:
        return first, math.inf
    return first, math.exp(min(_log_edge(alpha) + a * math.log(n + 0.5), 700.0))


def _log_edge(alpha: float) -> float:
    """Return log x at which the far cut-off has eaten the allowed part of α."""
    allowed = math.log(VISIBLE_WITHIN / (1.0 + VISIBLE_WITHIN))
    return (allowed + math.lgamma(1.0 + alpha)) / alpha


def features_needed(task: PowerLawTask, alpha: float) -> float:
    """Return log10 of the number of features that shows the exponent for one decade of time.

    Derivation steps F7 and F13 [derived], solved for N.
    """
    first, _ = _rescaled(task.a, task.b, alpha, None)
    return (math.log10(10.0 * first) - _log_edge(alpha) / math.log(10.0)) / task.a
