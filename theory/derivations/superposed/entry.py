"""One entry of the student's map: its loss, its drive, and the moments they are made of."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from superlaw.theory.proof.calculus import one_term
from superlaw.theory.proof.checks import Check, Equal
from superlaw.theory.proof.derivation import Step
from superlaw.theory.symbols import (
    A_ji,
    N,
    S_ji,
    beta_j,
    k,
    m_plus_0,
    m_plus_1,
    m_plus_2,
    p_i,
    sum_i,
    t,
    v,
    v_0,
)

_AMPLITUDE = sp.Rational(4, 3)
"""E[v²] of v ~ U(0, 2)."""
_MOMENTS = (m_plus_0, m_plus_1, m_plus_2)
OPENS = (sp.Lt(-beta_j, 2 * S_ji),)
_error = S_ji - A_ji
_loss_of_entry = (
    p_i
    / 4
    * (
        sp.Integral((v * _error + beta_j) ** 2, (v, v_0, 2))
        + sp.Integral((v * A_ji) ** 2, (v, 0, v_0))
    )
)


def _opening(step: Step, *_: Step) -> Iterator[Check]:
    yield Equal(S_ji * step.rhs, -beta_j)


def _active_moment(step: Step, *_: Step) -> Iterator[Check]:
    yield Equal(sp.integrate(v**k / 2, (v, v_0, 2)), step.rhs)


def _slope(loss: Step, opening: Step, in_direction: sp.Symbol) -> sp.Expr:
    """Differentiate the loss of an entry; the point of opening moves too."""
    return sp.diff(loss.rhs.doit().subs(v_0, opening.rhs), in_direction)


def written_out(expression: sp.Expr, opening: Step, moment: Step) -> sp.Expr:
    """Insert the moments on the active interval."""
    known = {symbol: moment.rhs.subs(k, order) for order, symbol in enumerate(_MOMENTS)}
    return expression.subs(known).subs(v_0, opening.rhs)


def _drive_of_entry(step: Step, loss: Step, opening: Step, moment: Step) -> Iterator[Check]:
    yield Equal(-_slope(loss, opening, S_ji), written_out(step.rhs, opening, moment))


def _drive_of_bias(step: Step, loss: Step, opening: Step, moment: Step) -> Iterator[Check]:
    stated = written_out(one_term(step.rhs), opening, moment)
    yield Equal(-_slope(loss, opening, beta_j), stated)


def _loss_by_moments(step: Step, loss: Step, opening: Step, moment: Step) -> Iterator[Check]:
    stated = written_out(step.rhs, opening, moment)
    yield Equal(loss.rhs.doit().subs(v_0, opening.rhs), stated)


STEPS = (
    Step(
        "R1",
        "Loss of an entry",
        sp.Symbol("L_ji"),
        _loss_of_entry,
        "definition",
        r"Output $j$ while feature $i$ is active: open, it sees $v S_{ji} + \beta_j$; closed, "
        r"it misses its target $v A_{ji}$.",
    ),
    Step(
        "R2",
        "Where an output opens",
        v_0,
        -beta_j / S_ji,
        "identity",
        r"Open above this amplitude if $S_{ji} > 0$, cut off at 0 and 2; for $S_{ji} < 0$ open "
        "below it.",
        follows=("R1",),
        by=_opening,
    ),
    Step(
        "R3",
        "Moments on the active interval",
        sp.Symbol("m^+_k"),
        (2 ** (k + 1) - v_0 ** (k + 1)) / (2 * (k + 1)),
        "integration",
        r"$m^+_k = E[v^k\, 1(v S_{ji} + \beta_j \geq 0)]$; below the opening, for $S_{ji} < "
        r"0$, "
        r"$v_0^{k+1}/(2(k+1))$.",
        follows=("R1",),
        by=_active_moment,
    ),
    Step(
        "R4",
        "Drive of an entry",
        sp.Symbol("D_ji"),
        -p_i * (_error * m_plus_2 + beta_j * m_plus_1),
        "identity",
        r"$D_{ji} = -\partial L/\partial S_{ji}$; the moving end of the interval adds nothing, "
        "because the output opens at zero.",
        follows=("R1", "R2", "R3"),
        by=_drive_of_entry,
        hypotheses=OPENS,
    ),
    Step(
        "R5",
        "Drive of a bias",
        sp.Derivative(sp.Symbol("beta_j"), t),
        -sp.Sum(p_i * (_error * m_plus_1 + beta_j * m_plus_0), (sum_i, 1, N)),
        "identity",
        "All features that open the output push its bias; the own one alone pushes it up.",
        follows=("R1", "R2", "R3"),
        by=_drive_of_bias,
        hypotheses=OPENS,
    ),
    Step(
        "R19",
        "Loss of an entry by moments",
        sp.Symbol("L_ji"),
        p_i
        / 2
        * (
            _error**2 * m_plus_2
            + 2 * _error * beta_j * m_plus_1
            + beta_j**2 * m_plus_0
            + A_ji**2 * (_AMPLITUDE - m_plus_2)
        ),
        "identity",
        "The loss is the sum of this over entries, averaged over marks; without a target the "
        "last term is gone.",
        follows=("R1", "R2", "R3"),
        by=_loss_by_moments,
        hypotheses=OPENS,
    ),
)
