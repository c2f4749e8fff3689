"""Covariances at the start: what the closure with memory and the one without it say alike."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from superlaw.theory.derivations.superposed.closure import (
    gain,
    learned,
    marks,
    mean_drive,
    mean_echo,
    mean_power,
    size,
)
from superlaw.theory.derivations.superposed.composition import norm_at_two_times
from superlaw.theory.derivations.superposed.covariances import (
    Xc_i_then,
    Xr_j_then,
    answer_then,
    excess_of_column,
    excess_of_column_then,
    excess_of_row,
    excess_of_row_then,
    kept_any_then,
    kept_i_then,
    kept_j_then,
    norm_seen,
    of_column_then,
)
from superlaw.theory.derivations.superposed.directions import (
    both_columns,
    both_rows,
    mu_then,
    x_i,
    x_i_then,
    x_j,
    x_j_then,
)
from superlaw.theory.derivations.superposed.flow import drive_entry
from superlaw.theory.derivations.superposed.memory import answer, of_column
from superlaw.theory.proof.calculus import one_term
from superlaw.theory.proof.checks import Check, Equal
from superlaw.theory.proof.derivation import Step
from superlaw.theory.symbols import (
    Cc_i,
    Cr_j,
    K,
    N,
    Xc_i,
    Xr_j,
    k_ji,
    kept_any,
    kept_i,
    kept_j,
    mu,
    r_0,
    sum_i,
    sum_j,
    sum_k,
    t,
)

_SAME_TIME = {x_i_then: x_i, x_j_then: x_j, mu_then: mu}
_EXCHANGED = {Cc_i: Cr_j, Cr_j: Cc_i, x_i: x_j, x_j: x_i}
_start = sp.Symbol("tau_0", positive=True)


def _from_memory(closed: Step, met: sp.Expr, of_one: sp.Expr) -> sp.Expr:
    """Return what a covariance gains per time at the start: remains are 1, answers are gains."""
    answers = {
        base[sum_j, sum_i]: value
        for bases, value in (
            ((answer, answer_then), -k_ji),
            ((excess_of_row, excess_of_row_then), met - norm_seen),
            ((excess_of_column, excess_of_column_then), met - norm_seen),
        )
        for base in bases
    }
    remains = dict.fromkeys(
        (kept_i, kept_i_then, kept_j, kept_j_then, kept_any, kept_any_then), _start
    )
    of_all = dict.fromkeys((Xc_i, Xc_i_then, Xr_j, Xr_j_then), of_one)
    written = one_term(closed.rhs).subs(answers).subs(of_all).subs(remains)
    return written.diff(_start).subs(_start, 0)


def _from_norms(norm: Step, overlap: Step, name: str, spread: sp.Expr) -> sp.Expr:
    """Return what R16 or R17 say without the own direction, of one other feature, at the start."""
    own, other = x_i + mu, x_j + mu
    both = (own + other - mu) / K
    rates = {
        sp.Derivative(mu, t): sp.Symbol("mu_t", real=True),
        sp.Derivative(r_0, t): sp.Symbol("r_t", real=True),
    }
    at_start = {Cc_i: r_0 - mu**2}
    pairs = (sum_j, sum_k), (sum_k, sum_j)
    known = {
        learned[sum_k]: own,
        learned[sum_j]: other,
        drive_entry[sum_k, sum_k]: sp.Symbol("D_own", real=True),
        sp.Symbol(name): sp.sqrt(Cc_i + own**2),
        **{mean_echo[pair]: 0 for pair in pairs},
        **{mean_drive[pair]: -gain[pair] * both for pair in pairs},
        **{mean_power[pair]: -gain[pair] * spread for pair in pairs},
        **{drive_entry[pair]: -gain[pair] * size[pair] / marks[pair] for pair in pairs},
    }
    written = one_term(norm.rhs - 2 * own * overlap.rhs).subs(known)
    column, row = pairs if name.startswith("|B w") else pairs[::-1]
    gains = {gain[column]: k_ji, gain[row]: sp.Symbol("k_other", positive=True)}
    return sp.expand(written.subs(rates).subs(gains).subs(at_start))


def _first_step(
    step: Step,
    overlap: Step,
    norm: Step,
    norm_of_row: Step,
    answers: Step,
    answers_of_row: Step,
    columns: Step,
    rows: Step,
    field: Step,
    meeting: Step,
) -> Iterator[Check]:
    """Start both closures at the same B; then exchange rows and columns."""
    seen_rate = sp.Symbol("r_t", real=True) - 2 * mu * sp.Symbol("mu_t", real=True)
    stated = one_term(step.rhs).subs(sp.Derivative(norm_seen, t), seen_rate)
    met = meeting.rhs.subs(_SAME_TIME)
    one, one_of_row = (
        one_term(each.rhs).subs({answer[sum_j, sum_i]: -k_ji, kept_any: 0})
        for each in (answers, answers_of_row)
    )
    yield Equal(_from_memory(columns, met, one) + seen_rate, stated)
    exchanged = met.subs(_EXCHANGED, simultaneous=True)
    gained = _from_memory(rows, exchanged, one_of_row).subs(of_column[sum_i], Xc_i)
    gained = gained.subs(of_column_then[sum_i], Xc_i)
    yield Equal(gained + seen_rate, stated.subs(_EXCHANGED, simultaneous=True))
    own, other = Cc_i + (x_i + mu) ** 2, Cr_j + (x_j + mu) ** 2
    spread = field.rhs.subs({both_columns: own, both_rows: other, norm_at_two_times: r_0}).subs(
        _SAME_TIME
    )
    for each, name in ((norm, "|B w_{k}|"), (norm_of_row, "|B^T w_{k}|")):
        yield Equal(_from_norms(each, overlap, name, spread), stated)


STEPS = (
    Step(
        "R45",
        "First step of a covariance",
        sp.Derivative(Cc_i, t),
        sp.Derivative(norm_seen, t)
        - 2 * sp.Sum(k_ji * (Cr_j + x_j * (x_j + mu + x_i)), (sum_j, 1, N)) / K,
        "identity",
        r"From a $B$ that does not know its columns yet ($C^c_i = \bar r = r_0 - \mu^2$), without "
        r"memory: R36 gives what R16 and R15 give, and R37 what R17 gives, where the size of the "
        r"interference is that of R39. R10 has no product of what both have learned, and with it "
        r"$x_i$ would have the other sign here. Left out: $x_i x_i'/K$ in $\bar r$.",
        follows=("R15", "R16", "R17", "R32", "R34", "R36", "R37", "R39", "R40"),
        by=_first_step,
    ),
)
