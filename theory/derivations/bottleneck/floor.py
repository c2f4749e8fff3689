"""The floor of a linear student, and what it exceeds its bound by."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from superlaw.theory.derivations.bottleneck.embeddings import over_features
from superlaw.theory.proof.calculus import one_term, spelled_out, sums_as_symbols
from superlaw.theory.proof.checks import Check, Equal
from superlaw.theory.proof.derivation import Step
from superlaw.theory.symbols import (
    L_0,
    K,
    L_inf,
    N,
    X_i,
    a_i,
    a_j,
    lam_i,
    lam_j,
    nu,
    omega,
    omega_1,
    omega_2,
    sum_i,
    sum_j,
    w_0,
    y_i,
    z_2,
)

_NARROW = (sp.Lt(K, N),)
_share = K / N
_kept = lam_i / (w_0 + lam_i)
_floor = (
    over_features(a_i**2 * lam_i)
    - _share * over_features(a_i**2 * lam_i * _kept)
    - w_0 / N * over_features(a_i * _kept) ** 2
) / 2
_pairs = sp.Sum(
    lam_i * lam_j * (a_i - a_j) ** 2 / ((w_0 + lam_i) * (w_0 + lam_j)),
    (sum_i, 1, N),
    (sum_j, 1, N),
)


def _room(step: Step, subordination: Step) -> Iterator[Check]:
    """Set z = 0 in the subordination and solve for K."""
    at_zero = (subordination.rhs / omega).expand().subs({omega: -w_0, y_i: lam_i})
    yield Equal(K * (1 - one_term(at_zero)), one_term(step.rhs))


def _floor_of_columns(step: Step, narrow: Step, ladder: Step) -> Iterator[Check]:
    """Set t = ∞ in the double contour: L_∞ = L_0 − ½Φ(0, 0)."""
    yield Equal(narrow.rhs.subs(omega_1, 1 - nu), sp.Integer(0))
    at_zero = ladder.rhs.subs({omega_1: 1 - N / K, omega_2: -w_0, z_2: 0, X_i: lam_i * a_i})
    start = over_features(a_i**2 * lam_i) / 2
    yield Equal(sums_as_symbols(start - at_zero / 2), sums_as_symbols(step.rhs))


def _floor_of_frames(step: Step, subordination: Step, trace: Step, room: Step) -> Iterator[Check]:
    """Set t = ∞ in the contour: L_∞ = L_0 + ½Ψ(0), where the room left over is N − K."""
    left_over = sums_as_symbols(over_features(1 / (w_0 + lam_i)))
    yield Equal(1 - one_term(room.rhs), w_0 / (w_0 + lam_i))
    filled = {left_over: (N - K) / w_0}
    at_zero = sums_as_symbols(subordination.rhs.subs(omega, -w_0)).subs(filled)
    yield Equal(at_zero + w_0, w_0)
    start = over_features(a_i**2 * lam_i) / 2
    stated = sums_as_symbols(trace.rhs.subs({omega: -w_0, X_i: lam_i * a_i})).subs(filled)
    yield Equal(sums_as_symbols(start) + stated / 2, sums_as_symbols(step.rhs))


def _excess(step: Step, floor: Step, room: Step) -> Iterator[Check]:
    """Write the sums out for three features."""
    rates, targets = sp.symbols("l:3", positive=True), sp.symbols("a:3", positive=True)
    one = [{lam_i: rates[n], a_i: targets[n]} for n in range(3)]
    two = [
        {lam_i: rates[m], a_i: targets[m], lam_j: rates[n], a_j: targets[n]}
        for m in range(3)
        for n in range(3)
    ]
    width = spelled_out(room.rhs, one)
    start = spelled_out(over_features(a_i**2 * lam_i) / 2, one)
    found = spelled_out(floor.rhs, one) - (1 - K / N) * start
    yield Equal(found.subs(K, width), spelled_out(step.rhs, two), instance=True)


def _identity_teacher(step: Step, excess: Step) -> Iterator[Check]:
    yield Equal((1 - K / N) * L_0 + one_term(excess.rhs).subs(a_j, a_i), step.rhs)


STEPS = (
    Step(
        "L13",
        "The scale below which features find no room",
        K,
        over_features(_kept),
        "substitution",
        r"$z = 0$ at $\omega = -w_0$: features with $\lambda_i \gg w_0$ take a dimension each, "
        "those below share what is left.",
        follows=("L7",),
        by=_room,
    ),
    Step(
        "L14",
        "Floor, unit columns",
        L_inf,
        _floor,
        "limit",
        r"$L_\infty = L_0 - \frac{1}{2} \Phi(0, 0)$.",
        follows=("L8", "L10"),
        by=_floor_of_columns,
        hypotheses=_NARROW,
    ),
    Step(
        "L15",
        "Floor, tight frame",
        L_inf,
        _floor,
        "limit",
        r"$L_\infty = L_0 + \frac{1}{2} \Psi(0)$: the same floor, though the way "
        "there differs.",
        follows=("L9", "L12", "L13"),
        by=_floor_of_frames,
        hypotheses=_NARROW,
    ),
    Step(
        "L16",
        "What the floor exceeds its bound by",
        L_inf - (1 - K / N) * L_0,
        w_0 / (4 * N) * _pairs,
        "identity",
        r"A sum of squares: the loss never falls by more than the fraction $K/N$.",
        follows=("L14", "L13"),
        by=_excess,
    ),
    Step(
        "L17",
        "Floor of an identity teacher",
        L_inf,
        (1 - K / N) * L_0,
        "substitution",
        r"With equal targets the bound is reached. A loss that stops there has no long power "
        "law.",
        follows=("L16",),
        by=_identity_teacher,
        hypotheses=_NARROW,
    ),
)
