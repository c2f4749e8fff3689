"""Means over random directions at two times: the field of an entry, and what a column meets."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from superlaw.theory.derivations.superposed.composition import norm_at_two_times
from superlaw.theory.derivations.superposed.interference import mean_over_directions
from superlaw.theory.proof.checks import Check, Equal
from superlaw.theory.proof.derivation import Step
from superlaw.theory.symbols import Cr_j, K, column_i, r_0, row_j

x_i, x_j, x_i_then, x_j_then = sp.symbols("x_i x_j {x_i}' {x_j}'", real=True)
mu_then = sp.Symbol(r"\mu'", real=True)
both_columns = sp.Symbol(r"(B w_{i}) \cdot (B w_{i})'", positive=True)
both_rows = sp.Symbol(r"(B^{T} w_{j}) \cdot (B^{T} w_{j})'", positive=True)
_met = Cr_j + x_j * (x_j_then + mu_then + x_i_then)


def _square(name: str) -> sp.Matrix:
    return sp.Matrix(2, 2, sp.symbols(f"{name}:4", real=True))


def _field(step: Step, interference: Step) -> Iterator[Check]:
    """Let B hold both columns at two times, in two dimensions; R10 is without their product."""
    directions = sp.symbols("x:2", real=True), sp.symbols("y:2", real=True)
    w_i, w_j = (sp.Matrix(direction) for direction in directions)

    def mean(expression: sp.Expr) -> sp.Expr:
        return mean_over_directions(expression, *directions)

    held = (sp.symbols(f"{name}_i {name}_j", positive=True) for name in ("c", "d"))
    B, B_then = (
        _square(name) + own * w_i * w_i.T + other * w_j * w_j.T
        for name, (own, other) in zip(("R", "Q"), held, strict=True)
    )
    known = {
        both_columns: mean((B * w_i).dot(B_then * w_i)),
        both_rows: mean((B.T * w_j).dot(B_then.T * w_j)),
        norm_at_two_times: mean((B.T * B_then).trace() / 2),
        x_i: mean(w_i.dot(B * w_i) - B.trace() / 2),
        x_j: mean(w_j.dot(B * w_j) - B.trace() / 2),
        x_i_then: mean(w_i.dot(B_then * w_i) - B_then.trace() / 2),
        x_j_then: mean(w_j.dot(B_then * w_j) - B_then.trace() / 2),
        K: 2,
    }
    left = mean(w_j.dot(B * w_i) * w_j.dot(B_then * w_i))
    yield Equal(left, step.rhs.subs(known), instance=True)
    once = {
        both_columns: column_i**2,
        both_rows: row_j**2,
        norm_at_two_times: r_0,
        x_i: 0,
        x_i_then: 0,
    }
    yield Equal(step.rhs.subs(once), interference.rhs**2)


def _meeting(step: Step, *_: Step) -> Iterator[Check]:
    """Average over the direction of a column that B does not know, in two dimensions."""
    direction = sp.symbols("x:2", real=True)
    w_i, w_j = sp.Matrix(direction), sp.Matrix([sp.Rational(3, 5), sp.Rational(4, 5)])
    B, B_then = _square("B"), _square("Q")
    overlap, own, own_then = w_j.dot(w_i), w_j.dot(B * w_j), w_j.dot(B_then * w_j)
    shared, shared_then = B.trace() / 2, B_then.trace() / 2
    seen = w_j.dot(B * w_i) - shared * overlap
    field = w_j.dot(B_then * w_i) + x_i_then * overlap
    known = {
        Cr_j: (B.T * w_j).dot(B_then.T * w_j) - own * own_then,
        x_j: own - shared,
        x_j_then: own_then - shared_then,
        mu_then: shared_then,
    }
    left = 2 * mean_over_directions(seen * field, direction)
    yield Equal(left, step.rhs.subs(known), instance=True)


STEPS = (
    Step(
        "R39",
        "Covariance of the field of an entry",
        sp.Symbol(r"\mathrm{E}[\xi_{ji}\, \xi_{ji}']"),
        (both_columns + both_rows - norm_at_two_times + x_i * x_j_then + x_j * x_i_then) / K,
        "identity",
        r"Of $w_j^T B w_i$ at two times, exact in the mean over directions for a $B$ that has "
        r"learned both: R10 and the product that it leaves out, with the means of $x = s - \mu$.",
        follows=("R10",),
        by=_field,
    ),
    Step(
        "R40",
        "What a column meets in a row",
        sp.Symbol(r"K\, \mathrm{E}[w_{j}^T (B - \mu)\, w_{i}\; \xi_{ji}']"),
        _met,
        "identity",
        r"What column $i$ sees of $B$ along $w_j$, and the field of their entry at another time, "
        r"$w_j^T (B' + x_i' w_i w_i^T) w_i$, for a $B$ that does not know $w_i$: rows that have "
        r"learned meet it with more than $\bar r$.",
        follows=("R39",),
        by=_meeting,
    ),
)
