"""Who is represented where norm costs: features alone, and the last one of a code."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from superlaw.theory.proof.checks import Check, Equal
from superlaw.theory.proof.derivation import Step
from superlaw.theory.symbols import c, p_j, ridge, s

_four_thirds = sp.Rational(4, 3)


def _isolated(step: Step, energy: Step) -> Iterator[Check]:
    (root,) = sp.solve(sp.diff(energy.rhs, s), s)
    yield Equal(root, step.rhs)


def _half_norm(step: Step, isolated: Step) -> Iterator[Check]:
    (root,) = sp.solve(sp.Eq(isolated.rhs, sp.Rational(1, 4)), p_j)
    yield Equal(root, step.rhs)


def _pays(step: Step, gain: Step, clear: Step, energy: Step) -> Iterator[Check]:
    """Ignoring the feature costs what s = 0 does; a clear code costs its loss and its norm."""
    norm = energy.rhs - energy.rhs.subs(ridge, 0)
    column = p_j * clear.rhs + norm.subs(s, gain.rhs)
    (root,) = sp.solve(sp.Eq(energy.rhs.subs(s, 0), column), p_j)
    yield Equal(root, step.rhs)


STEPS = (
    Step(
        "H12",
        "Energy of an isolated feature",
        sp.Symbol("E"),
        _four_thirds * p_j * (1 - s) ** 2 + ridge * s / 2,
        "definition",
        r"Loss and a cost $\tfrac12 \lambda |w|^2$ of norm, $s = |w|^2$, without bias.",
    ),
    Step(
        "H13",
        "Norm of an isolated feature",
        s,
        1 - 3 * ridge / (16 * p_j),
        "identity",
        "While it is positive; rarer features have no column.",
        follows=("H12",),
        by=_isolated,
    ),
    Step(
        "H14",
        "Frequency of a feature of norm one half",
        p_j,
        ridge / 4,
        "substitution",
        "More frequent features are represented, as long as no others interfere.",
        follows=("H13",),
        by=_half_norm,
    ),
    Step(
        "H15",
        "Frequency that pays for a column in a code",
        p_j,
        ridge * (2 + c) / (4 * (1 - c) * (_four_thirds - c**2 - c**3 / 3)),
        "identity",
        r"$\tfrac38 \lambda$ at $c = 0$. That the rarest feature of a trained code is as clear as "
        "one of equally many equal features is a closure (`n_represented`).",
        follows=("H5", "H6", "H12"),
        by=_pays,
    ),
)
