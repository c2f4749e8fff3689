"""Loss against width, in plain arithmetic: clear codes, who is represented, the best width.

ŷ = relu(WᵀW x + b), loss L = E‖ŷ − x‖² without a ½, amplitudes uniform on (0, 2).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Number = TypeVar("Number", float, "NDArray[np.float64]")


def clear_code_loss(kappa: float) -> float:
    """Return κ² + κ³/3, the least loss of a code whose largest cosine κ never comes through.

    Derivation step H6. One active feature, any frequencies; κ = 1 is the loss 4/3 of ignoring
    every feature.
    """
    return kappa**2 + kappa**3 / 3.0


def clear_code_gain(kappa: float) -> float:
    """Return s = 1 + 3κ/(2(1 − κ)), its gain; its bias is −2κs (H5)."""
    return 1.0 + 1.5 * kappa / (1.0 - kappa)


def welch_cosine(n: int, m: int) -> float:
    """Return √((n − m)/(m(n − 1))): the largest cosine of n unit columns is never below it.

    Source: L. R. Welch, IEEE Trans. Inform. Theory 20 (1974) 397 [literature].
    """
    return math.sqrt(max(n - m, 0) / (m * max(n - 1, 1)))


def ignored_loss(p: Number) -> Number:
    """Return 4p/3 − p², what a feature of frequency p costs that only a bias answers (H23)."""
    return 4.0 * p / 3.0 - p * p


def isolated_norm(p: float, ridge: float) -> float:
    """Return |w|² = 1 − 3λ/(16p) of a feature alone under the energy L + ½λ Σ|w|²; at least 0.

    Derivation step H13. It stays above ¼, norm above ½, where p > λ/4 (H14).
    """
    return max(1.0 - 3.0 * ridge / (16.0 * p), 0.0)


def crowded_threshold(kappa: float, ridge: float) -> float:
    """Return the least frequency of a feature that pays for its norm in a code of largest cosine κ.

    p = λ s/(2 (4/3 − κ² − κ³/3)), s the gain of the clear code: 3λ/8 at κ = 0 (H15).
    """
    return ridge * clear_code_gain(kappa) / (2.0 * (4.0 / 3.0 - clear_code_loss(kappa)))


def exponent_range(a: float) -> tuple[float, float]:
    """Return a and (3a − 1)/2, between which the exponent of i^-a lies as n → ∞, a > 1.

    The first is the budget closure's (H28), the second the linear programme's, for equal norms
    (H30).
    """
    return a, 0.5 * (3.0 * a - 1.0)


def best_width(compute: float, a: float, amplitude: float, c: float, floor: float) -> float:
    """Return the width of the least A t^-a + B m^-c at compute C = m t.

    m = (cB/(aA))^(1/(a + c)) C^(a/(a + c)), and the loss falls as C^(−ac/(a + c)) (H32, H34).
    """
    return (c * floor / (a * amplitude)) ** (1.0 / (a + c)) * compute ** (a / (a + c))
