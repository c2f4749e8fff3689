"""Mean loss of stochastic gradient descent, from exact recursions of second moments."""

from __future__ import annotations

import numpy as np

from superlaw.curves import Array


def one_active_rates(lam: Array, fourth: Array, lr: float, batch: int | None) -> Array:
    """Return the rates r at which mean squares fall, E[e_i²] ∝ exp(−r_i t), at the times of steps.

    r = −log(ρ)/η with ρ = (1 − ηλ)² + (η²/B)(E[x⁴] − λ²); without sampling noise B = ∞. Source:
    derivation step N1 [derived], exact for one active feature.

    Parameters
    ----------
    lam, fourth : ndarray
        E[x²] and E[x⁴], shape (G,).
    lr : float
        Learning rate η.
    batch : int or None
        Batch size B; None for the population gradient.
    """
    spread = 0.0 if batch is None else lr / batch * (fourth - lam**2)
    return -np.log1p(lr * (lr * lam**2 - 2.0 * lam + spread)) / lr


def centred_loss(
    steps: Array, lam: Array, fourth: Array, target: Array, weight: Array, lr: float, batch: int
) -> Array:
    """Return the mean loss after given numbers of SGD steps on independent centred inputs.

    P_i ← [(1 − ηλ)² + (η²/B)(E[x⁴] − 2λ²)] P_i + 2(η²/B) λ L, L = ½ Σ n λ P, P(0) = a². Source:
    derivation step N4 [derived], exact.

    Parameters
    ----------
    steps : ndarray
        Numbers of steps, increasing, shape (n,).
    lam, fourth, target, weight : ndarray
        E[x²], E[x⁴], a and multiplicities of the classes, shape (G,).
    lr : float
        Learning rate η.
    batch : int
        Batch size B.
    """
    from superlaw.solvers.models.kernels.moments import mean_squares  # numba takes a second

    factor = (1.0 - lr * lam) ** 2 + lr**2 / batch * (fourth - 2.0 * lam**2)
    loss = np.empty(len(steps))
    kick, half_rate = 2.0 * lr**2 / batch * lam, 0.5 * weight * lam
    mean_squares(factor, kick, half_rate, target**2, np.asarray(steps, np.int64), loss)
    return loss


def coupled_loss(
    steps: Array, raw_moments: Array, target: Array, lr: float, batch: int | None
) -> Array:
    """Return the mean loss after given numbers of SGD steps on independent inputs with a mean.

    With P = Σ_j E[e_j e_jᵀ] over the rows of the error, Σ = E[xxᵀ] and L = ½ tr(ΣP),

        P ← P − η(ΣP + PΣ) + η²[(1 − 1/B) ΣPΣ + (1/B) E[xxᵀ P xxᵀ]],

    exact [derived: fourth moments of independent entries by cumulants]; for small η this is step
    M3. O(N²) a step.

    Parameters
    ----------
    steps : ndarray
        Numbers of steps, increasing, shape (n,).
    raw_moments : ndarray
        E[x], E[x²], E[x³], E[x⁴] of each feature, shape (4, N).
    target : ndarray
        Teacher entries, shape (N,).
    lr : float
        Learning rate η.
    batch : int or None
        Batch size B; None for the population gradient.
    """
    mean, second, third, fourth = raw_moments
    inputs = (mean, second - mean**2, *_cumulants(mean, second, third, fourth))
    P, done, loss = np.diag(target**2), 0, np.empty(len(steps))
    for row, step in enumerate(np.asarray(steps, np.int64)):
        for _ in range(step - done):
            P = _moment_step(P, *inputs, lr, 0.0 if batch is None else 1.0 / batch)
        done = step
        loss[row] = 0.5 * (second @ np.diag(P) + mean @ P @ mean - mean**2 @ np.diag(P))
    return loss


def _cumulants(mean: Array, second: Array, third: Array, fourth: Array) -> tuple[Array, Array]:
    """Return third and fourth cumulants."""
    skew = third - 3.0 * second * mean + 2.0 * mean**3
    excess = fourth - 4.0 * third * mean - 3.0 * second**2
    return skew, excess + 12.0 * second * mean**2 - 6.0 * mean**4


def _moment_step(
    P: Array, mean: Array, c: Array, skew: Array, excess: Array, lr: float, noise: float
) -> Array:
    """One step of the recursion; every product with Σ = diag(c) + μμᵀ costs O(N²)."""
    pull, diagonal = P @ mean, np.diag(P)
    once = c[:, None] * P + np.outer(mean, pull)  # ΣP
    twice = c * once + np.outer(once @ mean, mean)  # ΣPΣ
    # Kept symmetric to the last bit: an antisymmetric part would not be learned, but grow.
    new = P - lr * (once + once.T) + lr**2 * (1.0 + noise) * 0.5 * (twice + twice.T)
    if noise > 0.0:
        level = c @ diagonal + mean @ pull  # E[xᵀPx]
        side = np.outer(skew * diagonal, mean)
        rank_one = np.outer(mean, mean)
        spread = (level - 2.0 * (mean @ pull)) * rank_one + side + side.T
        spread[np.diag_indices_from(P)] += level * c + 2.0 * skew * pull + excess * diagonal
        new += lr**2 * noise * spread
    return new
