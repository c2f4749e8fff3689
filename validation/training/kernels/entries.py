"""Gradient and loss of every entry of S, exactly: one active feature, ŷ = φ(S x + β).

Sums over the amplitude v are closed forms, so that nothing is sampled (R1 to R5).
"""

from __future__ import annotations

from numba import float64, int64, void

from superlaw.compiled import kernel
from superlaw.validation.training.kernels.gate_moments import gate_moments
from superlaw.validation.training.kernels.optimizer_steps import REALS


@kernel(
    *(
        void(real[:, ::1], *(real[::1],) * 3, int64, real[:, ::1], real[::1], float64[::1])
        for real in REALS
    )
)
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


@kernel(
    *(
        void(
            real[:, ::1],
            *(real[::1],) * 3,
            *(float64,) * 2,
            *(real[:, ::1], real[::1], float64[::1]),
        )
        for real in REALS
    )
)
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


@kernel(
    *(
        float64(real[:, ::1], *(real[::1],) * 2, int64, *(float64,) * 2, real[:, ::1], real[::1])
        for real in REALS
    )
)
def move_size(S, beta, p, law, mean, second, S_move, beta_move):
    """Return E‖δŷ‖² to first order in a move of S and β; law −1 is φ = identity."""
    total = 0.0
    for j in range(S.shape[0]):
        b = float(beta_move[j])
        for i in range(S.shape[1]):
            m0, m1, m2 = (
                (1.0, mean, second)
                if law < 0
                else gate_moments(law, float(S[j, i]), float(beta[j]))
            )
            step = float(S_move[j, i])
            total += p[i] * (step * step * m2 + 2.0 * step * b * m1 + b * b * m0)
    return total


@kernel(int64(int64, *(float64[::1],) * 2))
def n_dead(law, own, beta):
    """Return how many outputs never open on their own feature."""
    dead = 0
    for j in range(beta.size):
        dead += gate_moments(law, own[j], beta[j])[0] == 0.0
    return dead
