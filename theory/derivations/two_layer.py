"""Two-layer students: logistic modes and the exponent (a + 2b − 1)/(a + b), by two routes."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from superlaw.theory.derivation import About, Derivation
from superlaw.theory.proof.calculus import local_slope, tail_integral
from superlaw.theory.proof.checks import Check, Equal
from superlaw.theory.proof.derivation import Step
from superlaw.theory.symbols import (
    a,
    a_i,
    alpha_2,
    b,
    epsilon,
    i,
    i_star,
    lam_1,
    lam_i,
    s_0,
    s_i,
    t,
    u,
)

_EXPONENT = (a + 2 * b - 1) / (a + b)
_HYPOTHESES = (sp.Gt(a + 2 * b, 1), sp.Gt(a + b, 0))
_start = 1 / epsilon - 1
_logistic = a_i / (1 + (a_i / s_0 - 1) * sp.exp(-2 * lam_i * a_i * t))


def _unlearned(rescaled: sp.Expr) -> sp.Expr:
    """Return (1 − s/a)², what a mode still lacks at rescaled time 2λat."""
    return (_start * sp.exp(-rescaled) / (1 + _start * sp.exp(-rescaled))) ** 2


_u_integrand = (
    lam_1 / (2 * (a + b)) * (2 * lam_1 * t) ** -_EXPONENT * u ** (_EXPONENT - 1) * _unlearned(u)
)
_law = (
    lam_1
    / (2 * (a + b))
    * (2 * lam_1 * t) ** -_EXPONENT
    * sp.gamma(_EXPONENT)
    * (sp.polylog(_EXPONENT - 1, -_start) - sp.polylog(_EXPONENT, -_start))
)


def _product_rule(step: Step, *_: Step) -> Iterator[Check]:
    first, second = sp.symbols("w_1 w_2", positive=True)
    loss = lam_i * (first * second - a_i) ** 2 / 2
    velocity = -second * sp.diff(loss, first) - first * sp.diff(loss, second)
    balanced = {first: sp.sqrt(s_i), second: sp.sqrt(s_i)}
    yield Equal(velocity.subs(balanced), step.rhs)


def _solve_logistic(step: Step, mode: Step) -> Iterator[Check]:
    yield Equal(sp.Derivative(step.rhs, t), mode.rhs.subs(s_i, step.rhs))
    yield Equal(step.rhs.subs(t, 0), s_0)


def _insert_modes(step: Step, mode: Step) -> Iterator[Check]:
    spectrum = {lam_i: lam_1 * i**-a, a_i: i**-b}
    lacking = (lam_i * (a_i - mode.rhs) ** 2 / 2).subs(s_0, epsilon * a_i).subs(spectrum)
    yield Equal(lacking, step.rhs.function)


def _substitute(step: Step, loss: Step) -> Iterator[Check]:
    rate = 2 * lam_1 * t * i ** (-a - b)
    yield Equal(loss.rhs.function, step.rhs.function.subs(u, rate) * -sp.diff(rate, i))


def _polylogarithms(step: Step, integral: Step) -> Iterator[Check]:
    """Integrate numerically for several starts ε at one (a, b)."""
    point = {a: sp.Rational(3, 2), b: 1, lam_1: 1, t: 3}
    yield Equal(integral.rhs.subs(point), step.rhs.subs(point), instance=True)


def _exponent(step: Step, law: Step) -> Iterator[Check]:
    yield Equal(local_slope(law.rhs), step.rhs)


def _front(step: Step, *_: Step) -> Iterator[Check]:
    yield Equal((2 * lam_1 * t * i ** (-a - b)).subs(i, step.rhs), sp.log(1 / epsilon))


def _agreement(step: Step, first: Step, front: Step, loss: Step) -> Iterator[Check]:
    """Count as lost what lies beyond the front."""
    value, _ = tail_integral(loss.rhs.function.subs(t, 0), front.rhs)
    yield Equal(local_slope(value), step.rhs)
    yield Equal(first.rhs, step.rhs)


def _flat_start(step: Step, mode: Step, front: Step) -> Iterator[Check]:
    """Ask when a mode that starts at s_0 is half learned, s = a_i/2."""
    when = sp.solve(sp.Eq(mode.rhs, a_i / 2), t)[0]
    yield Equal(when, step.rhs)


DERIVATION = Derivation(
    name="two_layer",
    title="Two-layer students: later, and with another exponent",
    summary=(
        "A student of two layers learns a mode at a rate proportional to what it already has of "
        r"it. Modes still come one after another, but the front moves at the pace of $\lambda_i "
        r"a_i$ instead of $\lambda_i$, and a small start delays each by a logarithm."
    ),
    about=About(kinds=("two_layer",), student={"depth": 2}),
    steps=(
        Step(
            "T1",
            "Two balanced layers",
            sp.Derivative(sp.Symbol("s_i"), t),
            2 * lam_i * s_i * (a_i - s_i),
            "identity",
            "With $s = w_1 w_2$ gradient flow of both factors from a balanced start, $w_1 = "
            "w_2$, gives a logistic equation.",
            by=_product_rule,
        ),
        Step(
            "T2",
            "Logistic mode",
            sp.Symbol("s_i"),
            _logistic,
            "ODE solution",
            "A mode waits near its start, then rises; it would wait forever at zero.",
            follows=("T1",),
            by=_solve_logistic,
        ),
        Step(
            "T3",
            "Loss from a start in proportion to the target",
            sp.Symbol("L"),
            sp.Integral(
                lam_1 * i ** (-a - 2 * b) / 2 * _unlearned(2 * lam_1 * t * i ** (-a - b)),
                (i, 0, sp.oo),
            ),
            "substitution",
            r"$s_i(0) = \epsilon a_i$: every mode waits for the same multiple of its own time. "
            "The sum over modes is written as an integral, as in S10, with both cut-offs out of "
            "sight.",
            follows=("T2",),
            by=_insert_modes,
        ),
        Step(
            "T4",
            r"Substitution $u = 2 \lambda_1 t\, i^{-(a+b)}$",
            sp.Symbol("L"),
            sp.Integral(_u_integrand, (u, 0, sp.oo)),
            "substitution",
            "Time becomes a prefactor.",
            follows=("T3",),
            by=_substitute,
            hypotheses=_HYPOTHESES,
        ),
        Step(
            "T5",
            "Power law with its prefactor",
            sp.Symbol("L"),
            _law,
            "integration",
            "The start enters through polylogarithms.",
            follows=("T4",),
            by=_polylogarithms,
            hypotheses=_HYPOTHESES,
        ),
        Step(
            "T6",
            "Exponent of two-layer students",
            alpha_2,
            _EXPONENT,
            "identity",
            "Smaller than $(a + 2b - 1)/a$ for $b > 0$: depth slows the approach down.",
            follows=("T5",),
            by=_exponent,
            hypotheses=_HYPOTHESES,
        ),
        Step(
            "T7",
            "Front",
            i_star,
            (2 * lam_1 * t / sp.log(1 / epsilon)) ** (1 / (a + b)),
            "identity",
            r"The mode being learned has waited $\log(1/\epsilon)$ of its own times.",
            by=_front,
            hypotheses=_HYPOTHESES,
        ),
        Step(
            "T8",
            "The same exponent by the front",
            alpha_2,
            _EXPONENT,
            "identity",
            "What lies beyond the front is lost.",
            follows=("T6", "T7", "T3"),
            by=_agreement,
            hypotheses=_HYPOTHESES,
        ),
        Step(
            "T9",
            "A flat start brings logarithms",
            t,
            sp.log(a_i / s_0 - 1) / (2 * lam_i * a_i),
            "identity",
            r"From $s_i(0) = s_0$ for every mode, the waiting time carries $\log(a_i/s_0)$, which "
            r"changes along the spectrum: the local slope creeps towards $\alpha_2$ and modes "
            "with $a_i < s_0$ start above their target.",
            follows=("T2", "T7"),
            by=_flat_start,
            hypotheses=(sp.Gt(a_i, 2 * s_0),),
        ),
    ),
)
