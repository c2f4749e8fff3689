"""How the trained parameters of a student make the two factors of S = LRᵀ, and what pulls them.

Rows of L and R are the columns l_j and r_i of maps from and to K dimensions, S_ji = l_j·r_i.
Embedded students: L = Wᵀ, R = WᵀBᵀ (R6). Tied: both are Wᵀ. Untied: L = Dᵀ, R = Wᵀ.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superlaw.validation.training.features import Features

Array = NDArray[Any]
Parts = dict[str, Array]
"""Views of the state by name."""


class FixedEmbedding:
    """ŷ = φ(WᵀB W x + β), B trained from 0.

    Parameters
    ----------
    columns : ndarray, (N, K)
        Wᵀ.
    features : Features
    """

    is_tied = two_sided = False

    def __init__(self, columns: Array, features: Features) -> None:
        self.columns, self.features = columns, features
        self.weighted = columns * features.n[:, None]
        self._zero = np.zeros_like(columns)
        self.width = columns.shape[1]

    def start(self) -> Parts:
        """Return the trained arrays at their start."""
        return {"B": np.zeros((self.width, self.width), self.columns.dtype)}

    def factors(self, parts: Parts) -> tuple[Array, Array]:
        """Return L and R in the precision of the parts."""
        columns = self.columns.astype(parts["B"].dtype, copy=False)
        return columns, columns @ parts["B"].T

    def geometry(self, parts: Parts) -> tuple[Array, Array]:
        """Return L and R with S = LRᵀ."""
        return self.factors(parts)

    def moves(self, parts: Parts, step: Parts) -> tuple[Array, Array]:
        """Return δL = 0 and δR of a small step."""
        return self._zero, self.columns @ step["B"].T

    def pull_back(self, parts: Parts, L_pull: Array, R_pull: Array, out: Parts) -> None:
        """Fill the rates of change: dB = Σ n_i R_pull_i w_iᵀ."""
        np.matmul(R_pull.T, self.weighted, out=out["B"])

    def radius(self, parts: Parts) -> float:
        """Upper bound on the rates of change with every gate open, but those of β."""
        n = self.features.n
        return _largest(self.columns, n) * _largest(self.columns, n * self.features.lam)

    def trace(self, parts: Parts) -> float:
        """Tr B/K."""
        return float(np.trace(parts["B"])) / self.width


class TrainedEmbedding(FixedEmbedding):
    """ŷ = φ(WᵀB W x + β), B trained from 0 and W from its columns."""

    two_sided = True

    def start(self) -> Parts:
        """Return the trained arrays at their start."""
        return super().start() | {"W": self.columns}

    def factors(self, parts: Parts) -> tuple[Array, Array]:
        """Return L and R."""
        return parts["W"], parts["W"] @ parts["B"].T

    def moves(self, parts: Parts, step: Parts) -> tuple[Array, Array]:
        """Return δL and δR of a small step."""
        return step["W"], step["W"] @ parts["B"].T + parts["W"] @ step["B"].T

    def pull_back(self, parts: Parts, L_pull: Array, R_pull: Array, out: Parts) -> None:
        """Fill the rates of change: dB as for fixed W, dw_i = L_pull_i + Bᵀ R_pull_i."""
        np.matmul((R_pull * self.features.n[:, None]).T, parts["W"], out=out["B"])
        np.add(L_pull, R_pull @ parts["B"], out=out["W"])

    def radius(self, parts: Parts) -> float:
        """Upper bound at the start, B = 0: that of fixed W and of what couples B to W."""
        return super().radius(parts) + 2.0 * float(np.max(self.features.lam))


class Tied:
    """ŷ = φ(WᵀW x + β), W trained.

    Parameters
    ----------
    columns : ndarray, (N, K)
        Start of Wᵀ.
    features : Features
    """

    is_tied, two_sided = True, False

    def __init__(self, columns: Array, features: Features) -> None:
        self.columns, self.features = columns, features
        self.width = columns.shape[1]

    def start(self) -> Parts:
        """Return the trained arrays at their start."""
        return {"W": self.columns}

    def factors(self, parts: Parts) -> tuple[Array, Array]:
        """Return L and R."""
        return parts["W"], parts["W"]

    def geometry(self, parts: Parts) -> tuple[Array, Array]:
        """Return L and R with S = LRᵀ."""
        return self.factors(parts)

    def moves(self, parts: Parts, step: Parts) -> tuple[Array, Array]:
        """Return δL and δR of a small step."""
        return step["W"], step["W"]

    def pull_back(self, parts: Parts, L_pull: Array, R_pull: Array, out: Parts) -> None:
        """Fill the rates of change."""
        out["W"][:] = R_pull

    def radius(self, parts: Parts) -> float:
        """Upper bound on the rates of change with every gate open, but those of β."""
        W, n, lam = parts["W"], self.features.n, self.features.lam
        top = float(np.max(lam))
        own = math.sqrt(_largest(W, n * lam)) + math.sqrt(_largest(W, n) * top)
        return own * own + 2.0 * top

    def trace(self, parts: Parts) -> float:
        """Tr WWᵀ/K."""
        return float(self.features.n @ np.sum(parts["W"] ** 2, axis=1)) / self.width


class Untied(Tied):
    """ŷ = φ(DᵀW x + β), the decoder D trained too.

    Parameters
    ----------
    columns, decoder : ndarray, (N, K)
        Start of Wᵀ and Dᵀ.
    features : Features
    """

    is_tied, two_sided = False, True

    def __init__(self, columns: Array, decoder: Array, features: Features) -> None:
        super().__init__(columns, features)
        self.decoder = decoder

    def start(self) -> Parts:
        """Return the trained arrays at their start."""
        return {"W": self.columns, "decoder": self.decoder}

    def factors(self, parts: Parts) -> tuple[Array, Array]:
        """Return L and R."""
        return parts["decoder"], parts["W"]

    def moves(self, parts: Parts, step: Parts) -> tuple[Array, Array]:
        """Return δL and δR of a small step."""
        return step["decoder"], step["W"]

    def pull_back(self, parts: Parts, L_pull: Array, R_pull: Array, out: Parts) -> None:
        """Fill the rates of change."""
        out["decoder"][:], out["W"][:] = L_pull, R_pull

    def radius(self, parts: Parts) -> float:
        """Upper bound on the rates of change with every gate open, but those of β."""
        n, lam = self.features.n, self.features.lam
        top = float(np.max(lam))
        return _largest(parts["W"], n * lam) + _largest(parts["decoder"], n) * top + 2.0 * top

    def trace(self, parts: Parts) -> float:
        """Tr DWᵀ/K."""
        return float(self.features.n @ np.sum(parts["W"] * parts["decoder"], axis=1)) / self.width


def _largest(rows: Array, weight: Array) -> float:
    """Largest eigenvalue of Σ weight_i w_i w_iᵀ."""
    weighted = rows * np.asarray(weight, np.float64)[:, None]
    return float(np.linalg.eigvalsh(weighted.T @ rows)[-1])
