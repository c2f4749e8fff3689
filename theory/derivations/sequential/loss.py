"""From the sum over modes to the power law of the loss, by two routes."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from superlaw.theory.derivations.sequential.modes import scalar
from superlaw.theory.proof.calculus import local_slope, tail_integral
from superlaw.theory.proof.checks import Check, Equal, Tends
from superlaw.theory.proof.derivation import Step
from superlaw.theory.symbols import (
    A_jk,
    N,
    S_jk,
    a,
    a_i,
    alpha,
    b,
    i,
    i_star,
    lam_1,
    lam_i,
    lam_k,
    m_2,
    p_1,
    p_i,
    t,
    u,
)

_HALF = sp.Rational(1, 2)
_EXPONENT = (a + 2 * b - 1) / a
_SUMMABLE = (sp.Gt(a + 2 * b, 1),)
_lower, _upper = 2 * lam_1 * t * _HALF**-a, 2 * lam_1 * t * (N + _HALF) ** -a
_loss_term = lam_1 * i ** (-a - 2 * b) * sp.exp(-2 * lam_1 * t * i**-a) / 2
_u_integrand = lam_1 / (2 * a) * (2 * lam_1 * t) ** -_EXPONENT * u ** (_EXPONENT - 1) * sp.exp(-u)
_window_law = lam_1 / (2 * a) * (2 * lam_1 * t) ** -_EXPONENT * sp.gamma(_EXPONENT)


def _insert_modes(
    step: Step, frequency: Step, teacher: Step, moment: Step, loss: Step, mode: Step
) -> Iterator[Check]:
    term = scalar(loss.rhs.function).subs({S_jk: mode.rhs, A_jk: a_i, lam_k: lam_i})
    rate = moment.rhs.subs(p_i, frequency.rhs).subs(p_1, lam_1 / m_2)
    yield Equal(term.subs({lam_i: rate, a_i: teacher.rhs}), step.rhs.function)


def _sum_to_integral(step: Step, loss: Step) -> Iterator[Check]:
    points = tuple(
        {a: sp.Rational(3, 2), b: sp.Rational(1, 4), lam_1: 1, t: 4 * 6**k, N: 60 * 6**k}
        for k in range(3)
    )
    yield Tends(loss.rhs, step.rhs, points)


def _substitute(step: Step, integral: Step) -> Iterator[Check]:
    rate = 2 * lam_1 * t * i**-a
    limits = step.rhs.limits[0]
    yield Equal(integral.rhs.function, step.rhs.function.subs(u, rate) * -sp.diff(rate, i))
    yield Equal(rate.subs(i, integral.rhs.limits[0][1]), limits[2])
    yield Equal(rate.subs(i, integral.rhs.limits[0][2]), limits[1])


def _incomplete_gamma(step: Step, integral: Step) -> Iterator[Check]:
    """Compare derivatives at both ends, and the value where the ends coincide."""
    low, high = sp.Symbol("low", positive=True), sp.Symbol("high", positive=True)
    _, first, last = integral.rhs.limits[0]
    general = step.rhs.subs({last: high, first: low})
    yield Equal(sp.diff(general, high), integral.rhs.function.subs(u, high))
    yield Equal(sp.diff(general, low), -integral.rhs.function.subs(u, low))
    yield Equal(general.subs(low, high), sp.Integer(0))


def _open_window(step: Step, exact: Step) -> Iterator[Check]:
    for power, importance in ((sp.Rational(3, 2), sp.Rational(1, 2)), (2, 1)):
        yield Tends(
            exact.rhs,
            step.rhs,
            tuple({a: power, b: importance, lam_1: 1, t: 4**k, N: 16**k} for k in range(1, 5)),
        )


def _exponent(step: Step, law: Step) -> Iterator[Check]:
    yield Equal(local_slope(law.rhs), step.rhs)


def _front(step: Step, frequency: Step, moment: Step) -> Iterator[Check]:
    rate = moment.rhs.subs(p_i, frequency.rhs).subs(p_1, lam_1 / m_2)
    yield Equal((2 * rate * t).subs(i, step.rhs), sp.Integer(1))


def _unlearned(step: Step, loss: Step, front: Step) -> Iterator[Check]:
    start = loss.rhs.function.subs(t, 0)
    value, condition = tail_integral(start, front.rhs)
    yield Equal(value, step.rhs)
    yield Equal(condition.lhs - condition.rhs, step.hypotheses[0].lhs - step.hypotheses[0].rhs)


def _agreement(step: Step, first: Step, unlearned: Step) -> Iterator[Check]:
    yield Equal(first.rhs, step.rhs)
    yield Equal(local_slope(unlearned.rhs), step.rhs)


def _compare_with_one(step: Step, exponent: Step) -> Iterator[Check]:
    yield Equal(exponent.rhs - 1, step.rhs)


STEPS = (
    Step(
        "S9",
        "Loss as a sum over modes",
        sp.Symbol("L"),
        sp.Sum(_loss_term, (i, 1, N)),
        "substitution",
        r"$L(t) = \frac{1}{2} \sum_i \lambda_i a_i^2 \exp(-2 \lambda_i t)$: what has not been "
        "learned yet.",
        follows=("S1", "S2", "S3", "S4", "S8"),
        by=_insert_modes,
    ),
    Step(
        "S10",
        "Continuous index",
        sp.Symbol("L"),
        sp.Integral(_loss_term, (i, _HALF, N + _HALF)),
        "asymptotics",
        "Once the front has passed the first features the summand is smooth on the scale of "
        "one index, and the midpoint rule turns the sum into an integral.",
        follows=("S9",),
        by=_sum_to_integral,
    ),
    Step(
        "S11",
        r"Substitution $u = 2 \lambda_1 t\, i^{-a}$",
        sp.Symbol("L"),
        sp.Integral(_u_integrand, (u, _upper, _lower)),
        "substitution",
        "The rescaled rate $u$ makes time a prefactor; the two ends of the spectrum become "
        "the limits.",
        follows=("S10",),
        by=_substitute,
    ),
    Step(
        "S12",
        "Loss between two cut-offs",
        sp.Symbol("L"),
        lam_1
        / (2 * a)
        * (2 * lam_1 * t) ** -_EXPONENT
        * (sp.lowergamma(_EXPONENT, _lower) - sp.lowergamma(_EXPONENT, _upper)),
        "integration",
        "Right for finite $N$ too: the first incomplete gamma function is the head of the "
        "spectrum, the second the end of it.",
        follows=("S11",),
        by=_incomplete_gamma,
        hypotheses=_SUMMABLE,
    ),
    Step(
        "S13",
        "Power law inside the window",
        sp.Symbol("L"),
        _window_law,
        "asymptotics",
        r"For $1/\lambda_1 \ll t \ll 1/\lambda_N$ both cut-offs are out of sight. Next to "
        r"$\alpha = 0$ the far one stays in sight until $N$ is astronomically large.",
        follows=("S12",),
        by=_open_window,
        hypotheses=_SUMMABLE,
    ),
    Step(
        "S14",
        "Exponent of the sequential regime",
        alpha,
        _EXPONENT,
        "identity",
        r"$\alpha = -d \log L/d \log t$. It depends on data ($a$) and teacher ($b$).",
        follows=("S13",),
        by=_exponent,
        hypotheses=_SUMMABLE,
    ),
    Step(
        "S15",
        "Travelling front",
        i_star,
        (2 * lam_1 * t) ** (1 / a),
        "identity",
        r"The feature being learned at time $t$ is the one with $2 \lambda_i t = 1$.",
        follows=("S1", "S3"),
        by=_front,
    ),
    Step(
        "S16",
        "Loss beyond the front",
        sp.Symbol("L_front"),
        lam_1 / (2 * (a + 2 * b - 1)) * (2 * lam_1 * t) ** -_EXPONENT,
        "integration",
        "The second route: count as lost what lies beyond the front, as learned what lies "
        "before it. The prefactor is rough, the power is not.",
        follows=("S9", "S15"),
        by=_unlearned,
        hypotheses=_SUMMABLE,
    ),
    Step(
        "S17",
        "The same exponent by both routes",
        alpha,
        _EXPONENT,
        "identity",
        "The integral over all modes and the travelling front agree.",
        follows=("S14", "S16"),
        by=_agreement,
        hypotheses=_SUMMABLE,
    ),
    Step(
        "S18",
        "When the exponent is 1",
        alpha - 1,
        (2 * b - 1) / a,
        "identity",
        r"$\alpha = 1$ for every $a$ at $b = \frac{1}{2}$ exactly; $\alpha < 1$ if and only "
        r"if $b < \frac{1}{2}$.",
        follows=("S17",),
        by=_compare_with_one,
    ),
)
