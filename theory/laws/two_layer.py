"""Two layers, balanced and diagonal (K = N)."""

from __future__ import annotations


def two_layer_exponent(a: float, b: float) -> float:
    """Return α_2 = (a + 2b − 1)/(a + b), the exponent of two-layer students.

    Source: derivation step T6 [derived]; holds for a + b > 0 and a + 2b > 1.
    """
    return (a + 2.0 * b - 1.0) / (a + b)
