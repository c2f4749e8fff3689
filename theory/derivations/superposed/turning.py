"""Marks that turn: how fast B leaves its own direction, and what a response forgets of its mark."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from superlaw.theory.derivations.superposed.flow import (
    Student,
    Velocity,
    drive_entry,
    speed_entry,
    summed,
)
from superlaw.theory.derivations.superposed.interference import gaussian_mean
from superlaw.theory.proof.checks import Check, Equal
from superlaw.theory.proof.derivation import Step
from superlaw.theory.symbols import (
    D_ji,
    Delta,
    K,
    M_ji,
    N,
    angle,
    kc_i,
    kr_j,
    omega_B,
    r_0,
    r_1,
    sum_i,
    sum_j,
    t,
    turn_rate,
    xi,
)

_correlation = sp.Symbol("rho")
_fading = sp.Symbol("lambda", positive=True)
_clock, _ago = sp.symbols("tau tau_1", positive=True)


def _seen(now: sp.Symbol, then: sp.Symbol | None = None) -> sp.Expr:
    """Return what all rates leave of B at two readings of the clock, or twice at one."""
    total = now + (now if then is None else then)
    return sp.Integral(sp.exp(-_fading * total), (_fading, 0, sp.oo))


def _speed(step: Step, *_: Step) -> Iterator[Check]:
    yield Equal((Velocity.T * Velocity).trace() / 2, summed(step.rhs), instance=True)


def _turning(step: Step, *_: Step) -> Iterator[Check]:
    """Differentiate B/|B|, in two dimensions."""
    later = Student + t * Velocity
    length = sp.sqrt((later.T * later).trace())
    change = (later / length).diff(t).subs(t, 0)
    norms = {
        sp.Derivative(r_0, t): (Student.T * Velocity).trace(),
        r_0: (Student.T * Student).trace() / 2,
        r_1: (Velocity.T * Velocity).trace() / 2,
    }
    yield Equal((change.T * change).trace(), step.rhs.subs(norms), instance=True)


def _faded(step: Step, speed: Step, fading: Step) -> Iterator[Check]:
    """Integrate over the rates, and set the clock by how fast B turns."""
    overlaps = [factor.doit() for factor in (_seen(_clock, _ago), _seen(_clock), _seen(_ago))]
    rho = overlaps[0] / sp.sqrt(overlaps[1] * overlaps[2])
    yield Equal(fading.rhs.doit(), rho)
    ticked = {_clock: sp.exp(2 * omega_B * t), _ago: 1}
    yield Equal(rho.subs(ticked), step.rhs)
    turned = {r_0: 1, sp.Derivative(r_0, t): 0, r_1: -sp.diff(step.rhs, t, 2).subs(t, 0)}
    yield Equal(speed.rhs.subs(turned), speed.lhs)


def _rate(step: Step, correlation: Step) -> Iterator[Check]:
    """Let both memories hold a steady drive from the start."""
    rho, rate = (each.rhs.subs(omega_B, 1) for each in (correlation, step))
    held = 2 * sp.atan(sp.tanh(t / 2))
    yield Equal(sp.diff(held, t), rho)
    yield Equal(held.subs(t, 0), sp.Integer(0))
    yield Equal(sp.diff(held, t), 1 - rate.subs(angle, t) * held)


def _response(step: Step, response: Step, *_: Step) -> Iterator[Check]:
    """Average any cubic over what its mark has become; then exchange two cubics."""
    eta, kept = sp.Symbol("eta", real=True), sp.exp(-turn_rate * t)
    first, second = (
        sum(c * xi**n for n, c in enumerate(sp.symbols(f"{name}:4", real=True))) for name in "fg"
    )

    def generator(answer: sp.Expr) -> sp.Expr:
        return sp.expand((step.rhs - response.rhs).subs(M_ji, answer).doit())

    later = first.subs(xi, kept * xi + sp.sqrt(1 - kept**2) * eta)
    mean = gaussian_mean(sp.expand(later), eta)
    yield Equal(sp.diff(mean, t), generator(mean), instance=True)
    there, back = (
        gaussian_mean(sp.expand(one * generator(other)), xi)
        for one, other in ((first, second), (second, first))
    )
    yield Equal(there, back, instance=True)


STEPS = (
    Step(
        "R21",
        "Speed of B",
        r_1,
        sp.Sum(drive_entry[sum_j, sum_i] * speed_entry[sum_j, sum_i], (sum_i, 1, N), (sum_j, 1, N))
        / K,
        "identity",
        r"$r_1 = |\dot B|^2/K$, from what every entry of $S$ does.",
        follows=("R6",),
        by=_speed,
    ),
    Step(
        "R22",
        "How fast B turns",
        omega_B**2,
        r_1 / r_0 - (sp.Derivative(r_0, t) / (2 * r_0)) ** 2,
        "identity",
        r"The speed of $B/|B|$; with it turns what a column sees of $B$, its interference.",
        follows=("R8", "R21"),
        by=_turning,
    ),
    Step(
        "R23",
        "How B fades",
        _correlation,
        _seen(_clock, _ago) / sp.sqrt(_seen(_clock) * _seen(_ago)),
        "closure",
        r"Of $B$ with itself, and of a mark, at two readings of a clock $\tau$. Assumed: parts of "
        r"$B$ fade one by one, $\propto e^{-\lambda \tau}$, at rates $\lambda$ spread evenly "
        "down to 0, and alike for all tail columns.",
        follows=("R9",),
    ),
    Step(
        "R24",
        "Correlation of a mark",
        _correlation,
        sp.sech(omega_B * t),
        "integration",
        r"After a time $t$ at constant $\omega_B$, which sets the clock: $\tau \propto "
        r"e^{2 \omega_B t}$. It starts as that of $B$ does, without a cusp.",
        follows=("R22", "R23"),
        by=_faded,
    ),
    Step(
        "R25",
        "Rate at which marks turn",
        turn_rate,
        omega_B * (1 - sp.sech(angle)) / (2 * sp.atan(sp.tanh(angle / 2))),
        "integration",
        r"That of an exponential memory that holds as much of what a steady drive, per angle, has "
        r"left since the start, $\vartheta = \int \omega_B\, dt$: $(1 - \rho)/\int \rho$. "
        "$O(t)$ at the start, so that R13 stays what it is to the order to which it is exact.",
        follows=("R24",),
        by=_rate,
    ),
    Step(
        "R26",
        "Response to a mark that turns",
        sp.Derivative(M_ji, t),
        D_ji
        - (kc_i + kr_j + Delta) * M_ji
        + turn_rate * (sp.Derivative(M_ji, xi, 2) - xi * sp.Derivative(M_ji, xi)),
        "identity",
        r"The mean of a response where the mark is $\xi$ today, in place of R13 for tail columns: "
        r"what it answered to is spread over the marks that have become $\xi$ since, in detailed "
        "balance with a Gaussian.",
        follows=("R13", "R25"),
        by=_response,
    ),
)
