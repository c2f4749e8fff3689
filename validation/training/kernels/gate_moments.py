"""Gradient and loss of every entry of S, exactly: one active feature, ŷ = φ(S x + β).

Sums over the amplitude v are closed forms, so that nothing is sampled (R1 to R5).
"""

from __future__ import annotations

import math

from superlaw.compiled import helper, kernel

RELU_LAWS = ("uniform", "constant", "half-normal")
"""Amplitude laws, by their code, that the gate's moments are known for."""


@helper()
def _half_normal_moments(x):
    """Return E[v^k 1(v < x)], k = 0, 1, 2, for v = √(π/2)|g|."""
    z = x * math.sqrt(2.0 / math.pi)
    below, density = math.erf(z / math.sqrt(2.0)), math.exp(-0.5 * z * z)
    return below, 1.0 - density, 0.5 * math.pi * (below - math.sqrt(2.0 / math.pi) * z * density)


@helper()
def gate_moments(law, S, beta):
    """Return E[v^k 1(v S + β ≥ 0)], k = 0, 1, 2 (R3).

    Parameters
    ----------
    law : int
        0, 1, 2 for uniform on (0, 2), constant 1, half-normal of mean 1.
    S, beta : float
    """
    if law == 1:
        is_open = 1.0 if S + beta >= 0.0 else 0.0
        return is_open, is_open, is_open
    second = 4.0 / 3.0 if law == 0 else 0.5 * math.pi
    if S == 0.0:
        return (1.0, 1.0, second) if beta >= 0.0 else (0.0, 0.0, 0.0)
    x = max(-beta / S, 0.0)
    if law == 0:
        x = min(x, 2.0)
        m0, m1, m2 = 0.5 * x, 0.25 * x * x, x * x * x / 6.0
    else:
        m0, m1, m2 = _half_normal_moments(x)
    return (1.0 - m0, 1.0 - m1, second - m2) if S > 0.0 else (m0, m1, m2)


@kernel()
def relu_descent(S, beta, p, target, law, D, bias_descent, losses):
    """Fill −∂L/∂S and −∂L/∂β; set the losses of diagonal and of interference.

    Parameters
    ----------
    S : ndarray, (N, N)
        S[j, i] is what feature i does to output j.
    beta, p, target : ndarray, (N,)
    law : int
    D : ndarray, (N, N)
        Receives −∂L/∂S.
    bias_descent : ndarray, (N,)
        Receives −∂L/∂β.
    losses : ndarray, (2,)
    """
    n = S.shape[0]
    second = gate_moments(law, 1.0, 0.0)[2]
    losses[:] = 0.0
    for j in range(n):
        b, pull = beta[j], 0.0
        interference = 0.0
        for i in range(n):
            entry = S[j, i]
            m0, m1, m2 = gate_moments(law, entry, b)
            D[j, i] = -p[i] * (entry * m2 + b * m1)
            pull -= p[i] * (entry * m1 + b * m0)
            if i != j:
                square = entry * entry * m2 + 2.0 * entry * b * m1 + b * b * m0
                interference += 0.5 * p[i] * square
        m0, m1, m2 = gate_moments(law, S[j, j], b)
        a, gap = target[j], S[j, j] - target[j]
        D[j, j] += p[j] * a * m2
        bias_descent[j] = pull + p[j] * a * m1
        square = gap * gap * m2 + 2.0 * gap * b * m1 + b * b * m0 + a * a * (second - m2)
        losses[0] += 0.5 * p[j] * square
        losses[1] += interference


@kernel()
def linear_descent(S, beta, p, target, mean, second, D, bias_descent, losses):
    """Fill the same for φ = identity, where only E[v] and E[v²] count."""
    n = S.shape[0]
    losses[:] = 0.0
    for j in range(n):
        b, pull = beta[j], 0.0
        for i in range(n):
            gap = S[j, i] - (target[j] if i == j else 0.0)
            D[j, i] = -p[i] * (second * gap + mean * b)
            pull -= p[i] * (mean * gap + b)
            square = second * gap * gap + 2.0 * mean * gap * b + b * b
            losses[0 if i == j else 1] += 0.5 * p[i] * square
        bias_descent[j] = pull
