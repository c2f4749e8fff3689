"""Covariances of columns and rows while all gates are open."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from superlaw.theory.derivations.superposed.composition import norm_at_two_times
from superlaw.theory.derivations.superposed.covariances import (
    Xc_i_then,
    Xr_j_then,
    answer_then,
    excess_of_column,
    excess_of_column_then,
    excess_of_row,
    excess_of_row_then,
    forces_on_column,
    forces_on_row,
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
from superlaw.theory.derivations.superposed.memory import answer, of_column
from superlaw.theory.proof.checks import Check, Equal
from superlaw.theory.proof.derivation import Step
from superlaw.theory.symbols import (
    Cc_i,
    K,
    N,
    X,
    Xc_i,
    Xr_j,
    kept_i,
    kept_j,
    kept_ji,
    lam_i,
    m_plus_1,
    m_plus_2,
    mu,
    nu,
    p_i,
    sum_i,
    sum_j,
    z,
)

z_then = sp.Symbol("z'", positive=True)


_then = {kept_i: kept_i_then}


def _open_gates(entry: Step, answers: Step, left: Step) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
    """Return q, X^c and z of a column whose entries are all open and alike, by what it keeps."""
    answered = entry.rhs.subs({m_plus_1: 0, m_plus_2: lam_i / p_i, kept_ji: kept_i})
    column = answers.rhs.xreplace({answer[sum_j, sum_i]: answered}).doit().subs(N, nu * K)
    alone = left.rhs.subs({X: 0, Xr_j: 0, Xc_i: column})
    (rate,) = sp.solve(alone - kept_i, z)
    return answered, column, rate


def _solved(
    covariance: Step, answered: sp.Expr, column: sp.Expr, spread: sp.Expr, told: sp.Expr
) -> sp.Expr:
    """Return C^c_i where forces are answers to a field, and each row or column tells `told`."""
    told_then = told.subs(_then, simultaneous=True)
    answered_then = answered.subs(_then)
    forces = nu * K * answered * answered_then * spread
    of_entry = {
        answer: answered,
        answer_then: answered_then,
        excess_of_row: told_then,
        excess_of_column: told_then,
        excess_of_row_then: told,
        excess_of_column_then: told,
    }
    written = covariance.rhs.xreplace(
        {base[sum_j, sum_i]: value for base, value in of_entry.items()}
        | dict.fromkeys((of_column[sum_i], of_column_then[sum_i]), sp.Integer(0))
    )
    known = {
        **dict.fromkeys((Xc_i, Xr_j), column),
        **dict.fromkeys((Xc_i_then, Xr_j_then), column.subs(_then)),
        **dict.fromkeys((forces_on_column, forces_on_row), forces),
    }
    alike = {kept_j: kept_i, kept_j_then: kept_i_then}
    seen = written.doit().subs(N, nu * K).subs(alike).subs(known)
    alone = seen.subs(Cc_i, 0)
    return alone / (1 - seen.subs(Cc_i, 1) + alone)


def _linear(
    step: Step,
    entry: Step,
    answers: Step,
    left: Step,
    columns: Step,
    rows: Step,
    field: Step,
) -> Iterator[Check]:
    """Let nothing be learned; then sum over a spectrum of two levels."""
    answered, column, rate = _open_gates(entry, answers, left)
    unlearned = dict.fromkeys((x_i, x_j, x_i_then, x_j_then), 0)
    spread = field.rhs.subs(unlearned).subs({both_rows: norm_at_two_times, both_columns: Cc_i})
    stated = step.rhs.subs({z: rate, z_then: rate.subs(_then)})
    for each in (columns, rows):
        yield Equal(_solved(each, answered, column, spread, sp.Integer(0)), stated)
    levels = sp.symbols("h:2", positive=True)
    now, later = ([1 / (each + lam_i * h) for h in levels] for each in (z, z_then))
    both = z * z_then * sum(x * y for x, y in zip(now, later, strict=True)) / 2
    traced = {kept_i: sum(now) / 2, kept_i_then: sum(later) / 2, norm_seen: 1}
    yield Equal(both, step.rhs.subs(traced), instance=True)


def _traced(at: sp.Expr, at_then: sp.Expr) -> sp.Expr:
    """Return tr (h - nu)^2/((z + λ h)(z' + λ h))/K of h = W Wᵀ, in partial fractions."""
    once, later = ((each / lam_i + nu) ** 2 for each in (at, at_then))
    return 1 / lam_i**2 + (once * kept_i - later * kept_i_then) / (at_then - at)


def _learned(
    step: Step, entry: Step, answers: Step, left: Step, columns: Step, rows: Step
) -> Iterator[Check]:
    """Let B be x_j W Wᵀ, which has put x_j into each row, and one column move through it."""
    answered, column, rate = _open_gates(entry, answers, left)
    rate_then = rate.subs(_then)
    own = x_j * rate * (1 / lam_i - (rate / lam_i + nu) * kept_i)
    own_then = own.subs(_then)
    known = {x_i: own - mu, x_i_then: own_then - mu, mu_then: mu, x_j_then: x_j}
    known |= {Xc_i: column, Xc_i_then: column.subs(_then)}
    spread = step.rhs.subs(known)
    told = x_j * (x_j * (1 + kept_i * column) + own)
    levels = sp.symbols("h:2", positive=True)
    exact = x_j**2 * rate * rate_then * _traced(rate, rate_then) - own * own_then
    for each in (columns, rows):
        solved = _solved(each, answered, column, spread, told).subs(norm_seen, nu * x_j**2)
        yield Equal(solved, exact)
    resolvents = [sum(1 / (each + lam_i * h) for h in levels) / 2 for each in (z, z_then)]
    both = sum((h - nu) ** 2 / ((z + lam_i * h) * (z_then + lam_i * h)) for h in levels) / 2
    traced = dict(zip((kept_i, kept_i_then), resolvents, strict=True))
    yield Equal(both, _traced(z, z_then).subs(traced), instance=True)


STEPS = (
    Step(
        "R44",
        "Covariance of a linear column",
        Cc_i,
        z * z_then * (kept_i - kept_i_then) / (z_then - z) * norm_seen,
        "identity",
        r"Gates open and alike in all rows, which have learned nothing, as in R42, with "
        r"$\mathrm{E}[\xi \xi'] = C^c_i/K$ in the forces of R36: the exact "
        r"$\mathrm{tr}\, z z' (z + \lambda_i W W^T)^{-1} (z' + \lambda_i W W^T)^{-1}/K$.",
        follows=("R31", "R32", "R35", "R36", "R37", "R39"),
        by=_linear,
    ),
    Step(
        "R46",
        "Field of a linear column whose rows have learned",
        sp.Symbol(r"\mathrm{E}[\xi_{ji}\, \xi_{ji}']"),
        (
            Cc_i
            + (x_i + mu + (1 + kept_i * Xc_i) * x_j)
            * (x_i_then + mu_then + (1 + kept_i_then * Xc_i_then) * x_j_then)
        )
        / K,
        "identity",
        r"Gates open and alike in all rows, $B = x_j W W^T$ before column $i$ moves: with this, "
        r"and $x_j ((1 + R^c_i X^c_i) x_j + \mu + x_i)$ for what a row shows its column, R36 is "
        r"exact. What a row has learned reaches an entry answered by the other entries of its "
        r"column. R39 and R40 take it unanswered, which is exact at the start (R45) and "
        r"not later.",
        follows=("R31", "R32", "R35", "R36", "R37"),
        by=_learned,
    ),
)
