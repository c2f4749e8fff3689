"""Heavy-ball momentum: three numbers a mode, and the time it rescales."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from superlaw.theory.derivations.sgd.plain import (
    L,
    P_i,
    Q_i,
    U_i,
    averaged,
    error,
    fourth_i,
    pull,
    velocity,
)
from superlaw.theory.proof.checks import Check, Equal, Tends
from superlaw.theory.proof.derivation import Step
from superlaw.theory.symbols import B, eta, lam_i, m, m_2, m_4, p_i

_C_i = sp.Symbol("C_i", real=True)


def _pull_of_active(step: Step, *_: Step) -> Iterator[Check]:
    for size, mean in averaged(pull):
        yield Equal(mean * P_i, step.rhs.subs(B, size), instance=True)


def _pull_of_all(step: Step, recursion: Step) -> Iterator[Check]:
    """Take from the recursion what a step adds beyond the mean, and its own square."""
    yield Equal(recursion.rhs, (1 - 2 * eta * lam_i) * P_i + eta**2 * step.rhs)


def _averaged_step(first: sp.Expr, second: sp.Expr) -> sp.Expr:
    """Average a product of what a step makes of e and u; the pull q has mean λ e, square Q."""
    moments = {
        (2, 0, 0): P_i,
        (1, 1, 0): _C_i,
        (0, 2, 0): U_i,
        (1, 0, 1): lam_i * P_i,
        (0, 1, 1): lam_i * _C_i,
        (0, 0, 2): Q_i,
    }
    product = sp.Poly(first * second, error, velocity, pull)
    return sum(coefficient * moments[powers] for powers, coefficient in product.terms())


_moved = m * velocity - eta * pull


def _error_squared(step: Step, *_: Step) -> Iterator[Check]:
    yield Equal(_averaged_step(error + _moved, error + _moved), step.rhs)


def _error_and_velocity(step: Step, *_: Step) -> Iterator[Check]:
    yield Equal(_averaged_step(error + _moved, _moved), step.rhs)


def _velocity_squared(step: Step, *_: Step) -> Iterator[Check]:
    yield Equal(_averaged_step(_moved, _moved), step.rhs)


def _slow_root(step: Step, *_: Step) -> Iterator[Check]:
    """Find the factor z of a mean error under e' = e + m (e − e_before) − ηλ e."""
    middle = (1 + m - eta * lam_i) / 2
    z = middle + sp.sqrt(middle**2 - m)
    yield Equal(z**2 + m, (1 + m - eta * lam_i) * z)
    points = tuple(
        {m: sp.Rational(3, 5), lam_i: sp.Rational(1, 2), eta: sp.Rational(1, 8**k)}
        for k in range(2, 7)
    )
    yield Tends(-sp.log(z) * (1 - m) / eta, step.rhs, points)


def _slow_square(step: Step, pull: Step, *moments: Step) -> Iterator[Check]:
    """Follow the factor that is 1 for a feature that never comes, to first order in p_i."""
    z, rare = sp.Symbol("z", positive=True), {lam_i: m_2 * p_i, fourth_i: m_4 * p_i}
    moved = [sp.expand(moment.rhs.subs(Q_i, pull.rhs).subs(rare)) for moment in moments]
    matrix = sp.Matrix([[row.coeff(part) for part in (P_i, _C_i, U_i)] for row in moved])
    equation = (matrix - z * sp.eye(3)).det()
    never = {z: 1, p_i: 0}
    yield Equal(equation.subs(never), sp.Integer(0))
    slope = -(sp.diff(equation, p_i) / sp.diff(equation, z)).subs(never)
    yield Equal(-slope * p_i * (1 - m) / eta, step.rhs.subs(lam_i, m_2 * p_i))


STEPS = (
    Step(
        "N10",
        "Momentum, one active feature: mean square of the pull",
        Q_i,
        (lam_i**2 + (fourth_i - lam_i**2) / B) * P_i,
        "identity",
        r"A batch pulls an error $e$ with $q = (e/B) \sum x^2$; $P_i = \mathrm{E}[e^2]$.",
        by=_pull_of_active,
    ),
    Step(
        "N11",
        "Momentum, independent centred inputs: mean square of the pull",
        Q_i,
        (lam_i**2 + (fourth_i - 2 * lam_i**2) / B) * P_i + 2 * lam_i * L / B,
        "identity",
        "Every error adds to the pull on every mode.",
        follows=("N4",),
        by=_pull_of_all,
    ),
    Step(
        "N12",
        "Momentum: mean square of the error",
        sp.Symbol("P_i'"),
        (1 - 2 * eta * lam_i) * P_i + eta**2 * Q_i + 2 * m * (1 - eta * lam_i) * _C_i + m**2 * U_i,
        "identity",
        r"A step moves the error by its velocity, $u' = m u - \eta q$ and $e' = e + u'$; "
        r"$C_i = \mathrm{E}[e u]$ and $U_i = \mathrm{E}[u^2]$. The pull on fresh samples "
        r"depends on neither $e$ nor $u$ before it.",
        by=_error_squared,
    ),
    Step(
        "N13",
        "Momentum: error times velocity",
        sp.Symbol("C_i'"),
        -eta * lam_i * P_i + eta**2 * Q_i + m * (1 - 2 * eta * lam_i) * _C_i + m**2 * U_i,
        "identity",
        "Three numbers a mode close the recursion.",
        by=_error_and_velocity,
    ),
    Step(
        "N14",
        "Momentum: mean square of the velocity",
        sp.Symbol("U_i'"),
        eta**2 * Q_i - 2 * eta * lam_i * m * _C_i + m**2 * U_i,
        "identity",
        "From rest, $C_i = U_i = 0$.",
        by=_velocity_squared,
    ),
    Step(
        "N15",
        "Momentum rescales time",
        sp.Symbol("r_i"),
        lam_i,
        "limit",
        r"The slow factor of the mean error, as a rate in the time $\eta/(1 - m) \times$ "
        r"steps, for a small learning rate: momentum moves the curve, not its slope.",
        by=_slow_root,
    ),
    Step(
        "N16",
        "Rate of rare modes under momentum",
        sp.Symbol("r_i"),
        2 * lam_i * (1 - eta * m_4 / (2 * B * (1 - m) * m_2)),
        "limit",
        r"N2 with $\eta/(1 - m)$ for $\eta$: noise slows modes down by the time a step takes.",
        follows=("N10", "N12", "N13", "N14"),
        by=_slow_square,
    ),
)
