"""Frames: spectral measures of features, the room that they take, and what chance gives."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import sympy as sp

from superlaw.theory.derivation import Derivation
from superlaw.theory.proof.calculus import gamma_integrand
from superlaw.theory.proof.checks import Check, Equal, Sampled
from superlaw.theory.proof.derivation import Step
from superlaw.theory.proof.index_sums import square_overlap, summed, weighted
from superlaw.theory.proof.random_matrices import number, tight_frame
from superlaw.theory.symbols import (
    K,
    Lambda_k,
    Lambda_l,
    N,
    k,
    mu_ik,
    mu_il,
    r_F,
    square_norm_i,
    sum_i,
    sum_j,
    sum_k,
    sum_l,
)

_one, _two = (sum_k, 1, r_F), (sum_l, 1, r_F)
_mean = sp.Sum(mu_ik * Lambda_k, _one)
_SIZES = (8, 40, 200)
_F2 = sp.Symbol(r"\Vert F \Vert^{2}", positive=True)


def _moments(expression: sp.Expr, weights: dict[tuple[int, int], sp.Expr]) -> sp.Expr:
    """Replace sums by products of moments, for any number of eigenspaces.

    A term of a double sum is a product of one of k and one of l, so that its sum factorises into
    moments Σ Λ^p μ^q; `weights` holds those that are known.
    """

    def factorised(*found: sp.Expr) -> sp.Expr:
        terms = sp.Add.make_args(sp.expand(found[0]))
        indices = {limit[0] for limit in found[1:]}
        return sp.Add(*(_product_of_moments(term, indices, weights) for term in terms))

    return expression.replace(sp.Sum, factorised)


def _product_of_moments(
    term: sp.Expr, indices: set[sp.Symbol], weights: dict[tuple[int, int], sp.Expr]
) -> sp.Expr:
    number, rest = term.as_coeff_Mul()
    powers = dict(rest.as_powers_dict())
    for index, level, share in ((sum_k, Lambda_k, mu_ik), (sum_l, Lambda_l, mu_il)):
        if index in indices:
            order = powers.pop(level, 0), powers.pop(share, 0)
            number *= weights.get(order, _moment(*order))
    return number * sp.Mul(*(base**power for base, power in powers.items()))


def _moment(level: int, share: int) -> sp.Symbol:
    return sp.Symbol(f"moment {level} {share}", positive=True)


_MEASURE = {(0, 1): sp.Integer(1)}
"""A measure has weight 1 in all."""


def _all_overlaps(step: Step, mean: Step) -> Iterator[Check]:
    """Sum (w_i · w_j)² over the features j."""
    left = summed(square_overlap(), features=(sum_j,))
    for right in (square_norm_i * mean.rhs, step.rhs):
        yield Equal(_moments(left, {}), _moments(right, {}))


def _dimensionality(step: Step, overlaps: Step) -> Iterator[Check]:
    yield Equal(_moments(square_norm_i**2 / overlaps.rhs, _MEASURE), _moments(step.rhs, _MEASURE))


def _deficit(step: Step, dimensionality: Step) -> Iterator[Check]:
    """Subtract D_i from w_iᵀF⁺w_i = |w_i|² E[1/λ]."""
    left = square_norm_i * sp.Sum(mu_ik / Lambda_k, _one) - dimensionality.rhs
    yield Equal(_moments(left, _MEASURE), _moments(step.rhs, _MEASURE))


def _rank(step: Step, *_: Step) -> Iterator[Check]:
    """Sum w_iᵀF⁺w_i over the features i: each level counts once."""
    yield Equal(summed(weighted(-1), features=(sum_i,)).doit(), step.rhs)


def _potential(step: Step, *_: Step) -> Iterator[Check]:
    """Write ‖F‖² and tr F as sums over d levels, those that are zero included."""
    counted = {(0, 0): K}
    left = sp.Sum(Lambda_k**2, _one) - sp.Sum(Lambda_k, _one) ** 2 / K
    yield Equal(_moments(left, counted), _moments(step.rhs, counted))


def _mean_square(step: Step, *_: Step) -> Iterator[Check]:
    """Sum (u_i · u_j)² over all pairs, less the N of features with themselves; ‖F‖² = Σ Λ²."""
    both = summed(square_overlap(), features=(sum_j, sum_i))
    stated = sp.sympify(step.rhs).subs(_F2, _levels(2))
    yield Equal(_moments((both - N) / (N * (N - 1)), {}), _moments(stated, {}))


def _cosine_moments(step: Step, *_: Step) -> Iterator[Check]:
    """Divide the moments of one of K squared normal numbers by those of their sum.

    g = |g| u with |g| and u independent, so that E g_1^2k = E |g|^2k E u_1^2k.
    """
    x = sp.Symbol("x", positive=True)

    def moment(count: sp.Expr) -> sp.Expr:
        return sp.integrate((2 * x) ** k * gamma_integrand(x, count / 2), (x, 0, sp.oo))

    yield Equal(moment(sp.Integer(1)) / moment(K), step.rhs)


def _null_mean(step: Step, moments: Step) -> Iterator[Check]:
    yield Equal(N + N * (N - 1) * moments.rhs.subs(k, 1), step.rhs)


def _null_variance(step: Step, moments: Step) -> Iterator[Check]:
    """Add the variances of n(n − 1)/2 pairs, each of which counts twice."""
    variance = moments.rhs.subs(k, 2) - moments.rhs.subs(k, 1) ** 2
    yield Equal(4 * N * (N - 1) / 2 * variance, step.rhs)


def _tight(step: Step, potential: Step, mean: Step, variance: Step) -> Iterator[Check]:
    """Insert ‖F‖² = n²/d, where all levels are equal."""
    flat = {_moment(1, 0): N, _moment(2, 0): N**2 / K}
    yield Equal(_moments(potential.rhs, {(0, 0): K}).subs(flat), sp.Integer(0))
    z = (N**2 / K - mean.rhs) / sp.sqrt(variance.rhs)
    yield Equal(z**2, sp.sympify(step.rhs) ** 2)
    signs = (sp.sign(side.subs({N: 9, K: 4})) for side in (z, sp.sympify(step.rhs)))
    yield Equal(*signs)


def _chance_capacity(step: Step, dimensionality: Step, moments: Step) -> Iterator[Check]:
    """Insert the mean of the squared overlaps: E 1/x ≥ 1/E x."""
    level = 1 + (N - 1) * moments.rhs.subs(k, 1)
    D = dimensionality.rhs.replace(sp.Sum, lambda *_: level).subs(square_norm_i, 1)
    yield Equal(N * D / K, step.rhs)


def _scheme(step: Step, dimensionality: Step) -> Iterator[Check]:
    """Insert μ(l) = λ_l m_l/Σ λ m, the same for all N features, whose norms add up to Σ λ m."""
    first, second = _levels(1), _levels(2)
    D = dimensionality.rhs.subs({_mean: second / first, square_norm_i: first / N})
    yield Equal(_moments(N * D, {}), _moments(step.rhs, {}))


def _haar(step: Step, *_: Step) -> Iterator[Check]:
    """Draw features with Haar right singular vectors at random spectra of growing dimension."""

    def pair(size: int, rng: np.random.Generator) -> tuple[float, float]:
        levels = 0.5 + rng.random(size)
        shares = tight_frame(size, 2 * size, rng).T ** 2 * levels
        shares /= shares.sum(axis=1, keepdims=True)
        mean = shares @ levels
        found = float(np.mean(shares @ levels**2 / mean**2 - 1.0))
        return found, number(sp.sympify(step.rhs), {Lambda_k: levels}, {r_F: size})

    yield Sampled(pair, _SIZES)


def _levels(power: int) -> sp.Sum:
    return sp.Sum(Lambda_k**power, _one)


DERIVATION = Derivation(
    name="frames",
    title="Spectral measures of features, and what chance gives",
    summary=(
        r"$F = \sum_i w_i w_i^T$ has eigenvalues $\Lambda_k$, its levels; $\mu_{ik}$ is the share "
        r"of $|w_i|^2$ in eigenspace $k$; $w_i \in \mathbb{R}^K$, $i \le N$. A feature in one "
        "eigenspace is localised. Chance: uniform directions, or Haar features at a spectrum."
    ),
    references=("spectral2026",),
    steps=(
        Step(
            "G1",
            "Mean level of a feature",
            sp.Symbol(r"\mathrm{E}_{i}[\Lambda]"),
            _mean,
            "definition",
            r"Over the spectral measure $\mu_{ik}$.",
        ),
        Step(
            "G2",
            "Overlaps of a feature with all, itself included",
            sp.Symbol(r"\sum_{j} (w_{i} \cdot w_{j})^{2}"),
            square_norm_i * _mean,
            "identity",
            r"$w_i^T F w_i$ in the eigenbasis of $F$.",
            follows=("G1",),
            by=_all_overlaps,
        ),
        Step(
            "G3",
            "Dimensionality of a feature",
            sp.Symbol("D_i"),
            square_norm_i / _mean,
            "substitution",
            r"$D_i = |w_i|^4 / \sum_j (w_i \cdot w_j)^2$: the share of a dimension that it has.",
            follows=("G2",),
            by=_dimensionality,
        ),
        Step(
            "G4",
            "Deficit of a feature",
            sp.Symbol(r"w_{i}^{T} F^{+} w_{i}") - sp.Symbol("D_i"),
            square_norm_i
            / (2 * _mean)
            * sp.Sum(
                mu_ik * mu_il * (Lambda_k - Lambda_l) ** 2 / (Lambda_k * Lambda_l), _one, _two
            ),
            "identity",
            "A sum of squares: never negative, and zero exactly where the feature lies in one "
            "eigenspace.",
            follows=("G3",),
            by=_deficit,
        ),
        Step(
            "G5",
            "Dimensionalities and deficits add up to the rank",
            sp.Symbol(r"\sum_{i} w_{i}^{T} F^{+} w_{i}"),
            r_F,
            "identity",
            r"$\mathrm{tr}\, F^+ F$. The capacity $\sum_i D_i / \mathrm{rank}\, F$ is 1 at most.",
            follows=("G1",),
            by=_rank,
        ),
        Step(
            "G6",
            "Frame potential",
            _F2 - sp.Symbol(r"(\mathrm{tr}\, F)^2") / K,
            sp.Sum((Lambda_k - Lambda_l) ** 2, (sum_k, 1, K), (sum_l, 1, K)) / (2 * K),
            "identity",
            "Over all $K$ eigenvalues, those that are zero included: zero for tight frames only.",
            follows=("G1",),
            by=_potential,
        ),
        Step(
            "G7",
            "Mean square overlap of unit features",
            sp.Symbol(r"\langle \xi^{2} \rangle"),
            (_F2 - N) / (N * (N - 1)),
            "identity",
            r"Exact without the $N \times N$ Gram matrix; likewise $\langle \xi \rangle = "
            r"(|\sum_i u_i|^2 - N) / (N (N - 1))$.",
            follows=("G1",),
            by=_mean_square,
        ),
        Step(
            "G8",
            "Moments of the cosine of uniform directions",
            sp.Symbol(r"E[\xi^{2 k}]"),
            sp.gamma(k + sp.Rational(1, 2))
            * sp.gamma(K / 2)
            / (sp.sqrt(sp.pi) * sp.gamma(k + K / 2)),
            "integration",
            r"$\xi^2$ follows the Beta law with parameters $1/2$ and $(K - 1)/2$.",
            by=_cosine_moments,
        ),
        Step(
            "G9",
            "Frame potential by chance, its mean",
            sp.Symbol(r"\mathrm{E} \Vert F \Vert^{2}"),
            N + N * (N - 1) / K,
            "substitution",
            "Of independent uniform unit features.",
            follows=("G8",),
            by=_null_mean,
        ),
        Step(
            "G10",
            "Frame potential by chance, its variance",
            sp.Symbol(r"\mathrm{Var} \Vert F \Vert^{2}"),
            4 * (K - 1) * N * (N - 1) / (K**2 * (K + 2)),
            "substitution",
            "Overlaps of uniform directions are pairwise independent, so variances add up.",
            follows=("G8",),
            by=_null_variance,
        ),
        Step(
            "G11",
            "A tight frame against chance",
            sp.Symbol("z"),
            -sp.sqrt((K - 1) * (K + 2) * N / (N - 1)) / 2,
            "substitution",
            r"Hardly depends on $N$: in fewer than four dimensions no frame is tight to a "
            "significant degree.",
            follows=("G6", "G9", "G10"),
            by=_tight,
        ),
        Step(
            "G12",
            "Capacity by chance, from below",
            N * sp.Symbol("D") / K,
            N / (N + K - 1),
            "substitution",
            r"Of unit features, $N \ge K$, with the mean of their squared overlaps; "
            r"$E[1/x] \ge 1/E[x]$.",
            follows=("G3", "G8"),
            by=_chance_capacity,
            hypotheses=(sp.Ge(N, K),),
        ),
        Step(
            "G13",
            "Room of a block in which all features are alike",
            sp.Symbol(r"\sum_{i} D_{i}"),
            _levels(1) ** 2 / _levels(2),
            "substitution",
            "In an association scheme the projections have constant diagonals, so all measures are "
            "equal: a scheme is localised exactly if its block is tight. Levels are counted with "
            "their multiplicities.",
            follows=("G3",),
            by=_scheme,
        ),
        Step(
            "G14",
            "Spread of a Haar feature",
            sp.Symbol(r"\mathrm{Var}_{i}[\Lambda]") / sp.Symbol(r"\mathrm{E}_{i}[\Lambda]") ** 2,
            _levels(1) * _levels(3) / _levels(2) ** 2 - 1,
            "asymptotics",
            r"$\mu_{ik} = \Lambda_k g_k^2 / \sum_l \Lambda_l g_l^2$ with normal $g$ at a given "
            r"spectrum; as $K \to \infty$ its moments settle. That norms are given is left out.",
            follows=("G1",),
            by=_haar,
        ),
    ),
)
