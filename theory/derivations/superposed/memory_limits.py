"""Answers and kicks where they are known: stiffness, no memory, and gates that stay open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import sympy as sp

from superlaw.theory.derivations.superposed.entry import OPENS, written_out
from superlaw.theory.derivations.superposed.memory import answer, of_column
from superlaw.theory.proof.calculus import one_term
from superlaw.theory.proof.checks import Check, Equal, Sampled
from superlaw.theory.proof.derivation import Step
from superlaw.theory.proof.random_matrices import unit_columns
from superlaw.theory.symbols import (
    A_ji,
    Delta,
    K,
    M_ji,
    N,
    S_ji,
    X,
    Xc_i,
    Xr_j,
    beta_j,
    kappa_j,
    kc_i,
    kept_any,
    kept_i,
    kept_ji,
    kr_j,
    lam_i,
    m_plus_0,
    m_plus_1,
    m_plus_2,
    nu,
    p_i,
    sum_i,
    sum_j,
    sum_l,
    v_0,
    z,
)

_lam = sp.IndexedBase(sp.Symbol(r"\lambda"))
_early = sp.Symbol("tau_0", positive=True)
"""1/z: times since a kick that are short."""
_PAIR = (1, 2)
_SIZES, _SAMPLES = (8, 40, 200), 8


def _stiffness(step: Step, opening: Step, moment: Step, bias: Step) -> Iterator[Check]:
    drive = written_out(one_term(bias.rhs), opening, moment)
    yield Equal(-drive.diff(beta_j), written_out(one_term(step.rhs), opening, moment))


def _answered(steps: tuple[Step, ...], slopes: Mapping[tuple[int, int], sp.Expr]) -> sp.Expr:
    """Return X + X^c + X^r of two features shortly after a kick, from slopes p m2 of drives."""
    entry, column, anywhere, row, left = (step.rhs.subs(z, 1 / _early) for step in steps)
    of_entry = {
        answer[place]: entry.subs({m_plus_2: slope / p_i, kept_ji: _early})
        for place, slope in slopes.items()
    }
    every = {
        of_column[i]: column.subs(N, 2).doit().subs(sum_i, i).xreplace(of_entry) for i in _PAIR
    }
    missed = anywhere.subs({N: 2, kept_any: _early}).doit().xreplace(every)
    of_row = row.subs({N: 2, kept_any: _early}).doit().subs(sum_j, 1).xreplace(of_entry | every)
    known = {X: 1 / _early - 1 / missed, Xc_i: every[of_column[1]], Xr_j: of_row}
    return 1 / _early - 1 / left.subs(known)


def _first_order(step: Step, response: Step, *others: Step) -> Iterator[Check]:
    """Of two features with any gates, and with R13, which is meant for any number."""
    yield Equal(step.rhs, 1 / z + response.rhs.diff(M_ji) / z**2)
    slopes = {(j, i): sp.Symbol(f"k_{j}{i}", positive=True) for j in _PAIR for i in _PAIR}
    means = {
        kc_i: sum(slopes[j, 1] for j in _PAIR) / K,
        kr_j: sum(slopes[1, i] for i in _PAIR) / K,
        Delta: sum(slopes.values()) / K**2,
    }
    answered = _answered(others, slopes).subs(_early, 0)
    yield Equal(1 / z + answered / z**2, step.rhs.subs(means), instance=True)


def _spectrum(columns: sp.Expr) -> sp.Expr:
    """Return (1/K) tr (z + λ W Wᵀ)⁻¹ over eigenvalues of Marchenko and Pastur."""
    angle = sp.Symbol("theta", real=True)
    level = 1 + columns + 2 * sp.sqrt(columns) * sp.cos(angle)
    share = 2 * columns * sp.sin(angle) ** 2 / (sp.pi * level)
    return sp.Integral(share / (z + lam_i * level), (angle, 0, sp.pi))


def _open_column(step: Step, entry: Step, column: Step, left: Step) -> Iterator[Check]:
    """Close a column over itself; then integrate over the spectrum, with more and fewer columns."""
    open_gates = {m_plus_1: 0, m_plus_2: lam_i / p_i, kept_ji: step.rhs}
    answers = column.rhs.xreplace({answer[sum_j, sum_i]: entry.rhs.subs(open_gates)}).doit()
    closed = left.rhs.subs({X: 0, Xr_j: 0, Xc_i: answers.subs(N, nu * K)})
    yield Equal(closed, step.rhs)
    yield Equal(_spectrum(nu), step.rhs, instance=True)
    yield Equal(_spectrum(1 / nu) + (1 - 1 / nu) / z, step.rhs.subs(nu, 1 / nu), instance=True)


def of_rows(features: sp.Expr) -> sp.Expr:
    """Return w_jᵀ (W Wᵀ)² w_j of many random columns."""
    return 1 + 3 * features + features**2


def of_columns(own: sp.Expr, first: sp.Expr, second: sp.Expr) -> sp.Expr:
    """Return w_iᵀ (W Λ Wᵀ)² w_i; `first` and `second` are Σ λ/K and Σ λ²/K."""
    return own**2 + 2 * own * first + second + first**2


def squared_flow(size: int, rng: np.random.Generator) -> tuple[float, float]:
    """Return (W Wᵀ)² and (W Λ Wᵀ)² along columns, averaged and multiplied, and as predicted."""
    n_features, found = 2 * size, 0.0
    lam = 1 / (1 + np.arange(n_features) / n_features)
    for _ in range(_SAMPLES):
        columns = unit_columns(size, n_features, rng)
        gram = columns.T @ columns
        of_row, of_column_ = gram @ gram @ gram, gram * lam @ gram * lam @ gram
        found += of_row.diagonal().mean() * of_column_.diagonal().mean() / _SAMPLES
    first, second = lam.sum() / size, (lam**2).sum() / size
    predicted = of_rows(sp.Integer(2)) * np.mean(of_columns(lam, first, second))
    return found, float(predicted)


def _second_order(step: Step, *others: Step) -> Iterator[Check]:
    """Expand the flow, B → −W Wᵀ B W Λ Wᵀ, and the closure with the own answer of the entry."""
    own, other = sp.symbols("lambda_own lambda_other", positive=True)
    values = dict(zip(_PAIR, (own, other), strict=True))
    first, second = ((own**n + other**n) / K for n in (1, 2))
    slopes = {(j, i): values[i] for j in _PAIR for i in _PAIR}
    answered = _answered(others, slopes).subs(m_plus_1, 0)
    rate = answered.subs(_early, 0) - own
    yield Equal(rate, -(1 + 2 / K) * (own + first), instance=True)
    closed = answered.diff(_early).subs(_early, 0) + rate**2
    stated = step.rhs.subs({N: 2, sum_i: 1}).doit().subs({_lam[n]: values[n] for n in _PAIR})
    flow = of_rows(2 / K) * of_columns(own, first, second)
    yield Equal(flow - closed, stated * z**3, instance=True)
    yield Sampled(squared_flow, _SIZES)


_shared = sp.Sum(_lam[sum_l], (sum_l, 1, N)) / K
_shared_square = sp.Sum(_lam[sum_l] ** 2, (sum_l, 1, N)) / K
_gap = z + lam_i * (nu - 1)

STEPS = (
    Step(
        "R38",
        "Stiffness of a bias",
        kappa_j,
        sp.Sum(p_i * (m_plus_0 - A_ji * v_0 / (2 * S_ji)), (sum_i, 1, N)),
        "identity",
        r"What the drive of a bias loses when it rises, $-\partial/\partial \beta_j$ of R5. The "
        r"second part is the moving edge of the own entry, which opens at an error of "
        r"$-v_0 A_{jj}$; other entries have none. While entries move too it is softer (R47).",
        follows=("R2", "R3", "R5"),
        by=_stiffness,
        hypotheses=OPENS,
    ),
    Step(
        "R41",
        "What is left of a kick, shortly after",
        kept_ji,
        1 / z - (kc_i + kr_j + Delta) / z**2,
        "asymptotics",
        r"Shortly after a kick ($z \to \infty$), or without memory: the rates of R13, with "
        r"$k_{ji} = p_i m^+_2$, are the first order of R35. Biases answer one order later.",
        follows=("R13", "R31", "R32", "R33", "R34", "R35"),
        by=_first_order,
    ),
    Step(
        "R42",
        "A column of open gates",
        kept_i,
        (sp.sqrt(_gap**2 + 4 * lam_i * z) - _gap) / (2 * lam_i * z),
        "identity",
        r"Gates open and alike in all rows, no bias, no answers of rows and of everything: "
        r"$R = 1/(z + \nu \lambda_i/(1 + \lambda_i R))$ with $\nu = N/K$ is the exact "
        r"$\mathrm{tr}\,(z + \lambda_i W W^T)^{-1}/K$ of many random columns, by the spectrum of "
        r"Marchenko and Pastur.",
        follows=("R31", "R32", "R35"),
        by=_open_column,
    ),
    Step(
        "R43",
        "What open gates keep beyond the closure",
        sp.Symbol(r"\delta R_{ji}"),
        N / K * ((_lam[sum_i] + _shared) ** 2 - _lam[sum_i] ** 2 + _shared_square) / z**3,
        "asymptotics",
        r"All gates open and no bias, one order beyond R41, the own answer of the entry included: "
        r"what is left in the flow, less what R35 says, for many features. Most of it is rows that "
        r"answer as ones, in two columns, where R33 has columns only; the last sum is a column "
        r"that answers before the row does, where R34 screens afterwards only. With R48 and R49 "
        r"nothing of it is missing (R50).",
        follows=("R31", "R32", "R33", "R34", "R35"),
        by=_second_order,
    ),
)
