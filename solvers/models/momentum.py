"""Mean loss of SGD with momentum: three second moments a mode, from exact recursions.

A step pulls the error e of a mode with q and moves it by its velocity, u' = m u − ηq, e' = e + u'.
Averaged over fresh samples, (P, C, U) = E[e², eu, u²] obey

    P' = (1 − 2ηλ) P + η²Q + 2m(1 − ηλ) C + m²U,
    C' = −ηλ P + η²Q + m(1 − 2ηλ) C + m²U,
    U' = η²Q − 2ηλm C + m²U,

where Q = E[q²] is a multiple of P, plus a multiple of the loss if features are active together.
Source: derivation steps N10 to N14 [derived], exact.
"""

from __future__ import annotations

import numpy as np
from numba import float64, int64, void

from superlaw.compiled import kernel
from superlaw.curves import Array


def one_active_loss(
    steps: Array,
    lam: Array,
    fourth: Array,
    target: Array,
    weight: Array,
    lr: float,
    batch: int | None,
    momentum: float,
) -> Array:
    """Return the mean loss after given numbers of steps with one active feature (N10, N12 to N14).

    Parameters
    ----------
    steps : ndarray
        Numbers of steps, increasing, shape (n,).
    lam, fourth, target, weight : ndarray
        E[x²], E[x⁴], a and multiplicities of the classes, shape (G,).
    lr : float
        Learning rate η.
    batch : int or None
        Batch size B; None for the population gradient.
    momentum : float
        m.
    """
    square = lam**2 + (0.0 if batch is None else 1.0 / batch) * (fourth - lam**2)
    change, loss = _change(lam, square, lr, momentum), np.zeros(len(steps))
    _add_by_powers(change, target**2, 0.5 * weight * lam, np.asarray(steps, np.int64), loss)
    return loss


def centred_loss(
    steps: Array,
    lam: Array,
    fourth: Array,
    target: Array,
    weight: Array,
    lr: float,
    batch: int | None,
    momentum: float,
) -> Array:
    """Return the mean loss after given numbers of steps on independent centred inputs (N11 to N14).

    Parameters as in `one_active_loss`; the population gradient is the same for both.
    """
    if batch is None:
        return one_active_loss(steps, lam, fourth, target, weight, lr, batch, momentum)
    change = _change(lam, lam**2 + (fourth - 2.0 * lam**2) / batch, lr, momentum)
    kick, half_rate = 2.0 * lr**2 / batch * lam, 0.5 * weight * lam
    loss, start = np.empty(len(steps)), np.zeros((len(lam), 3))
    start[:, 0] = target**2
    _step_by_step(change, kick, half_rate, start, np.asarray(steps, np.int64), loss)
    return loss


def _change(lam: Array, square: Array, lr: float, m: float) -> Array:
    """Return T − 1 of (P, C, U)' = T (P, C, U) with Q = square · P, shape (G, 3, 3).

    T itself would round away what slow modes learn in a step.
    """
    kept, spread, same = lr * lam, lr**2 * square, np.full_like(lam, m**2)
    rows = [
        [spread - 2.0 * kept, 2.0 * m * (1.0 - kept), same],
        [spread - kept, m * (1.0 - 2.0 * kept) - 1.0, same],
        [spread, -2.0 * m * kept, same - 1.0],
    ]
    return np.ascontiguousarray(np.array(rows).transpose(2, 0, 1))


@kernel(void(float64[:, :, ::1], float64[::1], float64[::1], int64[::1], float64[::1]))
def _add_by_powers(change, start, half_rate, steps, loss):
    """Add half_rate · P of every mode at the given steps, by squaring its matrix again and again.

    With D = T − 1 kept instead of T, T² − 1 = 2D + D².
    """
    n_bits = 1
    while steps[steps.size - 1] >> n_bits > 0:
        n_bits += 1
    powers, state, moved = np.empty((n_bits, 3, 3)), np.empty(3), np.empty(3)
    for g in range(start.size):
        powers[0] = change[g]
        for bit in range(1, n_bits):
            for j in range(3):
                for k in range(3):
                    powers[bit, j, k] = 2.0 * powers[bit - 1, j, k]
                    for inner in range(3):
                        powers[bit, j, k] += powers[bit - 1, j, inner] * powers[bit - 1, inner, k]
        state[:] = 0.0
        state[0], done = start[g], 0
        for row in range(steps.size):
            ahead, bit = steps[row] - done, 0
            while ahead > 0:
                if ahead & 1:
                    for j in range(3):
                        moved[j] = state[j]
                        for k in range(3):
                            moved[j] += powers[bit, j, k] * state[k]
                    state[:] = moved
                ahead, bit = ahead >> 1, bit + 1
            done = steps[row]
            loss[row] += half_rate[g] * state[0]


@kernel(
    void(float64[:, :, ::1], float64[::1], float64[::1], float64[:, ::1], int64[::1], float64[::1])
)
def _step_by_step(change, kick, half_rate, state, steps, loss):
    """Move (P, C, U) of every mode on, each kicked by the loss of all, recorded at given steps."""
    done = 0
    for row in range(steps.size):
        while True:
            L = 0.0
            for g in range(half_rate.size):
                L += half_rate[g] * state[g, 0]
            if done == steps[row]:
                break
            for g in range(half_rate.size):
                P, C, U = state[g, 0], state[g, 1], state[g, 2]
                for j in range(3):
                    pull = change[g, j, 0] * P + change[g, j, 1] * C + change[g, j, 2] * U
                    state[g, j] += pull + kick[g] * L
            done += 1
        loss[row] = L
