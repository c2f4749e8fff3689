"""What chance gives: random directions of given norms, and Haar features at a given spectrum."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincinv

Array = NDArray[np.float64]
DRAWS = 4000
"""Features drawn from the Haar law: the p-value of 0.05 then has an error of 0.0035."""
_ANGLES = 20_001


def frame_potential(n: int, dimension: int) -> tuple[float, float]:
    """Mean and standard deviation of ‖F‖² of n independent uniform unit vectors.

    E‖F‖² = n + n(n − 1)/d,  Var = 4(d − 1) n(n − 1)/(d²(d + 2))

    Exact, derivation steps G9, G10: overlaps of uniform vectors are pairwise independent.
    """
    pairs, d = n * (n - 1.0), float(dimension)
    return n + pairs / d, math.sqrt(4.0 * (d - 1.0) * pairs / (d * d * (d + 2.0)))


def deviation_from_tight(square_norms: Array, dimension: int) -> float:
    """E‖F/tr F − 1/d‖² of independent uniform directions with these norms: exact.

    (1 − 1/d) Σ|w|⁴/(Σ|w|²)², from E (w_i·w_j)² = |w_i|²|w_j|²/d.
    """
    return float((1.0 - 1.0 / dimension) * _concentration(square_norms))


def participation(square_norms: Array, dimension: int) -> float:
    """(tr F)²/E‖F‖² of independent uniform directions with these norms."""
    return float(1.0 / (1.0 / dimension + deviation_from_tight(square_norms, dimension)))


def capacity(square_norms: Array, dimension: int) -> float:
    """Σ D_i/min(n, d) of independent uniform directions with these norms, from below.

    E D_i ≥ |w_i|²/(|w_i|² + Σ_{j≠i}|w_j|²/d), by Jensen (derivation step G12); n/(n + d − 1) for
    unit norms and n ≥ d. The mean is higher: by 6 % at n, d = 8, 3 and by 2.5 % at 40, 8.
    """
    others = square_norms.sum() - square_norms
    own = square_norms > 0.0
    share = square_norms[own] / (square_norms[own] + others[own] / dimension)
    return float(share.sum() / min(own.sum(), dimension))


@dataclass(frozen=True)
class Haar:
    """Haar features at a given spectrum.

    Parameters
    ----------
    spreads : ndarray, (draws,)
        cv² = Var_μ λ/E_μ² λ of each, sorted.
    capacity : float
        E[(Σ λ g²)²/Σ λ² g²]/E[Σ λ g²/λ̄], what Σ D_i/rank F is for many of them.
    """

    spreads: Array
    capacity: float


def haar(eigenvalues: Array, rng: np.random.Generator, draws: int = DRAWS) -> Haar:
    """Return draws of Haar features at a given spectrum.

    μ(l) = λ_l g_l²/Σ λ g² with standard normal g: a row of the right singular vectors is uniform
    (derivation step G14). The constraint that norms are those observed is left out.

    Parameters
    ----------
    eigenvalues : ndarray, (rank,)
        Above zero.
    """
    lam = eigenvalues / eigenvalues.mean()
    spreads, shares, total = np.empty(draws), np.empty(draws), 0.0
    size = max(1, 2**21 // len(lam))
    for start in range(0, draws, size):
        place = slice(start, min(start + size, draws))
        weights = lam * rng.standard_normal((place.stop - start, len(lam))) ** 2
        norms = weights.sum(axis=1)
        first, second = weights @ lam, weights @ lam**2
        spreads[place] = second * norms / first**2 - 1.0
        shares[place] = norms**2 / first
        total += float(norms.sum())
    return Haar(np.sort(np.maximum(spreads, 0.0)), float(shares.sum() / total))


def tail(overlap: Array, dimension: int) -> Array:
    """P(|ξ| > overlap) of the cosine of two uniform directions: ξ² ~ Beta(½, (d − 1)/2)."""
    if dimension == 1:
        return np.ones_like(overlap)
    return np.asarray(betainc((dimension - 1) / 2, 0.5, 1.0 - overlap**2))


def bin_density(edges: Array, dimension: int) -> Array:
    """Mean density of the cosine of two uniform directions in each bin."""
    above = 0.5 * np.where(edges > 0.0, tail(edges, dimension), 2.0 - tail(edges, dimension))
    above = np.where(np.abs(edges) < 1.0, above, 0.5 * (1.0 - edges))  # d = 1 has its mass at ±1
    return np.asarray(-np.diff(above) / np.diff(edges))


def largest_overlap(n_pairs: float, dimension: int) -> float:
    """Overlap that one of so many pairs of uniform directions exceeds on average."""
    if dimension == 1:
        return 1.0
    return float(math.sqrt(1.0 - betaincinv((dimension - 1) / 2, 0.5, 1.0 / n_pairs)))


def marchenko_pastur(n: int, dimension: int) -> tuple[float, float]:
    """Edges of the spectrum of F of n unit directions, in units of n/d, as both go to ∞."""
    root = math.sqrt(dimension / n)
    return (1.0 - root) ** 2, (1.0 + root) ** 2


def marchenko_pastur_levels(ratio: float, rank: int) -> Array:
    """Eigenvalues of F, falling, by the Marchenko-Pastur law: its quantiles at (k − ½)/rank.

    ρ(x) = √((x_+ − x)(x − x_−))/(2π y x), x_± = (1 ± √y)², in units of tr F/d

    Parameters
    ----------
    ratio : float
        y = d/n of n unit features; above 1 the d − n eigenvalues that are zero are left out.
    rank : int
        How many eigenvalues.
    """
    angle = np.linspace(0.0, np.pi, _ANGLES)
    level = 1.0 + ratio + 2.0 * math.sqrt(ratio) * np.cos(angle)
    # ρ dx over the angle is 2 sin²/(π x): without the square roots' ends.
    share = np.sin(angle) ** 2 / np.maximum(level, 1e-300)
    share[[0, -1]] = 0.0 if ratio != 1.0 else (0.0, 0.5)
    passed = np.concatenate([[0.0], np.cumsum(0.5 * (share[1:] + share[:-1]))])
    ranks = (np.arange(rank) + 0.5) / rank
    return np.interp(ranks, passed / passed[-1], level)


def _concentration(square_norms: Array) -> float:
    total = float(square_norms.sum())
    return float(((square_norms / total) ** 2).sum()) if total else 0.0
