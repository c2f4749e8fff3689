"""Power laws: the exponents of the width, with and without superposition, and the best width."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from superlaw.theory.proof.calculus import tail_integral
from superlaw.theory.proof.checks import Check, Equal
from superlaw.theory.proof.derivation import Step
from superlaw.theory.symbols import K, N, a, alpha, c, i, i_star, p_1, p_i, t

_beta = sp.Symbol("b", real=True)
_multiplier = sp.Symbol("Lambda", positive=True)
_x, _C, _F, _G = sp.symbols("x C F G", positive=True)
_chi = sp.Symbol("chi", positive=True)
_tail = p_1 * i**-a
_STEEP = (sp.Gt(a, 1),)


def _exponent(loss: sp.Expr, scale: sp.Symbol) -> sp.Expr:
    return -scale * sp.diff(loss, scale) / loss


def _ignored(step: Step) -> Iterator[Check]:
    """Answer with a bias alone, at its best."""
    v = sp.Symbol("v", positive=True)
    first, second = (sp.integrate(v**k / 2, (v, 0, 2)) for k in (1, 2))
    loss = p_i * (second - 2 * _beta * first + _beta**2) + (1 - p_i) * _beta**2
    (root,) = sp.solve(sp.diff(loss, _beta), _beta)
    yield Equal(loss.subs(_beta, root), step.rhs)


def _weak_loss(step: Step, ignored: Step) -> Iterator[Check]:
    """Sum over the features from K on, of which the square of the frequency is lost last."""
    rare = sp.limit(ignored.rhs / p_i, p_i, 0)
    value, _ = tail_integral(rare * _tail, K)
    yield Equal(value, step.rhs)


def _slope(step: Step, loss: Step) -> Iterator[Check]:
    yield Equal(_exponent(loss.rhs, K), step.rhs)


def _tail_clearance(step: Step, clearance: Step) -> Iterator[Check]:
    """Compare a feature with that of rank i*, whose clearance is 0 on the scale of 1/√K.

    f_K(c) ∝ exp(−K c²/2) there, and N − i is as good as N.
    """
    square = sp.Symbol("square", positive=True)
    log_ratio = sp.log(_tail / _tail.subs(i, i_star))
    (root,) = sp.solve(sp.Eq(sp.expand_log(log_ratio, force=True), -K * square / 2), square)
    yield Equal(root, step.rhs)
    density = sp.Symbol("f_K", positive=True)
    yield Equal(clearance.rhs * (2 * c + c**2), _multiplier * (N - i) * density)


def _trained_loss(step: Step, clearance: Step) -> Iterator[Check]:
    """Differentiate by i*, where the clearance is 0; and vanish far out."""
    term = _tail * clearance.rhs
    yield Equal(1 + term.subs(i, i_star), sp.Integer(1))
    value, _ = tail_integral(sp.diff(term, i_star), i_star)
    yield Equal(value, sp.diff(step.rhs, i_star))
    yield Equal(1 + sp.limit(step.rhs.subs(a, 2), i_star, sp.oo), sp.Integer(1))


def _trained_slope(step: Step, loss: Step) -> Iterator[Check]:
    """Heads are clear up to a rank in proportion to K."""
    yield Equal(_exponent(loss.rhs.subs(i_star, _x * K), K), step.rhs)


def _two_levels(step: Step, weak: Step) -> Iterator[Check]:
    """Give 2xK heads as many digons, and the rest a random code in (1 − x)K dimensions."""
    left = weak.rhs.subs(K, 2 * _x * K) / sp.Rational(4, 3)
    yield Equal(left * _C / ((1 - _x) * K), step.rhs)


def _highest(step: Step) -> Iterator[Check]:
    """Bound the loss by s p_s C/K, with the rank s = x K^(3/2) from which even codes lose C/K."""
    rank = _x * K ** sp.Rational(3, 2)
    yield Equal(_exponent(rank * _tail.subs(i, rank) * _C / K, K), step.rhs)


def _at_compute(law: Step) -> list[sp.Expr]:
    """Return both parts of the law at t = C/K."""
    return [part.subs(t, _C / K) for part in sp.Add.make_args(law.rhs)]


def _best(step: Step, law: Step) -> Iterator[Check]:
    """Set what one part gains with the width against what the other loses."""
    first, second = (sp.diff(part, K).subs(K, step.rhs) for part in _at_compute(law))
    yield Equal(first, -second)


def _least(step: Step, law: Step, best: Step) -> Iterator[Check]:
    both = sum(_at_compute(law))
    yield Equal(both.subs(K, best.rhs), step.rhs.subs(t, _C / best.rhs))


def _envelope(step: Step, law: Step, best: Step) -> Iterator[Check]:
    """Both parts fall alike at the best width."""
    for part in _at_compute(law):
        yield Equal(_exponent(part.subs(K, best.rhs), _C), step.rhs)


STEPS = (
    Step(
        "H23",
        "Loss of a feature that is ignored",
        sp.Symbol("L_i"),
        sp.Rational(4, 3) * p_i - p_i**2,
        "identity",
        "Its output says its mean. The weak regime is the sum of this over the features without a "
        "column, as many as are counted; in a finite sum it is not a power law.",
        by=_ignored,
    ),
    Step(
        "H24",
        "Loss of the weak regime",
        sp.Symbol("L"),
        sp.Rational(4, 3) * p_1 * K ** (1 - a) / (a - 1),
        "integration",
        "The $K$ most frequent features have a dimension each, $N \\to \\infty$.",
        follows=("H23",),
        by=_weak_loss,
        hypotheses=_STEEP,
    ),
    Step(
        "H25",
        "Exponent of the weak regime",
        sp.Symbol(r"\alpha_K"),
        a - 1,
        "identity",
        "",
        follows=("H24",),
        by=_slope,
        hypotheses=_STEEP,
    ),
    Step(
        "H26",
        "Clearance of the tail of a trained code",
        c**2,
        2 * a / K * sp.log(i / i_star),
        "asymptotics",
        "By the budget closure, for ranks above $i^*$; more frequent features are clear of all.",
        follows=("H22",),
        by=_tail_clearance,
        hypotheses=(sp.Gt(i, i_star),),
    ),
    Step(
        "H27",
        "Loss of a trained code",
        sp.Symbol("L"),
        2 * a * p_1 * i_star ** (1 - a) / (K * (a - 1) ** 2),
        "integration",
        "Each feature above $i^*$ loses its $c^2$.",
        follows=("H26",),
        by=_trained_loss,
        hypotheses=_STEEP,
    ),
    Step(
        "H28",
        "Exponent of trained codes",
        sp.Symbol(r"\alpha_K"),
        a,
        "substitution",
        "$i^*$ in proportion to $K$; closure, $N \\to \\infty$, $a > 1$. For $a \\le 1$ the tail "
        "is everything, and the exponent is 1 with logarithms.",
        follows=("H27",),
        by=_trained_slope,
        hypotheses=_STEEP,
    ),
    Step(
        "H29",
        "Upper bound for power laws",
        sp.Symbol("L", positive=True),
        p_1 * (2 * _x * K) ** (1 - a) / (a - 1) * _C / ((1 - _x) * K),
        "substitution",
        r"$2xK$ heads as pairs $\pm$ on $xK$ axes lose nothing; the others are a random code, of "
        r"prefactor $C \sim 2 \ln N$. So the exponent is at least $a$, up to logarithms.",
        follows=("H24",),
        by=_two_levels,
        hypotheses=(*_STEEP, sp.Lt(_x, 1)),
    ),
    Step(
        "H30",
        "Highest exponent of power laws",
        sp.Symbol(r"\alpha_K"),
        (3 * a - 1) / 2,
        "asymptotics",
        "From $s p_s$ times the loss of $s$ even features, with the rank $s = x K^{3/2}$ from "
        "which on the linear programme is of order $1/K$: that scaling is numerical, and the "
        "programme is for equal norms.",
        by=_highest,
        hypotheses=_STEEP,
    ),
    Step(
        "H31",
        "Additive law",
        sp.Symbol("L"),
        _F * t**-alpha + _G * K**-_chi,
        "definition",
        r"A time law and a width law that do not know each other, at compute $C = K t$.",
    ),
    Step(
        "H32",
        "Best width of the additive law",
        K,
        (_chi * _G / (alpha * _F)) ** (1 / (alpha + _chi)) * _C ** (alpha / (alpha + _chi)),
        "identity",
        "The least loss at a compute.",
        follows=("H31",),
        by=_best,
    ),
    Step(
        "H33",
        "Least loss of the additive law",
        sp.Symbol("L"),
        _F * (1 + alpha / _chi) * t**-alpha,
        "substitution",
        r"At the best width, where $t = C/K$: of it $\alpha/(\alpha + \chi)$ is the width's part.",
        follows=("H31", "H32"),
        by=_least,
    ),
    Step(
        "H34",
        "Compute exponent of the additive law",
        sp.Symbol(r"\alpha_C"),
        alpha * _chi / (alpha + _chi),
        "substitution",
        r"Whether a surface $L(t, K)$ follows the law is to be measured.",
        follows=("H31", "H32"),
        by=_envelope,
    ),
)
