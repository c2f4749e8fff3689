"""Rows that answer as ones, in all their columns: what R33 to R35 leave out of a kick."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from superlaw.theory.derivations.superposed.memory import (
    answer,
    of_column,
    over_columns,
    over_rows,
)
from superlaw.theory.derivations.superposed.memory_limits import of_columns, of_rows, squared_flow
from superlaw.theory.proof.checks import Check, Equal, Sampled
from superlaw.theory.proof.derivation import Step
from superlaw.theory.symbols import (
    K,
    N,
    X,
    Yr_j,
    kept_any,
    kept_i,
    kept_ji,
    m_plus_1,
    m_plus_2,
    p_i,
    sum_i,
    sum_j,
    sum_l,
    z,
)

_rows = sp.IndexedBase("Y^r")
_lam = sp.IndexedBase(sp.Symbol(r"\lambda"))
_early = sp.Symbol("tau_0", positive=True)
"""1/z: times since a kick that are short."""
_SIZES = (8, 40, 200)


def _scattered(kept: sp.Expr, entries: sp.Expr) -> sp.Expr:
    """Return what is left of a kick that rows scatter as ones, besides what entries answer."""
    row = _rows[sum_j]
    whole = entries / (1 - kept * row) ** 2 + kept * row**2 / (1 - kept * row)
    return 1 / (z - X - over_rows(whole) / K)


_left = sp.ImmutableMatrix(
    [
        kept_i / (1 - kept_i * Yr_j),
        _scattered(kept_i, answer[sum_j, sum_i]),
        _scattered(kept_any, sp.Integer(0)),
    ]
)


def _whole_row(step: Step) -> Iterator[Check]:
    """Let a row and an entry scatter a kick together; then leave the entry out."""
    own, row = sp.symbols("e Y", negative=True)
    of_entry, *others = step.rhs
    q = own / (1 - own * of_entry.subs(Yr_j, row))
    of_column_, of_any = (each.subs(N, 1).doit().subs(_rows[1], row) for each in others)
    scattered = K * (z - X - 1 / of_column_.subs(answer[1, sum_i], q))
    yield Equal(scattered + row, (own + row) / (1 - kept_i * (own + row)))
    yield Equal(of_column_.subs({answer[1, sum_i]: 0, kept_i: kept_any}), of_any)


def _answered(steps: tuple[Step, ...], own: sp.Expr, other: sp.Expr) -> sp.Expr:
    """Return z − 1/R_ji of two features with open gates shortly after a kick."""
    entry, column, anywhere, row, left = (step.rhs.subs(z, 1 / _early) for step in steps)
    of_entry = {
        answer[j, i]: entry.subs({m_plus_1: 0, m_plus_2: slope / p_i, kept_ji: _early})
        for j in (1, 2)
        for i, slope in ((1, own), (2, other))
    }
    every = {of_column[i]: column.subs(N, 2).doit().subs(sum_i, i) for i in (1, 2)}
    every = {base: value.xreplace(of_entry) for base, value in every.items()}
    early = {N: 2, kept_any: _early}
    missed = anywhere.subs(early).doit().xreplace(every)
    as_one = row.subs(early).doit().subs(sum_j, 1).xreplace(of_entry | every)
    known = {_rows[1]: as_one, _rows[2]: as_one, X: 1 / _early - 1 / missed, Yr_j: as_one}
    column_left = left[1].subs({N: 2, kept_i: _early}).doit().subs(sum_i, 1)
    column_left = column_left.xreplace(of_entry).xreplace(known)
    remains = sp.expand(1 / left[0]).subs(1 / kept_i, 1 / column_left)
    return 1 / _early - remains.subs(Yr_j, as_one)


def _second_order(step: Step, *steps: Step) -> Iterator[Check]:
    """Expand the closure, the own answer of the entry included, and the flow."""
    yield from _whole_row(steps[-1])
    own, other = sp.symbols("lambda_own lambda_other", positive=True)
    first, second = ((own**n + other**n) / K for n in (1, 2))
    answered = _answered(steps, own, other)
    rate = answered.subs(_early, 0) - own
    closed = answered.diff(_early).subs(_early, 0) + rate**2
    stated = step.rhs.subs({N: 2, sum_i: 1}).doit().subs({_lam[1]: own, _lam[2]: other})
    yield Equal(1 / z + rate / z**2 + closed / z**3, stated, instance=True)
    flow = of_rows(2 / K) * of_columns(own, first, second)
    yield Equal(1 / z - (1 + 2 / K) * (own + first) / z**2 + flow / z**3, stated, instance=True)
    yield Sampled(squared_flow, _SIZES)


_shared = sp.Sum(_lam[sum_l], (sum_l, 1, N)) / K
_shared_square = sp.Sum(_lam[sum_l] ** 2, (sum_l, 1, N)) / K

STEPS = (
    Step(
        "R48",
        "Answer of a row as one",
        Yr_j,
        over_columns(answer[sum_j, sum_i] / (1 - kept_any * of_column[sum_i]) ** 2) / K,
        "closure",
        r"A row that is kicked in one column answers in all others, whose columns bring that "
        r"back: screened by the column of each entry before and after, where R34 screens "
        r"afterwards only. In time $E_i q_{ji} E_i'$ with $E_i = 1 + T_i R_b$, "
        r"$E_i' = 1 + R_b T_i$. Rows keep their own: one with closed gates is closed in all of "
        r"its columns, which a mean over rows loses. Assumed: columns are many.",
        follows=("R31", "R32", "R33"),
    ),
    Step(
        "R49",
        "What is left of a kick, rows as ones",
        sp.ImmutableMatrix([kept_ji, kept_i, kept_any]),
        _left,
        "closure",
        r"In place of R35, with which entries answer: of an entry; of a column in a random "
        r"direction, where no row is singled out; and where no feature is, the same without "
        r"entries. $X = \sum_i T_i/K$ as in R33, with this $R_b$. The sum is over what each row "
        r"does with an entry $e$ of the column, $(e + Y)/(1 - R^c (e + Y))$ with $Y = Y^r_j$ and "
        r"$q = e/(1 - R_{ji} e)$, less $Y$, which columns have counted. Assumed: rows and columns "
        r"are many and random, and each scatters a kick as if the others were there in the mean.",
        follows=("R32", "R33", "R48"),
    ),
    Step(
        "R50",
        "What is left of a kick of open gates, shortly after",
        kept_ji,
        1 / z
        - (1 + N / K) * (_lam[sum_i] + _shared) / z**2
        + (1 + 3 * N / K + N**2 / K**2) * ((_lam[sum_i] + _shared) ** 2 + _shared_square) / z**3,
        "asymptotics",
        r"All gates open and no bias, the own answer of the entry included, for many features: "
        r"R49 and the flow are the same to second order in $1/z$. R43 is what R35 alone misses "
        r"of it.",
        follows=("R31", "R32", "R33", "R48", "R49"),
        by=_second_order,
    ),
)
