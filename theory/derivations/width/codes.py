"""Codes of one active feature: what clear ones and random directions lose."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from superlaw.theory.proof.checks import Check, Equal, Tends
from superlaw.theory.proof.derivation import Step
from superlaw.theory.symbols import K, b_j, c, h, p_j, s, theta, u, v

_overlap = sp.Symbol("S", positive=True)
_psi = sp.Symbol("psi", positive=True)
_density = sp.exp(-(u**2) / 2) / sp.sqrt(2 * sp.pi)
_phi = sp.exp(-(h**2) / 2) / sp.sqrt(2 * sp.pi)
_above = sp.erfc(h / sp.sqrt(2)) / 2
_far = sp.expint(1, h**2 / 2) / sp.sqrt(2 * sp.pi)


def _silent_output(step: Step, silent: Step) -> Iterator[Check]:
    yield Equal(silent.rhs.doit(), step.rhs)


def _clear_output(step: Step, own: Step) -> Iterator[Check]:
    yield Equal(own.rhs.subs(b_j, -2 * c * s).doit(), step.rhs)


def _best_gain(step: Step, clear: Step) -> Iterator[Check]:
    (root,) = sp.solve(sp.diff(clear.rhs, s), s)
    yield Equal(root, step.rhs)


def _clear_loss(step: Step, clear: Step, gain: Step) -> Iterator[Check]:
    yield Equal(clear.rhs.subs(s, gain.rhs), step.rhs)


def _threshold_cost(step: Step, own: Step) -> Iterator[Check]:
    """Follow the exact loss at the gain that suits a small threshold, 1 + 3θ/4."""
    exact = own.rhs.subs({b_j: -theta, s: 1 + 3 * theta / 4}).doit()
    points = tuple({theta: sp.Rational(1, 10**k)} for k in (1, 2, 3, 4))
    yield Tends(exact, step.rhs, points)


def _gaussian(step: Step, silent: Step) -> Iterator[Check]:
    known = silent.rhs.subs({_overlap: u, b_j: -2 * h}) * _density
    yield Equal(known, step.rhs.function)


def _closed_form(step: Step, excess: Step) -> Iterator[Check]:
    """Differentiate four times by h, where only the lower end is left; and vanish far out."""
    kernel = excess.rhs.function
    for order in range(3):
        yield Equal(1 + sp.diff(kernel, h, order).subs(u, h), sp.Integer(1))
    third = sp.diff(kernel, h, 3)
    yield Equal(-third.subs(u, h), sp.diff(step.rhs, h, 4))
    yield Tends(step.rhs, 8 * _phi / h**5, tuple({h: size} for size in (10, 20, 40)))


def _random_code(step: Step, silent: Step, cost: Step) -> Iterator[Check]:
    """Thresholds 2h/√K and overlaps u/√K: both parts of the loss scale as 1/K."""
    scaled = silent.rhs.subs({_overlap: u / sp.sqrt(K), b_j: -2 * h / sp.sqrt(K)})
    plain = silent.rhs.subs({_overlap: u, b_j: -2 * h})
    own = p_j * cost.rhs.subs(theta, 2 * h / sp.sqrt(K))
    yield Equal(K * own + _psi * sp.simplify(K * scaled / plain), step.rhs)


def _best_threshold(step: Step, closed: Step, code: Step) -> Iterator[Check]:
    slope = sp.diff(code.rhs.subs(_psi, closed.rhs), h)
    (root,) = sp.solve(slope, p_j)
    yield Equal(root, step.rhs)


_own = (v - v * s - b_j) ** 2 / 2
_four_thirds = sp.Rational(4, 3)

STEPS = (
    Step(
        "H1",
        "Loss of an output on its own feature",
        sp.Symbol("A"),
        sp.Integral(v**2 / 2, (v, 0, -b_j / s)) + sp.Integral(_own, (v, -b_j / s, 2)),
        "definition",
        r"$\mathrm{E}(v - (v s + b)_+)^2$, $b \le 0$, $v$ uniform on $(0, 2)$. Losses of this page "
        r"are $\mathrm{E}\|\hat y - x\|^2$, without a factor of one half, of "
        r"$\hat y = \mathrm{ReLU}(W^T W x + b)$.",
    ),
    Step(
        "H2",
        "Loss of an output that should be silent",
        sp.Symbol("B"),
        sp.Integral((v * _overlap + b_j) ** 2 / 2, (v, -b_j / _overlap, 2)),
        "definition",
        r"$\mathrm{E}(v S + b)_+^2$ for an overlap $S > 0$; negative ones are free.",
    ),
    Step(
        "H3",
        "Interference in closed form",
        sp.Symbol("B"),
        (2 * _overlap + b_j) ** 3 / (6 * _overlap),
        "integration",
        "While $2S + b > 0$; nothing comes through otherwise.",
        follows=("H2",),
        by=_silent_output,
    ),
    Step(
        "H4",
        "A clear output",
        sp.Symbol("A"),
        _four_thirds * (1 - (1 - c) ** 2 * (2 + c) * s + (1 - c) ** 3 * s**2),
        "substitution",
        r"With the bias $-2cs$ no cosine up to $c$ comes through: $2 s c - 2 c s = 0$ (H3).",
        follows=("H1",),
        by=_clear_output,
    ),
    Step(
        "H5",
        "Gain of a clear code",
        s,
        1 + 3 * c / (2 * (1 - c)),
        "identity",
        "The least loss over the gain.",
        follows=("H4",),
        by=_best_gain,
    ),
    Step(
        "H6",
        "Loss of a clear code",
        sp.Symbol("L"),
        c**2 + c**3 / 3,
        "substitution",
        "For any frequencies, as each output loses the same. $c = 1$ is the loss of ignoring all; "
        "$c = 0$ needs $N \\le 2K$ columns. No lower bound: negative cosines are free.",
        follows=("H4", "H5"),
        by=_clear_loss,
    ),
    Step(
        "H7",
        "Cost of a small threshold",
        sp.Symbol("A"),
        theta**2 / 4,
        "asymptotics",
        r"$b = -\theta$ with the gain $1 + 3\theta/4$ that suits it; $\mathrm{Var}\,v/"
        r"\mathrm{E}[v^2] = 1/4$.",
        follows=("H1",),
        by=_threshold_cost,
    ),
    Step(
        "H8",
        "Gaussian interference",
        _psi,
        sp.Integral(4 * (u - h) ** 3 / (3 * u) * _density, (u, h, sp.oo)),
        "substitution",
        r"$\psi(h) = \mathrm{E}(v u - 2h)_+^2$ with $u$ standard normal: cosines of random columns "
        r"are $u/\sqrt K$ as $K \to \infty$.",
        follows=("H3",),
        by=_gaussian,
    ),
    Step(
        "H9",
        "Gaussian interference in closed form",
        _psi,
        (_four_thirds + 4 * h**2) * _above
        - sp.Rational(8, 3) * h * _phi
        - sp.Rational(2, 3) * h**3 * _far,
        "integration",
        r"About $8 \varphi(h)/h^5$ far out.",
        follows=("H8",),
        by=_closed_form,
    ),
    Step(
        "H10",
        "Loss of random directions",
        sp.Symbol("K L_j"),
        p_j * h**2 + _psi,
        "limit",
        r"Summed over outputs, each at its best $h_j$, an upper bound of $K L$ as $K \to \infty$: "
        r"random codes fall as $1/K$ for any frequencies.",
        follows=("H3", "H7"),
        by=_random_code,
    ),
    Step(
        "H11",
        "Best threshold of a random code",
        p_j,
        (2 * _phi - 4 * h * _above + h**2 * _far) / h,
        "identity",
        "Which frequency has its least loss at $h$.",
        follows=("H9", "H10"),
        by=_best_threshold,
    ),
)
