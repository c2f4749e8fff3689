"""Sums of powers of the first n numbers, n without end too: plain arithmetic."""

from __future__ import annotations

import math

from superlaw.arguments import refuse

_HEAD = 32
_BERNOULLI = (1 / 12, -1 / 720, 1 / 30240, -1 / 1209600)  # B_2k/(2k)!, k = 1 … 4


def generalised_harmonic(n: int | None, a: float) -> float:
    """Return Σ_{i=1}^{n} i^-a to rounding error; n = None sums without end and needs a > 1.

    Σ_{i<M} i^-a + ∫_M^n x^-a dx + ½(M^-a + n^-a) + Σ_k B_2k/(2k)! [f^(2k−1)]_M^n, f = x^-a
    (Euler-Maclaurin formula, M = 32, four terms).
    """
    if n is None and a <= 1.0:
        refuse("a", "above 1 for infinitely many features", a, "Give a finite N, e.g. -N 1e6.")
    if n is not None and n <= 2 * _HEAD:
        return math.fsum(i**-a for i in range(1, n + 1))
    head = math.fsum(i**-a for i in range(1, _HEAD))
    near = 0.5 * _HEAD**-a - _derivative_terms(_HEAD, a)
    far = 0.5 * n**-a + _derivative_terms(n, a) if n else 0.0
    return head + near + _tail_integral(n, a) + far


def _tail_integral(n: int | None, a: float) -> float:
    """∫_M^n x^-a dx, exact also next to a = 1."""
    if n is None:
        return _HEAD ** (1.0 - a) / (a - 1.0)
    octave = math.log(n / _HEAD)
    if a == 1.0:
        return octave
    return _HEAD ** (1.0 - a) * math.expm1((1.0 - a) * octave) / (1.0 - a)


def _derivative_terms(x: float, a: float) -> float:
    """Σ_k B_2k/(2k)! f^(2k−1)(x) for f = x^-a."""
    x = float(x)
    derivative = -a * x**-a / x
    total = 0.0
    for k, coefficient in enumerate(_BERNOULLI):
        total += coefficient * derivative
        derivative *= (a + 2 * k + 1) / x * (a + 2 * k + 2) / x
    return total
