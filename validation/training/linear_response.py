"""The pull of the population loss on the factors of S = LRᵀ for ŷ = S x + β, in O(N K²).

Without gates every sum over pairs is a product of K × K matrices:

    −∂L/∂r_i = λ_i (a_i l_i − G r_i) − m p_i Σ_j β_j l_j,     G = Σ_j l_j l_jᵀ, m = E[v],
    −∂L/∂l_j = λ_j a_j r_j − C l_j − m β_j Σ_i p_i r_i,       C = Σ_i λ_i r_i r_iᵀ,
    −∂L/∂β_j = m (p_j a_j − l_j·Σ_i p_i r_i) − β_j.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from superlaw.validation.training.features import Features

Array = NDArray[np.floating]
Moves = tuple[Array, Array, Array]


class LinearResponse:
    """Interference and own pull of single features on linear outputs.

    Parameters
    ----------
    features : Features
        Single ones.
    is_tied : bool
        Whether L is R.
    """

    def __init__(self, features: Features, *, is_tied: bool) -> None:
        self.is_tied, self.mean = is_tied, features.law.moment(1)
        self.p, self.target = features.p, features.target
        self.lam = features.lam.astype(features.p.dtype)

    def pull(
        self, L: Array, R: Array, beta: Array, L_pull: Array, R_pull: Array, beta_pull: Array
    ) -> None:
        """Fill −∂L/∂L, −∂L/∂R and −∂L/∂β; a tied student's is left in R_pull."""
        mean_in, mean_out = self.p @ R, beta @ L
        own = (self.lam * self.target)[:, None]
        R_pull[:] = own * L - self.lam[:, None] * (R @ (L.T @ L))
        R_pull -= self.mean * np.outer(self.p, mean_out)
        second = (R * self.lam[:, None]).T @ R
        L_pull[:] = own * R - L @ second - self.mean * np.outer(beta, mean_in)
        beta_pull[:] = self.mean * (self.p * self.target - L @ mean_in) - beta
        if self.is_tied:
            R_pull += L_pull

    def losses(self, L: Array, R: Array, beta: Array) -> tuple[float, float]:
        """Return the loss of features on their own output, and on all others."""
        S = np.einsum("jk,jk->j", L, R)
        gap = S - self.target
        own = 0.5 * (self.lam @ gap**2 + 2.0 * self.mean * (self.p * gap) @ beta + self.p @ beta**2)
        silent = self.lam @ S**2 + 2.0 * self.mean * (self.p * S) @ beta + self.p @ beta**2
        return float(own), 0.5 * (self._square(L, R, (L, R, beta), 1) - float(silent))

    def loss_and_shift(self, L: Array, R: Array, beta: Array, moves: Moves) -> tuple[float, float]:
        """Return the loss, and E‖δŷ‖² to first order in a move of L, R and β."""
        return sum(self.losses(L, R, beta)), self._square(L, R, moves, 2)

    def _square(self, L: Array, R: Array, moves: Moves, sides: int) -> float:
        """Return E‖(l·δr + δl·r) v + δβ‖²; for one side without δl."""
        L_move, R_move, beta_move = moves
        lam = self.lam[:, None]
        total = np.sum((L.T @ L) * (R_move.T @ (lam * R_move)))
        means = (beta_move @ L) @ (self.p @ R_move)
        if sides > 1:
            total += np.sum((L_move.T @ L_move) * (R.T @ (lam * R)))
            total += 2.0 * np.sum((L.T @ L_move) * (R_move.T @ (lam * R)))
            means += (beta_move @ L_move) @ (self.p @ R)
        return float(total + 2.0 * self.mean * means + self.p.sum() * beta_move @ beta_move)
