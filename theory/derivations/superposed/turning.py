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


def _memory(step: Step, correlation: Step) -> Iterator[Check]:
    """Let ρ follow from its memory, and start as that of B does."""
    ago, rho = sp.Symbol("t_1", positive=True), correlation.rhs
    remembered = step.rhs.subs(t, ago) * rho.subs(t, t - ago)
    yield Equal(sp.diff(rho, t), -sp.integrate(sp.expand(remembered), (ago, 0, t)))
    yield Equal(rho.subs(t, 0), sp.Integer(1))
    yield Equal(sp.diff(rho, t, 2).subs(t, 0), -(omega_B**2))


def _rate(step: Step, correlation: Step, memory: Step) -> Iterator[Check]:
    """Sum the memory up; in the end the time that a mark is kept is that of its correlation."""
    ago = sp.Symbol("t_1", positive=True)
    total = sp.integrate(memory.rhs.subs(t, ago), (ago, 0, t))
    yield Equal(total, step.rhs.subs(angle, omega_B * t))
    kept = sp.integrate(correlation.rhs, (t, 0, sp.oo))
    yield Equal(kept * sp.limit(step.rhs, angle, sp.oo), sp.Integer(1))


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
        "Correlation of a mark",
        _correlation,
        (1 + omega_B * t) * sp.exp(-omega_B * t),
        "closure",
        r"Of a mark with itself after a time $t$, at constant $\omega_B$. It starts as that of "
        r"$B$ does, without a cusp. Assumed: it fades as fast as one that never turns negative "
        "can, the critically damped one, and alike for all tail columns.",
        follows=("R9", "R22"),
    ),
    Step(
        "R24",
        "Memory of a mark",
        sp.Symbol("c"),
        omega_B**2 * sp.exp(-2 * omega_B * t),
        "integration",
        r"$\dot\rho(t) = -\int_0^t c(t_1)\, \rho(t - t_1)\, dt_1$.",
        follows=("R23",),
        by=_memory,
    ),
    Step(
        "R25",
        "Rate at which marks turn",
        turn_rate,
        omega_B / 2 * (1 - sp.exp(-2 * angle)),
        "integration",
        r"The memory, summed up since the start, $\vartheta = \int \omega_B\, dt$: of what changes "
        r"slowly against $1/(2 \omega_B)$ no more is seen. $O(t)$ at the start, so that R13 stays "
        "what it is to the order to which it is exact.",
        follows=("R23", "R24"),
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
