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

from superlaw.curves import Array
from superlaw.solvers.models.kernels.moments import add_by_powers, step_by_step


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
    add_by_powers(change, target**2, 0.5 * weight * lam, np.asarray(steps, np.int64), loss)
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
    step_by_step(change, kick, half_rate, start, np.asarray(steps, np.int64), loss)
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
