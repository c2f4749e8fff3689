"""Random codes at finite width and of independent features; a lower bound; the budget closure."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from superlaw.theory.proof.checks import Check, Equal, Tends
from superlaw.theory.proof.derivation import Step
from superlaw.theory.symbols import K, N, b_j, c, h, i, p_i, p_j, xi

_A, _B = sp.symbols("A B", positive=True)
_Y, _E, _q = sp.symbols("Y E q", positive=True)
_h = sp.symbols("h_0:3", positive=True)
_whole = sp.Symbol("h(1)", positive=True)
_f = sp.Symbol("f_K", positive=True)
_multiplier = sp.Symbol("Lambda", positive=True)
_cosines = (
    sp.gamma(K / 2)
    / (sp.sqrt(sp.pi) * sp.gamma((K - 1) / 2))
    * (1 - xi**2) ** ((K - 3) / sp.Integer(2))
)
_WIDE = tuple({K: width, h: 1} for width in (30, 120, 480))


def _finite_width(step: Step, silent: Step, gaussian: Step) -> Iterator[Check]:
    """Insert an overlap ξ and the bias −2h/√K, and let K grow."""
    known = silent.rhs.subs({sp.Symbol("S", positive=True): xi, b_j: -2 * h / sp.sqrt(K)})
    yield Equal(K * known * _cosines, step.rhs.function)
    yield Tends(step.rhs, gaussian.rhs, _WIDE)


def _few_active(step: Step, both: Step) -> Iterator[Check]:
    """Let the density E vanish: one other feature is active with probability E at most."""
    rare = both.rhs.subs({p_j: _E * _q, _Y: _E * _B})
    yield Equal(sp.limit(rare / _E, _E, 0), step.rhs)


def _lower_bound(step: Step) -> Iterator[Check]:
    """Take a minorant of degree 2 and three unit columns in the plane, where G_k = cos kφ.

    What the bound leaves out of the mean over outputs is a sum of squares.
    """
    angles = sp.symbols("x:3", real=True)
    pairs = [(x, y) for x in angles for y in angles]
    total = sum(sum(_h[k] * sp.cos(k * (x - y)) for k in range(3)) for x, y in pairs)
    at_one = sum(_h)
    mean = _A + (total - 3 * at_one) / 3
    squares = sum(
        _h[k] * (sum(sp.cos(k * x) for x in angles) ** 2 + sum(sp.sin(k * x) for x in angles) ** 2)
        for k in (1, 2)
    )
    bound = sp.sympify(step.rhs).subs({N: 3, _whole: at_one})
    yield Equal(sp.expand_trig(mean - squares / 3), bound, instance=True)


def _share(step: Step, budget: Step) -> Iterator[Check]:
    yield Equal(budget.rhs / (N * (N - 1) / 2), step.rhs)


def _clearance(step: Step, clear: Step) -> Iterator[Check]:
    """Set the derivative of p L(c) + Λ (N − i) P(ξ > c) to zero; P′ = −f."""
    above = sp.Function("P")(c)
    energy = p_i * clear.rhs + _multiplier * (N - i) * above
    slope = sp.diff(energy, c).subs(sp.diff(above, c), -_f)
    (root,) = sp.solve(slope, p_i)
    yield Equal(root, step.rhs)


STEPS = (
    Step(
        "H16",
        "Interference of a random direction at finite width",
        sp.Symbol("psi_K", positive=True),
        sp.Integral(
            4 * K * (xi - h / sp.sqrt(K)) ** 3 / (3 * xi) * _cosines, (xi, h / sp.sqrt(K), 1)
        ),
        "substitution",
        r"$K\,\mathrm{E}(v \xi - 2h/\sqrt K)_+^2$ with the density of a cosine of two random "
        r"directions; $\psi(h)$ as $K \to \infty$. With norms and biases free it is the upper "
        "bound at finite $K$.",
        follows=("H3", "H8"),
        by=_finite_width,
    ),
    Step(
        "H17",
        "Random code of independent features",
        sp.Symbol("L_j"),
        (1 - p_j) * _Y + p_j * _A,
        "closure",
        r"$Y = \mathrm{E}(s |x'| \xi + b)_+^2$ and $A = \mathrm{E}(v - (s (v + |x'| \xi) + b)_+)^2$"
        r" over the length $|x'|$ of all other columns together and the cosine $\xi$ of a random "
        "direction: the own and the crossing part are taken as independent.",
    ),
    Step(
        "H18",
        "Few active features",
        sp.Symbol("L_j/E"),
        _B + _q * _A,
        "limit",
        r"$p_j = q E$, $E \to 0$: an input has one other feature with probability $E$, and the "
        "loss is that of one active feature. At a density of order one it is not $E$ times that.",
        follows=("H17",),
        by=_few_active,
    ),
    Step(
        "H19",
        "Lower bound of even frequencies",
        sp.Symbol("L", positive=True),
        _A + N * _h[0] - _whole,
        "identity",
        r"For equal norms and biases, with $h = \sum_k h_k G_k \le B(s\,\cdot, b)$ on $[-1, 1]$ "
        r"and $h_k \ge 0$ for $k \ge 1$: what is left out, "
        r"$\sum_{k \ge 1} h_k \sum_{ij} G_k(\xi_{ij})/N$, is a sum of squares (Delsarte, Yudin). "
        "Shown for three columns in the plane; the largest such bound is a linear programme, "
        "certified in numbers.",
        by=_lower_bound,
    ),
    Step(
        "H20",
        "Budget of violated pairs",
        sp.Symbol("pairs", positive=True),
        (1 - 1 / K) * (2 + sp.log(N / K)) / 3 * N * K / 2,
        "closure",
        "Each pair that passes both clearances takes half a degree of freedom of a column; the two "
        "numbers in the factor were fitted to trained codes of $N \\le 1000$ and even frequencies.",
    ),
    Step(
        "H21",
        "Share of pairs that may be open",
        sp.Symbol("share", positive=True),
        K * (1 - 1 / K) * (2 + sp.log(N / K)) / (3 * (N - 1)),
        "substitution",
        "Of all pairs of a trained code.",
        follows=("H20",),
        by=_share,
    ),
    Step(
        "H22",
        "Clearances of a trained code",
        p_i,
        _multiplier * (N - i) * _f / (2 * c + c**2),
        "identity",
        r"The least $\sum_i p_i (c_i^2 + c_i^3/3)$ where $\sum_i (N - i) P(\xi > c_i)$ is the "
        r"budget; $f_K$ is the density of a cosine, $\Lambda$ the multiplier.",
        follows=("H6",),
        by=_clearance,
    ),
)
