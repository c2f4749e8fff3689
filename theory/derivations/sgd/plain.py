"""Plain steps: what a batch does to a mode, and the memory of its noise."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from superlaw.theory.proof.calculus import gamma_integrand, local_slope
from superlaw.theory.proof.checks import Check, Equal, Tends
from superlaw.theory.proof.derivation import Step
from superlaw.theory.symbols import B, a, alpha, b, eta, i, lam_1, lam_i, m_2, m_4, p_i, t, tau

_FEATURES = 3
_e = sp.symbols(f"e:{_FEATURES}", real=True)
_x = sp.symbols(f"x:{_FEATURES}", real=True)
_second = sp.symbols(f"l:{_FEATURES}", positive=True)
_fourth = sp.symbols(f"f:{_FEATURES}", positive=True)
fourth_i = sp.Symbol("M_i", positive=True)
P_i, L, U_i, Q_i = sp.symbols("P_i L U_i Q_i", positive=True)
error, velocity, pull = sp.symbols("e u q", real=True)
_kernel_term = eta**2 / B * lam_1**2 * i ** (-2 * a) * sp.exp(-2 * eta * lam_1 * tau * i**-a)
_kernel_exponent = 2 - 1 / a
_kernel = (
    eta**2
    * lam_1**2
    / (B * a)
    * (2 * eta * lam_1 * tau) ** -_kernel_exponent
    * sp.gamma(_kernel_exponent)
)
_slowdown = 1 - eta * m_4 / (2 * B * m_2)
_CONVERGES = (sp.Gt(a, 1),)


def averaged(factor: sp.Expr) -> Iterator[tuple[int, sp.Expr]]:
    """Average the square of a factor over batches of 1, 2 and 3 samples; q = (1/B) Σ x²."""
    hit = sp.symbols("h:3", positive=True)
    for size in (1, 2, 3):
        squared = sp.Poly(factor.subs(pull, sum(hit[:size]) / size) ** 2, *hit[:size])
        mean = sum(
            coefficient * sp.prod([{0: 1, 1: lam_i, 2: fourth_i}[power] for power in powers])
            for powers, coefficient in squared.terms()
        )
        yield size, mean


def _batch_of_active(step: Step, *_: Step) -> Iterator[Check]:
    """Square 1 − (η/B) Σ_b x_b² for batches of which some samples hit feature i."""
    for size, mean in averaged(1 - eta * pull):
        yield Equal(mean, step.rhs.subs(B, size), instance=True)


def _rare_modes(step: Step, factor: Step) -> Iterator[Check]:
    rare = {lam_i: m_2 * p_i, fourth_i: m_4 * p_i}
    rate = -sp.log(factor.rhs.subs(rare)) / eta
    point = {m_2: sp.Rational(4, 3), m_4: sp.Rational(16, 5), eta: sp.Rational(1, 4), B: 2}
    points = tuple(point | {p_i: sp.Rational(1, 8**k)} for k in range(1, 6))
    yield Tends(rate, step.rhs.subs(lam_i, m_2 * p_i), points)


def _same_exponent(step: Step, rate: Step) -> Iterator[Check]:
    """Put a common factor on all rates, and change to the rescaled rate as in S11."""
    yield Equal(sp.diff(rate.rhs / lam_i, lam_i), sp.Integer(0))
    u = rate.rhs.subs(lam_i, lam_1 * i**-a) * t
    law = lam_1 / (2 * a) * (u * i**a) ** -step.rhs * sp.gamma(step.rhs)
    in_u = law * gamma_integrand(u, step.rhs) * -sp.diff(u, i)
    yield Equal(lam_1 * i ** (-a - 2 * b) * sp.exp(-u) / 2, in_u)
    yield Equal(local_slope(law), step.rhs)


def _expectation(polynomial: sp.Expr) -> sp.Expr:
    """Average over independent centred inputs with given second and fourth moments."""
    terms = sp.Poly(polynomial, *_x).terms()
    moments = [{0: 1, 1: 0, 2: _second[k], 3: 0, 4: _fourth[k]} for k in range(_FEATURES)]
    return sum(
        coefficient * sp.prod([moments[k][power] for k, power in enumerate(powers)])
        for powers, coefficient in terms
    )


def _recursion(step: Step, *_: Step) -> Iterator[Check]:
    """Average one step of a row of three errors over a batch of independent samples."""
    product = sum(x * e for x, e in zip(_x, _e, strict=True))
    loss = _expectation(product**2) / 2
    for k in range(_FEATURES):
        drift = _expectation(_x[k] * product)
        spread = _expectation((_x[k] * product) ** 2)
        mean_square = _e[k] ** 2 - 2 * eta * _e[k] * drift
        mean_square += eta**2 * (spread / B + (B - 1) * drift**2 / B)
        here = {lam_i: _second[k], fourth_i: _fourth[k], P_i: _e[k] ** 2, L: loss}
        yield Equal(mean_square, step.rhs.subs(here, simultaneous=True), instance=True)


def _kernel_sum(step: Step, recursion: Step) -> Iterator[Check]:
    """Kick P_i by what a unit of loss does; it costs ½λ_i P_i while it relaxes."""
    kick = sp.diff(recursion.rhs, L)
    cost = (kick * lam_i / 2).subs(lam_i, lam_1 * i**-a)
    yield Equal(cost * sp.exp(-2 * eta * tau * lam_1 * i**-a), step.rhs.function)


def _kernel_law(step: Step, kernel: Step) -> Iterator[Check]:
    rate = 2 * eta * lam_1 * tau * i**-a
    in_x = step.rhs * gamma_integrand(rate, _kernel_exponent) * -sp.diff(rate, i)
    yield Equal(kernel.rhs.function, in_x)


def _kernel_exponent_first(step: Step, law: Step) -> Iterator[Check]:
    yield Equal(local_slope(law.rhs.subs(tau, t)), step.rhs)


def _kernel_exponent_second(step: Step, first: Step, recursion: Step) -> Iterator[Check]:
    """Transform Laplace: Σ λ²/(z + 2ηλ) lacks its value at 0 by ∝ z^(1 − 1/a)."""
    z = sp.Symbol("z", positive=True)
    missing = lam_1**2 * i ** (-2 * a) * (1 / (2 * eta * lam_1 * i**-a))
    missing -= lam_1**2 * i ** (-2 * a) / (z + 2 * eta * lam_1 * i**-a)
    scale = (1 / z) ** (1 / a)
    rescaled = sp.powsimp(sp.simplify(missing.subs(i, scale * i) * scale), force=True)
    power = sp.simplify(z * sp.diff(rescaled, z) / rescaled)
    yield Equal(power + 1, step.rhs)
    yield Equal(first.rhs, step.rhs)


def _compare(step: Step, noise: Step) -> Iterator[Check]:
    yield Equal((a + 2 * b - 1) / a - noise.rhs, step.rhs)


STEPS = (
    Step(
        "N1",
        "One active feature: mean square of an error per step",
        sp.Symbol("rho_i"),
        (1 - eta * lam_i) ** 2 + eta**2 / B * (fourth_i - lam_i**2),
        "identity",
        r"Column $i$ of the error is multiplied by $1 - (\eta/B) \sum x^2$; $M_i = "
        r"\mathrm{E}[x_i^4]$. Nothing is added: rows do not mix.",
        by=_batch_of_active,
    ),
    Step(
        "N2",
        "Rate of rare modes",
        sp.Symbol("r_i"),
        2 * lam_i * _slowdown,
        "limit",
        "Rare features are hit once or not at all: the same factor for all of them. The "
        "student is stable in mean square while it is positive.",
        follows=("N1",),
        by=_rare_modes,
    ),
    Step(
        "N3",
        "One active feature: same exponent",
        alpha,
        (a + 2 * b - 1) / a,
        "identity",
        "A common factor on the rates rescales time: learning rate and batch move the curve, "
        "not its slope.",
        follows=("N2",),
        by=_same_exponent,
        hypotheses=(sp.Gt(a + 2 * b, 1), sp.Gt(_slowdown, 0)),
    ),
    Step(
        "N4",
        "Independent centred inputs: mean-square recursion",
        sp.Symbol("P_i'"),
        ((1 - eta * lam_i) ** 2 + eta**2 / B * (fourth_i - 2 * lam_i**2)) * P_i
        + 2 * eta**2 / B * lam_i * L,
        "identity",
        r"$P_i$ is the mean square of column $i$ of the error; $L = \frac{1}{2} \sum_i "
        r"\lambda_i P_i$.",
        by=_recursion,
    ),
    Step(
        "N5",
        "Memory of noise",
        sp.Symbol("K_tau"),
        sp.Integral(_kernel_term, (i, 0, sp.oo)),
        "substitution",
        r"What a unit of loss adds to the loss $\tau$ steps later: a Volterra kernel.",
        follows=("N4",),
        by=_kernel_sum,
    ),
    Step(
        "N6",
        "Kernel law",
        sp.Symbol("K_tau"),
        _kernel,
        "integration",
        "Slow modes remember kicks for long.",
        follows=("N5",),
        by=_kernel_law,
        hypotheses=_CONVERGES,
    ),
    Step(
        "N7",
        "Noise exponent",
        alpha,
        _kernel_exponent,
        "identity",
        "It does not depend on the teacher, the batch or the learning rate.",
        follows=("N6",),
        by=_kernel_exponent_first,
        hypotheses=_CONVERGES,
    ),
    Step(
        "N8",
        "The same exponent by Laplace transform",
        alpha,
        _kernel_exponent,
        "identity",
        r"A transform that lacks its value at 0 by $z^{\alpha-1}$ belongs to a tail "
        r"$t^{-\alpha}$.",
        follows=("N7", "N4"),
        by=_kernel_exponent_second,
        hypotheses=_CONVERGES,
    ),
    Step(
        "N9",
        "When noise hides the exponent",
        sp.Symbol("alpha_modes") - sp.Symbol("alpha_noise"),
        (2 * b - a) / a,
        "identity",
        r"$\alpha = \min((a + 2b - 1)/a, 2 - 1/a)$: noise decides if and only if $2b > a$.",
        follows=("N8",),
        by=_compare,
    ),
)
