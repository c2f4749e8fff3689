"""Amplitude laws: how strongly an active feature is on."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AmplitudeLaw:
    """Distribution of the amplitude v of an active feature.

    Parameters
    ----------
    name : str
        How tasks call it.
    moment : callable
        k ↦ E[v^k], exact, for whole k ≥ 0.
    code : int
        How compiled samplers call it.
    """

    name: str
    moment: Callable[[int], float]
    code: int


def _uniform(k: int) -> float:
    """E[v^k] for v ~ U(0, 2): 2^k/(k+1)."""
    return 2.0**k / (k + 1)


def _constant(k: int) -> float:
    """E[v^k] for v = 1."""
    return 1.0


def _half_normal(k: int) -> float:
    """E[v^k] for v = √(π/2)·|g|, g standard normal: π^(k/2) Γ((k+1)/2)/√π, mean 1."""
    return math.pi ** (k / 2) * math.gamma((k + 1) / 2) / math.sqrt(math.pi)


def _symmetric(k: int) -> float:
    """E[v^k] for v ~ U(−2, 2): the second moments of "uniform" without its mean."""
    return 0.0 if k % 2 else 2.0**k / (k + 1)


AMPLITUDES = {
    law.name: law
    for law in (
        AmplitudeLaw("uniform", _uniform, 0),
        AmplitudeLaw("constant", _constant, 1),
        AmplitudeLaw("half-normal", _half_normal, 2),
        AmplitudeLaw("symmetric", _symmetric, 3),
    )
}
