"""Cross-talk: features push each other, and the slope passes from (a − 1)/a to (a + 1)/a."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from superlaw.theory.derivation import About, Derivation
from superlaw.theory.derivations.sequential import DERIVATION as SEQUENTIAL
from superlaw.theory.derivations.superposed import DERIVATION as SUPERPOSED
from superlaw.theory.proof.calculus import local_slope, one_term
from superlaw.theory.proof.checks import Check, Equal, Tends
from superlaw.theory.proof.derivation import Step
from superlaw.theory.symbols import (
    K,
    N,
    a,
    a_i,
    a_k,
    b,
    i,
    lam_1,
    lam_i,
    lam_k,
    mu,
    n,
    s_i,
    s_k,
    sum_i,
    t,
    t_K,
    x,
    z,
)

_m = sp.Symbol(r"z \hat{\mu}", positive=True)
_STEEP = (sp.Gt(a, 1),)
_rate = sp.Symbol("dmu", real=True)


def _shared(step: Step, trace: Step, mode: Step) -> Iterator[Check]:
    """Keep the diagonal of the trace, where the Gram matrix is 1."""
    drive, gram = sp.IndexedBase("D"), sp.IndexedBase("G")
    first, second = sorted(_indices(trace.rhs), key=str)
    diagonal = one_term(trace.rhs).subs({second: first})
    own = diagonal.subs({gram[first, first]: 1, drive[first, first]: mode.rhs})
    yield Equal(own, one_term(step.rhs))


def _indices(expression: sp.Expr) -> set[sp.Symbol]:
    return {index for entry in expression.atoms(sp.Indexed) for index in entry.indices}


def _transform(step: Step, cross_talk: Step, shared: Step) -> Iterator[Check]:
    """Transform both equations; insert ŝ into the sum and collect what multiplies z μ̂."""
    image = sp.Symbol("s", positive=True)
    moved = cross_talk.rhs.subs({sp.Derivative(mu, t): _m, a_k: a_k / z, s_k: image})
    solved = sp.solve(sp.Eq(z * image, moved), image)[0].subs({lam_k: lam_i, a_k: a_i})
    term = one_term(shared.rhs).subs({a_i: a_i / z, s_i: solved})
    above, below = step.rhs.as_numer_denom()
    scale = below.subs(sp.Sum(lam_i / (lam_i + z), (sum_i, 1, N)), 0)
    above, below = above / scale, below / scale
    yield Equal(term, one_term(above) - _m * (one_term(below) - 1))


def _features_at_infinity(step: Step, *_: Step) -> Iterator[Check]:
    """Split at i = (λ_1/z)^(1/a) = 1 into two hypergeometric functions and add them up."""
    order = 1 / a
    near = x * sp.hyper([1, order], [1 + order], -(x**a))
    far = x ** (a - 1) / (a - 1) * sp.hyper([1, 1 - order], [2 - order], -(x**a))
    inside = 1 / (1 + x**a)
    below = {x: sp.Rational(1, 3)}
    yield Equal(sp.diff(near, x).subs(below), inside.subs(below))
    yield Equal(sp.diff(far, x).subs(below), (inside.subs(x, 1 / x) / x**2).subs(below))
    yield Equal((near + far).subs(x, 1) * (lam_1 / z) ** order, step.rhs)


def _crossover_time(step: Step, total: Step) -> Iterator[Check]:
    yield Equal(total.rhs / K, (z * step.rhs) ** (-1 / a))


def _in_units(step: Step, transform: Step, clock: Step) -> Iterator[Check]:
    """Set b = 0; then both sums are the same, K (z t_K)^(-1/a)."""
    total = sp.Symbol("total", positive=True)
    learned = transform.rhs.subs(a_i, 1).replace(
        lambda part: isinstance(part, sp.Sum), lambda _: K * total
    )
    crossed = sp.solve(sp.Eq(clock.lhs, clock.rhs), lam_1)[0]
    yield Equal(crossed.subs(t_K, clock.rhs), lam_1)
    yield Equal(((1 - learned) / z).subs(total, (z * t_K) ** (-1 / a)), step.rhs)


def _mittag_leffler(step: Step, transform: Step) -> Iterator[Check]:
    """Transform the series term by term into the geometric series of the transform."""
    ratio = (z * t_K) ** (-1 / a)
    power = t ** (n / a)
    image = one_term(step.rhs) / power * sp.gamma(n / a + 1) * z ** (-n / a - 1)
    yield Equal(transform.rhs, 1 / (z * (1 + ratio)))
    yield Equal(image, (-1) ** n * ratio**n / z)


def _late_tail(step: Step, transform: Step, solution: Step) -> Iterator[Check]:
    """Compare transforms at small z, then the solution at a = 2, exp(t) erfc(√t), at late t."""
    image = step.rhs * t ** (1 / a) * sp.gamma(1 - 1 / a) * z ** (1 / a - 1)
    points = tuple({a: sp.Rational(3, 2), t_K: 2, t: 1, z: 10**-k} for k in (3, 5, 7))
    yield Tends(transform.rhs, image, points)
    square = {a: 2, t_K: 1}
    late = tuple({t: 4**k} for k in (1, 2, 3, 4))
    yield Tends(sp.exp(t) * sp.erfc(sp.sqrt(t)), step.rhs.subs(square), late)
    early = sum(one_term(solution.rhs).subs({**square, n: k}) for k in range(8))
    small = tuple({t: sp.Rational(1, 4**k)} for k in (1, 2, 3, 4))
    yield Tends(sp.exp(t) * sp.erfc(sp.sqrt(t)), early, small)


def _early_slope(step: Step, sequential: Step, solution: Step) -> Iterator[Check]:
    """See that nothing is shared yet (the series starts with 1): modes are alone."""
    yield Equal(one_term(solution.rhs).subs(n, 0), sp.Integer(1))
    yield Equal(sequential.rhs.subs(b, 0), step.rhs)


def _late_slope(step: Step, cross_talk: Step, tail: Step) -> Iterator[Check]:
    """Write the sum over features in units of the front: time is left in the prefactor only."""
    image, scale = sp.Symbol("e", positive=True), sp.Symbol("scale", positive=True)
    drive = cross_talk.rhs.subs({sp.Derivative(mu, t): -_rate, a_k - s_k: image})
    lacking = sp.solve(sp.Eq(z * image, -drive), image)[0].subs(_rate, -(z ** (1 / a)))
    stretched = lacking.subs({z: scale * z, lam_k: scale * lam_k}, simultaneous=True)
    yield Equal(stretched / lacking, scale ** (1 / a - 1))
    front = (lam_1 * t) ** (1 / a)
    rate = lam_1 * (x * front) ** -a
    yield Equal(rate * t, x**-a)
    yield Equal(local_slope(rate * tail.rhs**2 * front), step.rhs)


def _mean_slope(step: Step, early: Step, late: Step) -> Iterator[Check]:
    yield Equal((early.rhs + late.rhs) / 2, step.rhs)


def _scaling(step: Step, clock: Step) -> Iterator[Check]:
    """Differentiate in the logarithm of the width."""
    width = sp.Symbol("width", positive=True)
    grown = clock.rhs.subs(K, width)
    yield Equal(width * sp.diff(grown, width) / grown, step.rhs)


_spectral = lam_i / (z + lam_i)
_learned_at = sp.Sum(a_i * _spectral, (sum_i, 1, N)) / K
_response_at = sp.Sum(_spectral, (sum_i, 1, N)) / K
_series = sp.Sum((-1) ** n * (t / t_K) ** (n / a) / sp.gamma(n / a + 1), (n, 0, sp.oo))

DERIVATION = Derivation(
    name="cross_talk",
    title="Cross-talk of a superposed student",
    summary=(
        "Why a fit to a superposed student finds an exponent near 1: features push each other, so "
        r"that rare ones learn in parallel, and the slope passes from $(a - 1)/a$ to $(a + 1)/a$."
    ),
    builds_on=(SEQUENTIAL, SUPERPOSED),
    references=("superposition2026",),
    about=About(kinds=("superposed",)),
    steps=(
        Step(
            "X1",
            "Cross-talk",
            sp.Derivative(s_k, t),
            lam_k * (a_k - s_k) + sp.Derivative(mu, t),
            "closure",
            r"Every diagonal is carried along with $\mu = \mathrm{tr}\, B/K$, at a rate that does "
            r"not "
            "depend on its own frequency. Interference and gates are left out: good for the "
            "exponent, not for the loss itself.",
            follows=("R15",),
        ),
        Step(
            "X2",
            "Shared drive",
            sp.Derivative(mu, t),
            sp.Sum(lam_i * (a_i - s_i), (sum_i, 1, N)) / K,
            "substitution",
            "All errors of own features add to it.",
            follows=("R7", "S7"),
            by=_shared,
        ),
        Step(
            "X3",
            "Laplace transform",
            _m,
            _learned_at / (1 + _response_at),
            "ODE solution",
            r"$z \hat{\mu}$ is the transform of $d\mu/dt$; $\hat{s}_k = (\lambda_k a_k/z + z "
            r"\hat{\mu})/(z + \lambda_k)$ is inserted into the sum.",
            follows=("X1", "X2"),
            by=_transform,
        ),
        Step(
            "X4",
            "All features of an infinite spectrum",
            sp.Integral(1 / (1 + z * i**a / lam_1), (i, 0, sp.oo)),
            (lam_1 / z) ** (1 / a) * sp.pi / (a * sp.sin(sp.pi / a)),
            "integration",
            r"$\sum_i \lambda_i/(z + \lambda_i)$ as an integral, late enough that the first "
            r"features "
            "are learned. For $a$ near 1 use finite sums.",
            by=_features_at_infinity,
            hypotheses=_STEEP,
        ),
        Step(
            "X5",
            "Crossover time",
            t_K,
            (K * a * sp.sin(sp.pi / a) / sp.pi) ** a / lam_1,
            "identity",
            r"The time at which the sum reaches $K$: $\sum_i \lambda_i/(z + \lambda_i) = K (z "
            r"t_K)^{-1/a}$.",
            follows=("X4",),
            by=_crossover_time,
            hypotheses=_STEEP,
        ),
        Step(
            "X6",
            "Transform of what is not shared yet",
            sp.Symbol(r"\frac{1}{z} - \hat{\mu}"),
            z ** (1 / a - 1) / (z ** (1 / a) + t_K ** (-1 / a)),
            "substitution",
            r"Identity teacher ($b = 0$): both sums are the same.",
            follows=("X3", "X5"),
            by=_in_units,
            hypotheses=_STEEP,
        ),
        Step(
            "X7",
            "Mittag-Leffler solution",
            1 - mu,
            _series,
            "ODE solution",
            r"$1 - \mu = E_{1/a}(-(t/t_K)^{1/a})$: neither exponential nor power law, but from one "
            "to the other over many decades.",
            follows=("X6",),
            by=_mittag_leffler,
            hypotheses=_STEEP,
        ),
        Step(
            "X8",
            "Late tail",
            1 - mu,
            (t / t_K) ** (-1 / a) / sp.gamma(1 - 1 / a),
            "asymptotics",
            r"For $t \gg t_K$.",
            follows=("X6", "X7"),
            by=_late_tail,
            hypotheses=_STEEP,
        ),
        Step(
            "X9",
            "Slope before the crossover",
            sp.Symbol("alpha_early"),
            (a - 1) / a,
            "limit",
            r"$t \ll t_K$: modes are learned in turn, as without superposition.",
            follows=("S14", "X7"),
            by=_early_slope,
            hypotheses=_STEEP,
        ),
        Step(
            "X10",
            "Slope after the crossover",
            sp.Symbol("alpha_late"),
            (a + 1) / a,
            "limit",
            r"$t \gg t_K$: what a mode lacks is $1 - \mu$ times a function of $\lambda_k t$; "
            r"squared "
            "and summed beyond the front.",
            follows=("X1", "X8"),
            by=_late_slope,
            hypotheses=_STEEP,
        ),
        Step(
            "X11",
            "The mean of both",
            (sp.Symbol("alpha_early") + sp.Symbol("alpha_late")) / 2,
            sp.Integer(1),
            "identity",
            r"For every $a$: a straight line fitted across the crossover finds an exponent near 1 "
            "that hardly depends on the data. The local slope is 1 only in passing.",
            follows=("X9", "X10"),
            by=_mean_slope,
        ),
        Step(
            "X12",
            "The crossover and the width",
            K / t_K * sp.Derivative(t_K, K),
            a,
            "identity",
            r"$t_K \sim K^a$: a wider student stays longer in the sequential regime.",
            follows=("X5",),
            by=_scaling,
            hypotheses=_STEEP,
        ),
    ),
)
