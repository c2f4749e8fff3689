"""Population flow of fixed W with every entry of S worked out: what `superlaw` is timed against.

dB/dt = W D Wᵀ and dβ/dt for ŷ = ReLU(WᵀB W x + β), one active feature, v uniform on (0, 2), a
target of 1 for every feature. Two codes fill D = −∂L/∂S and −∂L/∂β (R4, R5): a compiled double loop
over the entries, which is how this package had it before it kept lists of pairs, and PyTorch. Both
take the package's own Runge-Kutta-Chebyshev steps, under the bound on the spectral radius and the
error of that time: ‖B‖ as a whole, each β on its own, and every output time is a step's end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

from superlaw.curves import Array
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.integrators.stabilised import Chebyshev

Descent = Callable[[Array, Array, Array, Array], None]
"""descent(B, beta, dB, dbeta) fills the rates."""
FIRST_STEP, BIAS_SLACK, SMALL, WARM_STEPS = 0.02, 5.0, 1e-6, 2
"""As they were: an error of β may be this many times rtol."""


class DenseFlow:
    """A student with fixed W under population flow, from B = β = 0.

    Parameters
    ----------
    task : PowerLawTask
    W : ndarray, (K, N)
    descent : callable
    rtol : float
    refresh : int
        Steps after which the spectral radius is measured again; 0 keeps its bound at the start.
    """

    def __init__(
        self, task: PowerLawTask, W: Array, descent: Descent, rtol: float, refresh: int = 0
    ) -> None:
        self.width, n = W.shape
        self.W, self.descent, self.rtol = W, descent, rtol
        index = np.arange(1.0, n + 1.0)
        self.p = np.asarray(task.probability(index))
        lam = np.asarray(task.second_moment(index))
        radius = 1.1 * (lam[0] * (1.0 + n / self.width) + lam.sum() / self.width + 1.0)
        start = np.zeros(self.width**2 + n, W.dtype)
        self.stepper = Chebyshev(
            self._rate, float(radius), self._error, start, 0.0, FIRST_STEP, refresh, WARM_STEPS
        )

    def losses(self, times: Array) -> Array:
        """Return the loss at each time."""
        found = []
        for t in times:
            while self.stepper.t < t:
                self.stepper.step(t)
            B, beta = self._parts(self.stepper.y.astype(np.float64))
            W = self.W.astype(np.float64)
            found.append(loss(W.T @ (B @ W), beta, self.p))
        return np.array(found)

    def _parts(self, y: Array) -> tuple[Array, Array]:
        square = self.width**2
        return y[:square].reshape(self.width, self.width), y[square:]

    def _rate(self, y: Array, out: Array) -> None:
        self.descent(*self._parts(y), *self._parts(out))

    def _error(self, estimate: Array, y: Array) -> float:
        error_B, error_beta = self._parts(estimate)
        in_B = float(np.linalg.norm(error_B) / (np.linalg.norm(self._parts(y)[0]) + SMALL))
        return max(in_B, float(np.abs(error_beta).max()) / BIAS_SLACK) / self.rtol


def by_numba(W: Array, p: Array) -> Descent:
    """Return the rates by a compiled double loop and three products."""
    D, p = np.empty((len(p), len(p)), W.dtype), p.astype(W.dtype)

    def descent(B: Array, beta: Array, dB: Array, dbeta: Array) -> None:
        _fill(W.T @ (B @ W), beta, p, D, dbeta)
        dB[:] = (W @ D) @ W.T

    return descent


def by_torch(W: Array, p: Array, *, is_compiled: bool) -> Descent:
    """Return the rates by PyTorch: three products, and what is between them fused if compiled."""
    import torch

    torch.set_num_threads(1)
    columns, weight = torch.from_numpy(np.ascontiguousarray(W)), torch.tensor(p.astype(W.dtype))
    pulls = torch.compile(torch_pulls) if is_compiled else torch_pulls

    def descent(B: Array, beta: Array, dB: Array, dbeta: Array) -> None:
        S = columns.T @ (torch.from_numpy(B) @ columns)
        D, own, pull = pulls(S, torch.from_numpy(beta), weight)
        D.diagonal().add_(own)
        torch.from_numpy(dbeta).copy_(pull)
        torch.from_numpy(dB).copy_((columns @ D) @ columns.T)

    return descent


def torch_pulls(S: Any, beta: Any, p: Any) -> tuple[Any, Any, Any]:
    """Return −∂L/∂S but for the targets, what these add to its diagonal, and −∂L/∂β."""
    import torch

    b = beta[:, None]
    end = S + S + b
    u = torch.relu(end)
    q = u / S.clamp(min=1e-30)
    x = -b / S.clamp(max=-1e-30)
    is_full, is_up = end >= 0.0, b > 0.0
    first = torch.where(is_full, S * (4.0 / 3.0) + b, b * x * x * (1.0 / 12.0))
    plain = torch.where(is_full, S + b, b * x * 0.25)
    D = -p * torch.where(is_up, first, q * q * (4.0 * S - b) * (1.0 / 12.0))
    pull = -(torch.where(is_up, plain, q * u * 0.25) @ p)
    own = torch.diagonal(S)
    x = (-beta / own).clamp(0.0, 2.0)
    x = torch.where((own == 0.0) & (beta >= 0.0), torch.zeros_like(x), x)
    is_rising = own >= 0.0
    second = torch.where(is_rising, 8.0 - x * x * x, x * x * x) * (1.0 / 6.0)
    mean = torch.where(is_rising, 4.0 - x * x, x * x) * 0.25
    return D, p * second, pull + p * mean


@njit(cache=True)
def _moments(S, beta):
    """Return E[v^k 1(v S + β ≥ 0)], k = 0, 1, 2 (R3)."""
    if S == 0.0:
        return (1.0, 1.0, 4.0 / 3.0) if beta >= 0.0 else (0.0, 0.0, 0.0)
    x = min(max(-beta / S, 0.0), 2.0)
    m0, m1, m2 = 0.5 * x, 0.25 * x * x, x * x * x / 6.0
    return (1.0 - m0, 1.0 - m1, 4.0 / 3.0 - m2) if S > 0.0 else (m0, m1, m2)


@njit(cache=True)
def _fill(S, beta, p, D, dbeta):
    """Fill −∂L/∂S and −∂L/∂β."""
    for j in range(S.shape[0]):
        b, pull = beta[j], 0.0
        for i in range(S.shape[0]):
            m0, m1, m2 = _moments(S[j, i], b)
            D[j, i] = -p[i] * (S[j, i] * m2 + b * m1)
            pull -= p[i] * (S[j, i] * m1 + b * m0)
        m0, m1, m2 = _moments(S[j, j], b)
        D[j, j] += p[j] * m2
        dbeta[j] = pull + p[j] * m1


@njit(cache=True)
def loss(S, beta, p):
    """Return the loss ½ E|ŷ − x|² (R1)."""
    total = 0.0
    for j in range(S.shape[0]):
        for i in range(S.shape[0]):
            m0, m1, m2 = _moments(S[j, i], beta[j])
            a = 1.0 if i == j else 0.0
            gap = S[j, i] - a
            square = gap * gap * m2 + 2.0 * gap * beta[j] * m1 + beta[j] ** 2 * m0
            total += 0.5 * p[i] * (square + a * a * (4.0 / 3.0 - m2))
    return total
