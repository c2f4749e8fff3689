"""Weight decay: which modes it keeps, and what it leaves unlearned for ever."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from superlaw.theory.derivation import Derivation
from superlaw.theory.derivations.sequential import DERIVATION as SEQUENTIAL
from superlaw.theory.derivations.two_layer import DERIVATION as TWO_LAYER
from superlaw.theory.proof.checks import Check, Equal
from superlaw.theory.proof.derivation import Step
from superlaw.theory.symbols import a, a_i, alpha, b, gamma, i, lam_1, lam_i, s_i, t, u

_EXPONENT = (a + 2 * b - 1) / a
_FINITE = (sp.Gt(a + 2 * b, 1), sp.Gt(1 + a, 2 * b))
_kept = lam_i * a_i / (lam_i + gamma)
_law = (
    lam_1 / (2 * a) * (gamma / lam_1) ** _EXPONENT * sp.gamma(_EXPONENT) * sp.gamma(2 - _EXPONENT)
)


def _pull_back(step: Step, mode: Step) -> Iterator[Check]:
    """Add the gradient of ½γs² to the mode."""
    yield Equal(mode.rhs - sp.diff(gamma * s_i**2 / 2, s_i), step.rhs)


def _solve_mode(step: Step, mode: Step) -> Iterator[Check]:
    yield Equal(sp.Derivative(step.rhs, t), mode.rhs.subs(s_i, step.rhs))
    yield Equal(step.rhs.subs(t, 0), sp.Integer(0))


def _insert_modes(step: Step, mode: Step) -> Iterator[Check]:
    spectrum = {lam_i: lam_1 * i**-a, a_i: i**-b}
    left = lam_i * (a_i - sp.limit(mode.rhs, t, sp.oo)) ** 2 / 2
    yield Equal(left.subs(spectrum), step.rhs.function)


def _substitute(step: Step, loss: Step) -> Iterator[Check]:
    ratio = lam_1 * i**-a / gamma
    yield Equal(loss.rhs.function, step.rhs.function.subs(u, ratio) * -sp.diff(ratio, i))


def _beta_function(step: Step, integral: Step) -> Iterator[Check]:
    """Integrate numerically at several decays γ for two pairs (a, b)."""
    for point in ({a: sp.Rational(3, 2), b: sp.Rational(3, 4)}, {a: 2, b: sp.Rational(1, 2)}):
        yield Equal(integral.rhs.subs(point), step.rhs.subs(point), instance=True)


def _exponent(step: Step, law: Step) -> Iterator[Check]:
    yield Equal(gamma * sp.diff(law.rhs, gamma) / law.rhs, step.rhs)


def _both_layers(step: Step, mode: Step) -> Iterator[Check]:
    """Let both factors of s = w_1 w_2 decay, from balanced layers."""
    first, second = sp.symbols("w_1 w_2", positive=True)
    penalty = gamma * (first**2 + second**2) / 2
    velocity = -second * sp.diff(penalty, first) - first * sp.diff(penalty, second)
    balanced = {first: sp.sqrt(s_i), second: sp.sqrt(s_i)}
    yield Equal(mode.rhs + velocity.subs(balanced), step.rhs)


DERIVATION = Derivation(
    name="weight_decay",
    title="Weight decay: an end of training that is a power law too",
    summary=(
        r"A decay $\gamma$ of the weights pulls every mode back. Modes with $\lambda_i \gg \gamma$ "
        r"are learned all the same, modes with $\lambda_i \ll \gamma$ never: what stays unlearned "
        "falls with the decay as the loss without decay falls with time."
    ),
    steps=(
        Step(
            "W1",
            "Modes of one layer under weight decay",
            sp.Derivative(sp.Symbol("s_i"), t),
            lam_i * (a_i - s_i) - gamma * s_i,
            "identity",
            r"Gradient flow of the loss with $\frac{1}{2} \gamma \lVert S \rVert^2$ added.",
            follows=("S7",),
            by=_pull_back,
        ),
        Step(
            "W2",
            "Mode trajectory under weight decay",
            sp.Symbol("s_i"),
            _kept * (1 - sp.exp(-(lam_i + gamma) * t)),
            "ODE solution",
            "Faster, and short of its target.",
            follows=("W1",),
            by=_solve_mode,
        ),
        Step(
            "W3",
            "Loss that stays",
            sp.Symbol(r"L_{\infty}"),
            sp.Integral(
                lam_1 * i ** (-a - 2 * b) / 2 * (gamma / (lam_1 * i**-a + gamma)) ** 2,
                (i, 0, sp.oo),
            ),
            "limit",
            r"For $t \to \infty$, as an integral over modes with both cut-offs out of sight, "
            r"$\lambda_N \ll \gamma \ll \lambda_1$.",
            follows=("W2",),
            by=_insert_modes,
            hypotheses=_FINITE,
        ),
        Step(
            "W4",
            r"Substitution $u = \lambda_i/\gamma$",
            sp.Symbol(r"L_{\infty}"),
            sp.Integral(
                lam_1
                / (2 * a)
                * (gamma / lam_1) ** _EXPONENT
                * u ** (_EXPONENT - 1)
                / (1 + u) ** 2,
                (u, 0, sp.oo),
            ),
            "substitution",
            "The decay becomes a prefactor.",
            follows=("W3",),
            by=_substitute,
            hypotheses=_FINITE,
        ),
        Step(
            "W5",
            "Power law in the decay, with its prefactor",
            sp.Symbol(r"L_{\infty}"),
            _law,
            "integration",
            r"A beta function, for $0 < \alpha < 2$.",
            follows=("W4",),
            by=_beta_function,
            hypotheses=_FINITE,
        ),
        Step(
            "W6",
            "The exponent of the decay",
            alpha,
            _EXPONENT,
            "identity",
            r"$d \log L_{\infty}/d \log \gamma$ is the exponent S14 in time: to decay with "
            r"$\gamma$ is to stop at a time of the order of $1/\gamma$.",
            follows=("W5",),
            by=_exponent,
            hypotheses=_FINITE,
        ),
        Step(
            "W7",
            "Modes of two balanced layers under weight decay",
            sp.Derivative(sp.Symbol("s_i"), t),
            2 * s_i * (lam_i * (a_i - s_i) - gamma),
            "identity",
            r"Both layers decay with $\gamma$; a mode with $\lambda_i a_i < \gamma$ dies.",
            follows=("T1",),
            by=_both_layers,
        ),
    ),
    builds_on=(SEQUENTIAL, TWO_LAYER),
)
