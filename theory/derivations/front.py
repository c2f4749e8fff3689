"""The travelling front: its profile, width and speed, and what a finite spectrum does to it."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from superlaw.theory.derivation import About, Derivation
from superlaw.theory.derivations.sequential import DERIVATION as SEQUENTIAL
from superlaw.theory.proof.calculus import tail_integral
from superlaw.theory.proof.checks import Check, Equal, Tends
from superlaw.theory.proof.derivation import Step
from superlaw.theory.symbols import (
    H,
    N,
    a,
    a_i,
    b,
    delta,
    i,
    i_star,
    lam_1,
    lam_i,
    phi,
    t,
    x,
)

_HALF = sp.Rational(1, 2)
_EXPONENT = (a + 2 * b - 1) / a
_SUMMABLE = (sp.Gt(a + 2 * b, 1),)
_PEAKED = (sp.Gt(a + 2 * b, 0),)
_last = N + _HALF
_rate_at_end = 2 * lam_1 * t * _last**-a
_profile = sp.exp(-(x**-a))
_at_head, _at_end = sp.symbols(r"f'(H+\frac{1}{2}) f'(N+\frac{1}{2})", real=True)


def _share(step: Step, mode: Step) -> Iterator[Check]:
    yield Equal(((a_i - mode.rhs) / a_i) ** 2, step.rhs)


def _in_units_of_the_front(step: Step, share: Step, front: Step) -> Iterator[Check]:
    yield Equal(share.rhs.subs(lam_i, lam_1 * i**-a).subs(i, x * front.rhs), step.rhs)


def _speed(step: Step, front: Step) -> Iterator[Check]:
    yield Equal(t * sp.diff(front.rhs, t) / front.rhs, step.rhs)


def _level(step: Step, profile: Step) -> Iterator[Check]:
    yield Equal(profile.rhs.subs(x, step.rhs), phi)


def _width(step: Step, level: Step) -> Iterator[Check]:
    yield Equal(sp.log(level.rhs.subs(phi, 1 - phi) / level.rhs), step.rhs)


def _moving_frame(step: Step, integral: Step, front: Step) -> Iterator[Check]:
    """Write the integrand over i in x = i/i*; the cut-offs move out of sight."""
    in_x = integral.rhs.function.subs(i, x * i_star) * i_star
    clock = sp.solve(sp.Eq(i_star, front.rhs), t)[0]
    yield Equal(in_x.subs(t, clock), step.rhs.function)


def _peak(step: Step, frame: Step) -> Iterator[Check]:
    """See the slope of the logarithm of the integrand change sign at the peak, and only there."""
    slope = x * sp.diff(sp.log(frame.rhs.function), x) / (a + 2 * b)
    yield Equal(slope, (x / step.rhs) ** -a - 1)


def _ratio(step: Step, law: Step, beyond: Step) -> Iterator[Check]:
    yield Equal(law.rhs / beyond.rhs, step.rhs)


def _effective(step: Step, loss: Step, law: Step) -> Iterator[Check]:
    value, _ = tail_integral(loss.rhs.function.subs(t, 0), step.rhs)
    yield Equal(value, law.rhs)


def _carried(step: Step, frame: Step, law: Step, front: Step) -> Iterator[Check]:
    """Let the share vanish far out and grow inwards by the integrand over the whole."""
    whole = law.rhs.subs(t, sp.solve(sp.Eq(i_star, front.rhs), t)[0])
    yield Equal(-sp.diff(step.rhs, x) * whole, frame.rhs.function)
    yield Equal(step.rhs.subs(x**-a, 0), sp.Integer(0))


def _cut_off(step: Step, window: Step, exact: Step) -> Iterator[Check]:
    """Compare with what the two incomplete gamma functions differ by, late and at large N."""
    point = {a: sp.Rational(3, 2), b: _HALF, lam_1: 1, t: 20}
    points = tuple(point | {N: 10**k} for k in range(3, 7))
    yield Tends(window.rhs - exact.rhs, step.rhs, points)


def _finite_slope(step: Step, law: Step, missing: Step) -> Iterator[Check]:
    """See that the constant adds nothing to dL/dt = −αC t^-α/t and takes its share of L."""
    yield Equal(t * sp.diff(law.rhs - missing.rhs, t), -_EXPONENT * law.rhs)
    yield Equal(1 - _EXPONENT / step.rhs, missing.rhs / law.rhs)


def _last_time(step: Step, slope: Step) -> Iterator[Check]:
    yield Equal(1 - _EXPONENT / slope.rhs.subs(t, step.rhs), delta / (1 + delta))


def _end_correction(step: Step, loss: Step) -> Iterator[Check]:
    """Sum and integrate the tail at ever later starts, far from its end."""
    term = loss.rhs.function
    slope = sp.diff(term, i)
    difference = sp.Sum(term, (i, H + 1, N)) - sp.Integral(term, (i, H + _HALF, _last))
    ends = {_at_head: slope.subs(i, H + _HALF), _at_end: slope.subs(i, _last)}
    point = {a: sp.Rational(3, 2), b: sp.Rational(1, 4), lam_1: 1, t: 1}
    points = tuple(point | {H: 2**k, N: 2 ** (k + 3)} for k in range(3, 7))
    yield Tends(difference, step.rhs.subs(ends), points)


DERIVATION = Derivation(
    name="front",
    title="The travelling front: where training is, and what the loss sees of it",
    summary=(
        "In the sequential regime features are learned in the order of their frequency. On a "
        "logarithmic scale of features the border between learned and unlearned moves at constant "
        "speed and does not change its shape. The loss is what lies beyond it, up to a constant; "
        "a finite number of features lets it fall faster than the power law long before the front "
        "reaches the last of them."
    ),
    builds_on=(SEQUENTIAL,),
    references=("superposition2026", "bordelon2024"),
    about=About(),
    steps=(
        Step(
            "F1",
            "Share of a mode that is still to be learned",
            sp.Symbol("phi"),
            sp.exp(-2 * lam_i * t),
            "substitution",
            r"$\phi = ((a_i - s_i)/a_i)^2$ is the part of its loss that mode $i$ still has.",
            follows=("S8",),
            by=_share,
        ),
        Step(
            "F2",
            "Profile of the front",
            sp.Symbol("phi"),
            _profile,
            "substitution",
            r"Relative to the front, $x = i/i^*(t)$, the shares are the same at all times: the "
            r"front travels along $\log i$ without changing its shape.",
            follows=("F1", "S15"),
            by=_in_units_of_the_front,
        ),
        Step(
            "F3",
            "Speed",
            t / i_star * sp.Derivative(i_star, t),
            1 / a,
            "identity",
            r"On logarithmic scales the speed is constant: a decade of features takes $a$ decades "
            "of time.",
            follows=("S15",),
            by=_speed,
        ),
        Step(
            "F4",
            "Where a given share is left",
            sp.Symbol("x"),
            sp.log(1 / phi) ** (-1 / a),
            "identity",
            r"The profile, solved for the position. The front itself, $x = 1$, stands where the "
            "share is $1/e$.",
            follows=("F2",),
            by=_level,
        ),
        Step(
            "F5",
            r"Width in $\log i$",
            sp.Symbol("w"),
            (sp.log(sp.log(1 / phi)) - sp.log(sp.log(1 / (1 - phi)))) / a,
            "identity",
            r"Between the shares $\phi$ and $1 - \phi$; it does not change with time, so the "
            r"number of features in transit grows as $i^*$. A steep spectrum has a sharp front.",
            follows=("F4",),
            by=_width,
            hypotheses=(sp.Lt(phi, _HALF),),
        ),
        Step(
            "F6",
            "Loss in the frame of the front",
            sp.Symbol("L"),
            sp.Integral(
                lam_1 * i_star ** (1 - a - 2 * b) / 2 * x ** (-a - 2 * b) * _profile,
                (x, 0, sp.oo),
            ),
            "substitution",
            r"$i = x\, i^*$ takes all of the time into the prefactor; both ends of the spectrum "
            "are out of sight.",
            follows=("S10", "S15"),
            by=_moving_frame,
            hypotheses=_SUMMABLE,
        ),
        Step(
            "F7",
            "Where the loss is",
            sp.Symbol("x_peak"),
            (a / (a + 2 * b)) ** (1 / a),
            "identity",
            r"The integrand peaks inside the front if $b > 0$ and beyond it if $b < 0$; the "
            "discreteness of the first features is gone once this peak has passed them.",
            follows=("F6",),
            by=_peak,
            hypotheses=_PEAKED,
        ),
        Step(
            "F8",
            "The loss and what lies beyond the front",
            sp.Symbol("L") / sp.Symbol("L_front"),
            sp.gamma(1 + _EXPONENT),
            "identity",
            r"$\Gamma(1 + \alpha)$ is all that the shape of the front adds to the picture of a "
            r"sharp border; it lies between 0.885 and 1 for $\alpha \leq 1$.",
            follows=("S13", "S16"),
            by=_ratio,
            hypotheses=_SUMMABLE,
        ),
        Step(
            "F9",
            "Effective border",
            sp.Symbol("i_L"),
            (2 * lam_1 * t) ** (1 / a) * sp.gamma(1 + _EXPONENT) ** (-1 / (a + 2 * b - 1)),
            "identity",
            "A sharp border here, with everything beyond it lost, has exactly the loss of the "
            "power law, prefactor included.",
            follows=("S9", "S13"),
            by=_effective,
            hypotheses=_SUMMABLE,
        ),
        Step(
            "F10",
            "Share of the loss carried beyond a position",
            sp.Symbol("L_x") / sp.Symbol("L"),
            sp.lowergamma(_EXPONENT, x**-a) / sp.gamma(_EXPONENT),
            "integration",
            r"The loss of features beyond $x\, i^*$: near $\alpha = 0$ nearly all of it sits far "
            "beyond the front, which is why so many features are needed there.",
            follows=("F6", "S13", "S15"),
            by=_carried,
            hypotheses=_SUMMABLE,
        ),
        Step(
            "F11",
            "What a last feature takes away",
            sp.Symbol("L_N"),
            lam_1 * _last ** (1 - a - 2 * b) / (2 * (a + 2 * b - 1)),
            "asymptotics",
            r"As long as the front is far from $N$, the loss is the power law less the constant "
            r"that features beyond $N$ would have carried.",
            follows=("S13", "S12"),
            by=_cut_off,
            hypotheses=_SUMMABLE,
        ),
        Step(
            "F12",
            "Local slope at finite N",
            -t / sp.Symbol("L") * sp.Derivative(sp.Symbol("L"), t),
            _EXPONENT / (1 - _rate_at_end**_EXPONENT / sp.gamma(1 + _EXPONENT)),
            "identity",
            r"The slope exceeds $\alpha$ as soon as the missing constant is felt: at small "
            r"$\alpha$ decades before the front arrives. A fit that takes this for superposition "
            "is wrong.",
            follows=("S13", "F11"),
            by=_finite_slope,
            hypotheses=(*_SUMMABLE, sp.Lt(_rate_at_end, sp.Rational(1, 4))),
        ),
        Step(
            "F13",
            "Last time that shows the exponent",
            sp.Symbol("t_delta"),
            _last**a
            / (2 * lam_1)
            * (delta / (1 + delta) * sp.gamma(1 + _EXPONENT)) ** (1 / _EXPONENT),
            "identity",
            r"From $t_\delta$ on the local slope is more than $(1 + \delta)\alpha$.",
            follows=("F12",),
            by=_last_time,
            hypotheses=_SUMMABLE,
        ),
        Step(
            "F14",
            "What the midpoint rule leaves at the ends",
            sp.Sum(sp.Function("f")(i), (i, H + 1, N))
            - sp.Integral(sp.Function("f")(i), (i, H + _HALF, _last)),
            (_at_head - _at_end) / 24,
            "asymptotics",
            r"With $f$ the summand of [S9]: summing the first $H$ features one by one and "
            r"correcting the integral by this leaves a relative error that falls as $H^{-4}$.",
            follows=("S9",),
            by=_end_correction,
        ),
    ),
)
