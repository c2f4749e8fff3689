"""The closed equations: own overlaps, norms of rows and columns, and the first step."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from superlaw.theory.derivations.superposed.flow import drive_entry
from superlaw.theory.proof.checks import Check, Equal, Tends
from superlaw.theory.proof.derivation import Step
from superlaw.theory.symbols import (
    A_ji,
    Delta,
    K,
    N,
    S_ji,
    a_i,
    beta_j,
    lam_i,
    m_2,
    m_plus_2,
    mu,
    r_0,
    sum_j,
    sum_k,
    t,
)

gain, size, marks = sp.IndexedBase("k"), sp.IndexedBase("sigma"), sp.IndexedBase("xi")
learned, _reaction = sp.IndexedBase("s"), sp.IndexedBase("k^r")
_reaction_of_column = sp.IndexedBase("k^c")
mean_drive, mean_power = sp.IndexedBase("{(GD)}"), sp.IndexedBase("{(SD)}")
mean_echo = sp.IndexedBase("{(GM)}")
_total_rate = sp.Derivative(mu, t)


def _first_step(step: Step, moment: Step, drive: Step) -> Iterator[Check]:
    """Open every gate at S = β = 0; then average the overlaps with all other columns."""
    start = drive.rhs.subs({S_ji: 0, beta_j: 0, m_plus_2: m_2})
    yield Equal(start, moment.rhs * A_ji)
    own = t * lam_i * a_i
    points = tuple({lam_i: 1, a_i: 1, t: 1, mu: sp.Rational(1, 3), K: 10**n} for n in (2, 4, 6))
    yield Tends(own + mu - own / K, step.rhs, points)


def _over_others(term: sp.Expr) -> sp.Sum:
    return sp.Sum(term, (sum_j, 1, N))


_norm_rate = sp.Derivative(r_0, t)
_both = (learned[sum_k] + learned[sum_j] - mu) / K
_overlap_rate = (
    drive_entry[sum_k, sum_k]
    + _total_rate
    - (learned[sum_k] - mu) * Delta
    + _over_others(_both * marks[sum_k, sum_j] * drive_entry[sum_k, sum_j] / size[sum_k, sum_j])
    - _over_others(
        _both * gain[sum_j, sum_k]
        + _reaction[sum_j] * mean_echo[sum_j, sum_k]
        + _reaction_of_column[sum_j] * mean_echo[sum_k, sum_j]
    )
)


def _norm_of(norm: sp.Symbol, power: sp.Expr, other: sp.Expr) -> sp.Expr:
    """Return the rate of the squared norm of a column or a row of B in the closure."""
    own = learned[sum_k] - mu
    return (
        _norm_rate
        + 2 * own * _total_rate
        + 2 * learned[sum_k] * drive_entry[sum_k, sum_k]
        + 2 * _over_others(power + learned[sum_k] * other)
        - 2 * (norm**2 - r_0 - own * mu) * Delta
    )


STEPS = (
    Step(
        "R15",
        "Overlap of an output with its own feature",
        sp.Derivative(learned[sum_k], t),
        _overlap_rate,
        "closure",
        r"The sums leave out $j = k$, and $(GM)_{jk} = E[G_{jk} M_{jk}]$. In order: own error, "
        r"what all features share, the reaction to the excess over it, the row's interference "
        r"with its actual marks, the column's in the mean, and the echoes of both. Assumed: "
        "other rows enter through their means.",
        follows=("R4", "R7", "R12", "R13", "R14"),
    ),
    Step(
        "R16",
        "Norm of a column of B",
        sp.Derivative(sp.Symbol(r"|B w_{k}|") ** 2, t),
        _norm_of(sp.Symbol(r"|B w_{k}|"), mean_power[sum_j, sum_k], mean_drive[sum_k, sum_j]),
        "closure",
        r"$(SD)_{jk} = E[S_{jk} D_{jk}]$ and $(GD)_{kj} = E[G_{kj} D_{kj}]$, without $j = k$. "
        r"A "
        "direction of its own, and what it shares with all others.",
        follows=("R8", "R12", "R13"),
    ),
    Step(
        "R17",
        "Norm of a row of B",
        sp.Derivative(sp.Symbol(r"|B^T w_{k}|") ** 2, t),
        _norm_of(sp.Symbol(r"|B^T w_{k}|"), mean_power[sum_k, sum_j], mean_drive[sum_j, sum_k]),
        "closure",
        "Rows and columns exchanged.",
        follows=("R8", "R12", "R13"),
    ),
    Step(
        "R20",
        "First step",
        sp.Symbol("s_i"),
        t * lam_i * a_i + mu,
        "asymptotics",
        r"From $B = 0^+$ every gate is open, so $B = t\, W \Lambda A W^T$ and what the others "
        r"have learned adds $\mu = t \sum_i \lambda_i a_i/K$ to all.",
        follows=("S3", "R4"),
        by=_first_step,
    ),
)
