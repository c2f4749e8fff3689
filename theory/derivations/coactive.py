"""Inputs with a mean: modes couple through a rank-one term, and learned rows leak."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from superlaw.theory.derivation import About, Derivation
from superlaw.theory.proof.calculus import gamma_integrand, local_slope, tail_integral
from superlaw.theory.proof.checks import Check, Equal, Tends
from superlaw.theory.proof.derivation import Step
from superlaw.theory.symbols import (
    a,
    a_j,
    alpha,
    b,
    c_1,
    c_j,
    c_k,
    chi,
    d_j,
    d_k,
    i,
    kappa,
    m_1,
    m_2,
    mu_1,
    mu_j,
    mu_k,
    p_i,
    p_j,
    q,
    sum_j,
    t,
    z,
)

_SIZE = 3
_E, _Sigma = sp.MatrixSymbol("E", _SIZE, _SIZE), sp.MatrixSymbol("Sigma", _SIZE, _SIZE)
_c = sp.symbols(f"c:{_SIZE}", positive=True)
_mu = sp.symbols(f"mu:{_SIZE}", positive=True)
_same_feature = sp.Symbol("delta_jk", real=True)
_row_target, _kernel = sp.IndexedBase("a"), sp.Function("K_jj")(sum_j)
_leak_exponent = 3 - 1 / a
_leak_term = kappa * c_1 * mu_1**2 / 2 * i ** (-3 * a) * sp.exp(-2 * c_1 * t * i**-a)
_leak = kappa * mu_1**2 * c_1 / (2 * a) * (2 * c_1 * t) ** -_leak_exponent
_DECAYS = (sp.Gt(a, 1),)


def _covariance(means: tuple[sp.Symbol, ...], variances: tuple[sp.Symbol, ...]) -> sp.Matrix:
    """Return Σ = diag(c) + μμᵀ."""
    column = sp.Matrix(means)
    return sp.diag(*variances) + column * column.T


def _variance(step: Step, mean: Step) -> Iterator[Check]:
    """Work out E[x_i²] − E[x_i]², and that two features are uncorrelated."""
    on, other = sp.Dummy("u_i"), sp.Dummy("u_j")
    chance = {
        state: sp.Piecewise((p, sp.Eq(state, 1)), (1 - p, True))
        for state, p in ((on, p_i), (other, p_j))
    }
    yield Equal(sp.Sum(on**2 * chance[on], (on, 0, 1)).doit() * m_2 - mean.rhs**2, step.rhs)
    both = sp.Sum(on * other * chance[on] * chance[other], (on, 0, 1), (other, 0, 1)).doit()
    yield Equal(both * m_1**2, mean.rhs * mean.rhs.subs(p_i, p_j))


def _rows(step: Step, *_: Step) -> Iterator[Check]:
    """Differentiate L = ½ tr(E Σ Eᵀ) in every entry of E."""
    error = sp.Matrix(_SIZE, _SIZE, sp.symbols("E:9", real=True))
    covariance = _covariance(_mu, _c)
    loss = (error * covariance * error.T).trace() / 2
    flow = error.applyfunc(lambda entry: -sp.diff(loss, entry))
    stated = step.rhs.subs({_E: error, _Sigma: covariance}).doit()
    yield Equal(flow, sp.Matrix(stated), instance=True)


def _loss_of_rows(step: Step, flow: Step) -> Iterator[Check]:
    """Follow two rows in the eigenbasis of a general 2 × 2 covariance."""
    angle, slow, fast = sp.symbols("theta l_1 l_2", positive=True)
    turn = sp.Matrix([[sp.cos(angle), -sp.sin(angle)], [sp.sin(angle), sp.cos(angle)]])
    teacher = sp.diag(*sp.symbols("a_1 a_2", positive=True))

    def spectral(function: sp.Lambda) -> sp.Matrix:
        return turn * sp.diag(function(slow), function(fast)) * turn.T

    covariance = spectral(sp.Lambda(z, z))
    error = teacher * spectral(sp.Lambda(z, sp.exp(-z * t)))
    yield Equal(sp.diff(error, t), -error * covariance, instance=True)
    kernel = spectral(sp.Lambda(z, z * sp.exp(-2 * z * t)))
    stated = sum(
        step.rhs.function.xreplace({_row_target[sum_j]: teacher[n, n], _kernel: kernel[n, n]})
        for n in (0, 1)
    )
    yield Equal((error * covariance * error.T).trace() / 2, stated, instance=True)


def _sherman_morrison(step: Step, *_: Step) -> Iterator[Check]:
    """Invert z − Σ for three features."""
    free = [1 / (z - c) for c in _c]
    loop = sum(m**2 * d for m, d in zip(_mu, free, strict=True))

    def entry(row: int, column: int) -> sp.Expr:
        pair = {mu_j: _mu[row], mu_k: _mu[column], d_j: free[row], d_k: free[column]}
        return step.rhs.subs(pair | {q: loop, _same_feature: int(row == column)})

    inverse = (z * sp.eye(_SIZE) - _covariance(_mu, _c)).inv()
    yield Equal(inverse, sp.Matrix(_SIZE, _SIZE, entry), instance=True)


def _weighted_diagonal(step: Step, resolvent: Step) -> Iterator[Check]:
    diagonal = resolvent.rhs.subs({mu_k: mu_j, d_k: d_j, _same_feature: 1})
    yield Equal(a_j**2 * diagonal, step.rhs.function)


def _slow_column(step: Step, *_: Step) -> Iterator[Check]:
    """Let two features tell: j is learned (c_j t → ∞) while k has hardly begun."""
    covariance = _covariance((mu_j, mu_k), (c_j, c_k))
    rates = list(covariance.eigenvals())
    entry = a_j * sum(
        sp.exp(-rate * t) * covariance[0, 1] / (2 * rate - covariance.trace()) for rate in rates
    )
    loop = {chi: mu_j**2 / c_j}
    points = tuple(
        {a_j: 1, mu_j: sp.Rational(1, 2), c_j: 1, mu_k: small, c_k: small, t: 1 / small}
        for small in (sp.Rational(1, 4**k) for k in range(2, 6))
    )
    yield Tends(entry, step.rhs.subs(loop), points)


def _leak_integral(step: Step, column: Step) -> Iterator[Check]:
    """Square the slow column, weigh it with c_k, sum over learned rows: κ collects the rows."""
    rare = {mu_k: mu_1 * i**-a, c_k: c_1 * i**-a}
    squared = (c_k * column.rhs**2 / 2).subs(rare)
    rows = kappa / (a_j**2 * mu_j**2 / (c_j * (1 + chi)) ** 2)
    yield Equal(squared * rows, step.rhs.function)


def _leak_law(step: Step, integral: Step) -> Iterator[Check]:
    """Change to u = 2c_1 t i^-a, in which the integrand is that of Γ(3 − 1/a)."""
    rate = 2 * c_1 * t * i**-a
    in_u = step.rhs * gamma_integrand(rate, _leak_exponent) * -sp.diff(rate, i)
    yield Equal(integral.rhs.function, in_u)


def _leak_exponent_first(step: Step, law: Step) -> Iterator[Check]:
    yield Equal(local_slope(law.rhs), step.rhs)


def _leak_exponent_second(step: Step, first: Step, integral: Step) -> Iterator[Check]:
    """Count as lost the slow columns beyond the front i* = (2c_1 t)^(1/a)."""
    front = (2 * c_1 * t) ** (1 / a)
    value, _ = tail_integral(integral.rhs.function.subs(t, 0), front)
    yield Equal(local_slope(value), step.rhs)
    yield Equal(first.rhs, step.rhs)


def _compare(step: Step, leak: Step) -> Iterator[Check]:
    yield Equal((a + 2 * b - 1) / a - leak.rhs, step.rhs)


DERIVATION = Derivation(
    name="coactive",
    title="Inputs with a mean: learned rows leak",
    summary=(
        "When features are active independently and their amplitudes have a mean, the second "
        "moments of the inputs are diagonal plus a rank-one term. The rows of $S$ still "
        "decouple, but within a row a learned feature disturbs the slow ones. The student learns "
        "every entry of $S$; one restricted to the diagonal has no leak."
    ),
    about=About(inputs=("mean",), task={"activity": "bernoulli"}),
    steps=(
        Step(
            "M1",
            "Input mean",
            sp.Symbol("mu_i"),
            m_1 * p_i,
            "definition",
            "Features are active independently of each other.",
        ),
        Step(
            "M2",
            "Covariance",
            sp.Symbol("c_i"),
            m_2 * p_i - m_1**2 * p_i**2,
            "identity",
            r"$\mathrm{E}[x x^T] = \mathrm{diag}(c) + \mu \mu^T$: independent features share "
            "their means only.",
            follows=("M1",),
            by=_variance,
        ),
        Step(
            "M3",
            "Rows decouple",
            sp.Derivative(sp.Symbol("E"), t),
            -_E * _Sigma,
            "identity",
            r"$E = A - S$ is the error; its rows feel the same $\Sigma = \mathrm{E}[x x^T]$.",
            by=_rows,
        ),
        Step(
            "M4",
            r"Loss from the kernel $\Sigma \exp(-2\Sigma t)$",
            sp.Symbol("L"),
            sp.Sum(_row_target[sum_j] ** 2 * _kernel / 2, (sum_j, 1, sp.Symbol("N"))),
            "ODE solution",
            "From $S = 0$ row $j$ starts at the target $a_j$ in its own column.",
            follows=("M3",),
            by=_loss_of_rows,
        ),
        Step(
            "M5",
            r"Resolvent entry of $(z - \Sigma)^{-1}$",
            sp.Symbol("R_jk"),
            d_j * _same_feature + mu_j * mu_k * d_j * d_k / (1 - q),
            "identity",
            r"The Sherman-Morrison formula with $d_j = 1/(z - c_j)$ and $q = \sum_l \mu_l^2 d_l$.",
            by=_sherman_morrison,
        ),
        Step(
            "M6",
            "Trace that gives the loss",
            sp.Symbol("tr_z"),
            sp.Sum(a_j**2 * (d_j + mu_j**2 * d_j**2 / (1 - q)), (sum_j, 1, sp.Symbol("N"))),
            "substitution",
            r"$L(t)$ is half the contour integral of $z \exp(-2zt)\, \mathrm{tr}_z$ around the "
            "spectrum: the cost is that of two sums over features.",
            follows=("M5",),
            by=_weighted_diagonal,
        ),
        Step(
            "M7",
            "Slow column of a learned row",
            sp.Symbol("E_jk"),
            -a_j * mu_j * mu_k / (c_j * (1 + chi)) * sp.exp(-c_k * t),
            "asymptotics",
            "While $j$ is being learned the means make it move column $k$ too; what it did there "
            r"is undone only at the rate of $k$. With many learned features $\chi = \sum_l "
            r"\mu_l^2/c_l$.",
            by=_slow_column,
        ),
        Step(
            "M8",
            "Leaked loss",
            sp.Symbol("L_leak"),
            sp.Integral(_leak_term, (i, 0, sp.oo)),
            "substitution",
            r"For rare features $c_k \approx c_1 k^{-a}$ and $\mu_k = \mu_1 k^{-a}$; $\kappa$ "
            r"sums over the learned rows and converges for $b > \frac{1}{2}$.",
            follows=("M7",),
            by=_leak_integral,
        ),
        Step(
            "M9",
            "Leak law",
            sp.Symbol("L_leak"),
            _leak * sp.gamma(_leak_exponent),
            "integration",
            "The same substitution as in S11.",
            follows=("M8",),
            by=_leak_law,
            hypotheses=_DECAYS,
        ),
        Step(
            "M10",
            "Leak exponent",
            alpha,
            _leak_exponent,
            "identity",
            "It does not depend on the teacher.",
            follows=("M9",),
            by=_leak_exponent_first,
            hypotheses=_DECAYS,
        ),
        Step(
            "M11",
            "The same exponent by the front",
            alpha,
            _leak_exponent,
            "identity",
            "Slow columns beyond the front are lost.",
            follows=("M10", "M8"),
            by=_leak_exponent_second,
            hypotheses=_DECAYS,
        ),
        Step(
            "M12",
            "When the leak decides",
            sp.Symbol("alpha_modes") - sp.Symbol("alpha_leak"),
            2 * (b - a) / a,
            "identity",
            r"The smaller exponent wins: $\alpha = \min((a + 2b - 1)/a, 3 - 1/a)$, and the leak "
            "decides if and only if $b > a$.",
            follows=("M11",),
            by=_compare,
        ),
    ),
)
