"""Thresholds: they filter the interference, and what they leave falls as 1/t."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import sympy as sp

from superlaw.theory.derivation import Derivation
from superlaw.theory.proof.checks import Check, Equal, Tends
from superlaw.theory.proof.derivation import Step
from superlaw.theory.symbols import sigma, t, theta, u

_rho = sp.Function("rho")
_exponential = sp.Lambda(u, sp.exp(-u / sigma) / sigma)
_gaussian = sp.Lambda(u, sp.exp(-(u**2) / (2 * sigma**2)) / sp.sqrt(2 * sp.pi * sigma**2))


@cache
def _with_density(expression: sp.Expr, density: sp.Lambda) -> sp.Expr:
    """Insert a density; erfc keeps its digits far out, where 1 − erf loses them."""
    return sp.expand(expression.replace(_rho, density).doit().rewrite(sp.erfc))


def _threshold_flow(step: Step, loss: Step) -> Iterator[Check]:
    for density in (_exponential, _gaussian):
        slope = sp.diff(_with_density(loss.rhs, density), theta)
        yield Equal(-slope, _with_density(step.rhs, density), instance=True)


def _loss_rate(step: Step, loss: Step, flow: Step) -> Iterator[Check]:
    for density in (_exponential, _gaussian):
        speed = _with_density(flow.rhs, density)
        known = sp.diff(_with_density(loss.rhs, density), theta) * speed
        yield Equal(known, step.rhs.subs(sp.Derivative(theta, t), speed), instance=True)


def _exponential_tail(step: Step, loss: Step, flow: Step, rate: Step) -> Iterator[Check]:
    """Read the threshold off the loss; then its speed must be that of the flow."""
    at_threshold = _with_density(loss.rhs, _exponential)
    speed = _with_density(flow.rhs, _exponential)
    where = sp.solve(sp.Eq(at_threshold, step.lhs), theta)[0].subs(step.lhs, step.rhs)
    yield Equal(
        sp.diff(step.rhs, t), rate.rhs.subs(sp.Derivative(theta, t), speed.subs(theta, where))
    )
    yield Equal(step.rhs.subs(t, 0), at_threshold.subs(theta, 0))


def _gaussian_tail(step: Step, loss: Step, flow: Step) -> Iterator[Check]:
    """Follow the threshold outwards at σ = 1, with the time it takes to get there."""
    one = {sigma: 1}
    exact, speed = (_with_density(part.rhs, _gaussian).subs(one) for part in (loss, flow))
    when = sp.Integral(1 / speed.subs(theta, u), (u, 0, theta))
    points = tuple({theta: distance} for distance in (4, 8, 16))
    yield Tends(exact, step.rhs.subs(one).subs(t, when), points)


DERIVATION = Derivation(
    name="threshold",
    title="Thresholds of a superposed student",
    summary=(
        "The bias of an output is a threshold against interference. Thresholds filter what other "
        "features leave at an output that should be silent, and what passes them falls as $1/t$, "
        "whatever the data."
    ),
    references=("superposition2026",),
    steps=(
        Step(
            "X13",
            "Loss of an inactive output",
            sp.Symbol("L"),
            sp.Integral((u - theta) ** 2 * _rho(u) / 2, (u, theta, sp.oo)),
            "definition",
            r"Interference $u$ of density $\rho$ passes the threshold $\theta = -\beta$; with the "
            "diagonals learned, this is what is left to learn.",
        ),
        Step(
            "X14",
            "Flow of the threshold",
            sp.Derivative(theta, t),
            sp.Integral((u - theta) * _rho(u), (u, theta, sp.oo)),
            "identity",
            r"$d\theta/dt = -\partial L/\partial\theta$. Some feature is always active, so every "
            "output has the same clock, whatever $a$, $b$, $K$ and $N$ are.",
            follows=("X13",),
            by=_threshold_flow,
        ),
        Step(
            "X15",
            "The loss falls with the square of its drive",
            sp.Derivative(sp.Symbol("L"), t),
            -(sp.Derivative(theta, t) ** 2),
            "identity",
            "As along any gradient flow.",
            follows=("X13", "X14"),
            by=_loss_rate,
        ),
        Step(
            "X16",
            "Threshold law, exponential tail",
            sp.Symbol("L", positive=True),
            sigma**2 / (1 + t),
            "ODE solution",
            r"From $\theta = 0$: exactly $1/t$.",
            follows=("X13", "X14", "X15"),
            by=_exponential_tail,
        ),
        Step(
            "X17",
            "Threshold law, Gaussian tail",
            sp.Symbol("L"),
            sigma**4 / (theta**2 * t),
            "asymptotics",
            r"$1/t$ up to $\theta^2 \sim 2 \sigma^2 \log t$. It ends where the bias starts to cost "
            "the outputs that are meant to be active.",
            follows=("X13", "X14"),
            by=_gaussian_tail,
        ),
    ),
)
