"""Finite learning rate and mini-batches: what they change, and when noise hides the exponent."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from superlaw.theory.derivation import Derivation
from superlaw.theory.proof.calculus import gamma_integrand, local_slope
from superlaw.theory.proof.checks import Check, Equal, Tends
from superlaw.theory.proof.derivation import Step
from superlaw.theory.symbols import B, a, alpha, b, eta, i, lam_1, lam_i, m, m_2, m_4, p_i, t, tau

_FEATURES = 3
_e = sp.symbols(f"e:{_FEATURES}", real=True)
_x = sp.symbols(f"x:{_FEATURES}", real=True)
_second = sp.symbols(f"l:{_FEATURES}", positive=True)
_fourth = sp.symbols(f"f:{_FEATURES}", positive=True)
_fourth_i = sp.Symbol("M_i", positive=True)
_P_i, _L, _U_i, _Q_i = sp.symbols("P_i L U_i Q_i", positive=True)
_C_i = sp.Symbol("C_i", real=True)
_error, _velocity, _pull = sp.symbols("e u q", real=True)
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


def _averaged(factor: sp.Expr) -> Iterator[tuple[int, sp.Expr]]:
    """Average the square of a factor over batches of 1, 2 and 3 samples; q = (1/B) Σ x²."""
    hit = sp.symbols("h:3", positive=True)
    for size in (1, 2, 3):
        squared = sp.Poly(factor.subs(_pull, sum(hit[:size]) / size) ** 2, *hit[:size])
        mean = sum(
            coefficient * sp.prod([{0: 1, 1: lam_i, 2: _fourth_i}[power] for power in powers])
            for powers, coefficient in squared.terms()
        )
        yield size, mean


def _batch_of_active(step: Step, *_: Step) -> Iterator[Check]:
    """Square 1 − (η/B) Σ_b x_b² for batches of which some samples hit feature i."""
    for size, mean in _averaged(1 - eta * _pull):
        yield Equal(mean, step.rhs.subs(B, size), instance=True)


def _rare_modes(step: Step, factor: Step) -> Iterator[Check]:
    rare = {lam_i: m_2 * p_i, _fourth_i: m_4 * p_i}
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
        here = {lam_i: _second[k], _fourth_i: _fourth[k], _P_i: _e[k] ** 2, _L: loss}
        yield Equal(mean_square, step.rhs.subs(here, simultaneous=True), instance=True)


def _kernel_sum(step: Step, recursion: Step) -> Iterator[Check]:
    """Kick P_i by what a unit of loss does; it costs ½λ_i P_i while it relaxes."""
    kick = sp.diff(recursion.rhs, _L)
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


def _pull_of_active(step: Step, *_: Step) -> Iterator[Check]:
    for size, mean in _averaged(_pull):
        yield Equal(mean * _P_i, step.rhs.subs(B, size), instance=True)


def _pull_of_all(step: Step, recursion: Step) -> Iterator[Check]:
    """Take from the recursion what a step adds beyond the mean, and its own square."""
    yield Equal(recursion.rhs, (1 - 2 * eta * lam_i) * _P_i + eta**2 * step.rhs)


def _averaged_step(first: sp.Expr, second: sp.Expr) -> sp.Expr:
    """Average a product of what a step makes of e and u; the pull q has mean λ e, square Q."""
    moments = {
        (2, 0, 0): _P_i,
        (1, 1, 0): _C_i,
        (0, 2, 0): _U_i,
        (1, 0, 1): lam_i * _P_i,
        (0, 1, 1): lam_i * _C_i,
        (0, 0, 2): _Q_i,
    }
    product = sp.Poly(first * second, _error, _velocity, _pull)
    return sum(coefficient * moments[powers] for powers, coefficient in product.terms())


_moved = m * _velocity - eta * _pull


def _error_squared(step: Step, *_: Step) -> Iterator[Check]:
    yield Equal(_averaged_step(_error + _moved, _error + _moved), step.rhs)


def _error_and_velocity(step: Step, *_: Step) -> Iterator[Check]:
    yield Equal(_averaged_step(_error + _moved, _moved), step.rhs)


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
    z, rare = sp.Symbol("z", positive=True), {lam_i: m_2 * p_i, _fourth_i: m_4 * p_i}
    moved = [sp.expand(moment.rhs.subs(_Q_i, pull.rhs).subs(rare)) for moment in moments]
    matrix = sp.Matrix([[row.coeff(part) for part in (_P_i, _C_i, _U_i)] for row in moved])
    equation = (matrix - z * sp.eye(3)).det()
    never = {z: 1, p_i: 0}
    yield Equal(equation.subs(never), sp.Integer(0))
    slope = -(sp.diff(equation, p_i) / sp.diff(equation, z)).subs(never)
    yield Equal(-slope * p_i * (1 - m) / eta, step.rhs.subs(lam_i, m_2 * p_i))


DERIVATION = Derivation(
    name="sgd",
    title="Stochastic gradient descent: when noise hides the exponent",
    summary=(
        r"One pass over fresh samples, learning rate $\eta$, batch $B$, time $t = \eta \times$ "
        "steps. With one active feature the noise multiplies and vanishes with the error. With "
        "independent centred inputs every error kicks every mode, and the memory of those kicks "
        "is a power law of its own."
    ),
    steps=(
        Step(
            "N1",
            "One active feature: mean square of an error per step",
            sp.Symbol("rho_i"),
            (1 - eta * lam_i) ** 2 + eta**2 / B * (_fourth_i - lam_i**2),
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
            ((1 - eta * lam_i) ** 2 + eta**2 / B * (_fourth_i - 2 * lam_i**2)) * _P_i
            + 2 * eta**2 / B * lam_i * _L,
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
        Step(
            "N10",
            "Momentum, one active feature: mean square of the pull",
            _Q_i,
            (lam_i**2 + (_fourth_i - lam_i**2) / B) * _P_i,
            "identity",
            r"A batch pulls an error $e$ with $q = (e/B) \sum x^2$; $P_i = \mathrm{E}[e^2]$.",
            by=_pull_of_active,
        ),
        Step(
            "N11",
            "Momentum, independent centred inputs: mean square of the pull",
            _Q_i,
            (lam_i**2 + (_fourth_i - 2 * lam_i**2) / B) * _P_i + 2 * lam_i * _L / B,
            "identity",
            "Every error adds to the pull on every mode.",
            follows=("N4",),
            by=_pull_of_all,
        ),
        Step(
            "N12",
            "Momentum: mean square of the error",
            sp.Symbol("P_i'"),
            (1 - 2 * eta * lam_i) * _P_i
            + eta**2 * _Q_i
            + 2 * m * (1 - eta * lam_i) * _C_i
            + m**2 * _U_i,
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
            -eta * lam_i * _P_i + eta**2 * _Q_i + m * (1 - 2 * eta * lam_i) * _C_i + m**2 * _U_i,
            "identity",
            "Three numbers a mode close the recursion.",
            by=_error_and_velocity,
        ),
        Step(
            "N14",
            "Momentum: mean square of the velocity",
            sp.Symbol("U_i'"),
            eta**2 * _Q_i - 2 * eta * lam_i * m * _C_i + m**2 * _U_i,
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
    ),
)
