"""From data and teacher to independent modes and their trajectories."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from superlaw.theory.proof.checks import Check, Equal
from superlaw.theory.proof.derivation import Step
from superlaw.theory.symbols import (
    A_jk,
    N,
    S_jk,
    a,
    a_i,
    b,
    i,
    lam_i,
    lam_k,
    m_2,
    p_1,
    p_i,
    s_i,
    sum_j,
    sum_k,
    t,
    v,
)

S_entry, A_entry, lam_entry = sp.IndexedBase("S"), sp.IndexedBase("A"), sp.IndexedBase("lambda")
_summand = lam_entry[sum_k] * (S_entry[sum_j, sum_k] - A_entry[sum_j, sum_k]) ** 2 / 2
_G, _D = sp.MatrixSymbol("G", 3, 3), sp.MatrixSymbol("D", 3, 3)


def _expect_activity(step: Step, *_: Step) -> Iterator[Check]:
    active = sp.Dummy("active", integer=True)
    weight = sp.Piecewise((p_i, sp.Eq(active, 1)), (1 - p_i, True))
    yield Equal(sp.Sum(active**2 * weight, (active, 0, 1)) * m_2, step.rhs)


def _expect_loss(step: Step, moment: Step) -> Iterator[Check]:
    """Average ½‖(S − A)x‖² over which of two features is active and over v ~ U(0, 2)."""
    entries = {
        base[row, column]: sp.Symbol(f"{base}{row}{column}", real=True)
        for base in (S_entry, A_entry)
        for row in (1, 2)
        for column in (1, 2)
    }
    error = sp.Matrix(
        2, 2, lambda j, k: entries[S_entry[j + 1, k + 1]] - entries[A_entry[j + 1, k + 1]]
    )
    p = sp.symbols("p_1 p_2", positive=True)
    direct = sum(
        p[k] * sp.integrate((error[:, k] * v).dot(error[:, k] * v) / 4, (v, 0, 2)) for k in (0, 1)
    )
    rates = {lam_entry[k + 1]: moment.rhs.subs({p_i: p[k], m_2: sp.Rational(4, 3)}) for k in (0, 1)}
    yield Equal(direct, step.rhs.subs(N, 2).doit().xreplace(entries | rates), instance=True)


def scalar(expression: sp.Expr) -> sp.Expr:
    """Return an expression in entries of S, A and λ with one symbol for each."""
    return expression.xreplace(
        {S_entry[sum_j, sum_k]: S_jk, A_entry[sum_j, sum_k]: A_jk, lam_entry[sum_k]: lam_k}
    )


def _gradient(step: Step, loss: Step) -> Iterator[Check]:
    yield Equal(sp.diff(scalar(loss.rhs.function), S_jk), step.rhs)


def _flow(step: Step, gradient: Step) -> Iterator[Check]:
    """Run the chain rule through S = WᵀBW for three features in two dimensions."""
    W = sp.Matrix(2, 3, sp.symbols("w:6", real=True))
    B = sp.Matrix(2, 2, sp.symbols("B:4", real=True))
    A = sp.Matrix(3, 3, sp.symbols("A:9", real=True))
    S = sp.Matrix(3, 3, sp.symbols("S:9", real=True))
    rates = sp.symbols("l:3", positive=True)
    slopes = sp.Matrix(
        3, 3, lambda j, k: gradient.rhs.subs({S_jk: S[j, k], A_jk: A[j, k], lam_k: rates[k]})
    )
    into = dict(zip(S, W.T * B * W, strict=True))
    slopes = slopes.xreplace(into)
    dB = B.applyfunc(
        lambda entry: -sum(g * sp.diff(x, entry) for g, x in zip(slopes, W.T * B * W, strict=True))
    )
    stated = step.rhs.subs({_G: W.T * W, _D: slopes}).doit()
    yield Equal(W.T * dB * W, sp.Matrix(stated), instance=True)


def _orthonormal(step: Step, gradient: Step, flow: Step) -> Iterator[Check]:
    free = flow.rhs.subs(_G, sp.Identity(3)).doit()
    mode = {S_jk: s_i, A_jk: a_i, lam_k: lam_i}
    diagonal = sp.diag(*[gradient.rhs.subs(mode)] * 3)
    yield Equal(sp.Matrix(free.subs(_D, diagonal).doit())[0, 0], step.rhs)


def _solve_mode(step: Step, mode: Step) -> Iterator[Check]:
    yield Equal(sp.Derivative(step.rhs, t), mode.rhs.subs(s_i, step.rhs))
    yield Equal(step.rhs.subs(t, 0), sp.Integer(0))


STEPS = (
    Step(
        "S1",
        "Feature frequencies",
        sp.Symbol("p_i"),
        p_1 * i**-a,
        "definition",
        "Feature $i$ is active with a probability that falls as a power of its rank.",
    ),
    Step(
        "S2",
        "Teacher",
        sp.Symbol("a_i"),
        i**-b,
        "definition",
        "The teacher is diagonal; the importance of a feature falls as a power of its rank.",
    ),
    Step(
        "S3",
        "Input second moment",
        sp.Symbol("lambda_i"),
        m_2 * p_i,
        "identity",
        "The input $x_i = u_i v_i$ is zero unless feature $i$ is active ($u_i = 1$); its "
        "amplitude $v$ is independent of that.",
        by=_expect_activity,
    ),
    Step(
        "S4",
        "Population loss",
        sp.Symbol("L"),
        sp.Sum(_summand, (sum_k, 1, N), (sum_j, 1, N)),
        "identity",
        r"$L = \frac{1}{2} \mathrm{E} \|S x - A x\|^2$. With one feature active at a time "
        r"$\mathrm{E}[x_k x_l] = \lambda_k \delta_{kl}$, and the columns of $S$ contribute "
        "separately.",
        follows=("S3",),
        by=_expect_loss,
    ),
    Step(
        "S5",
        "Gradient in the student's map",
        sp.Derivative(sp.Symbol("L"), sp.Symbol("S_jk")),
        lam_k * (S_jk - A_jk),
        "identity",
        "Each entry of $S$ appears in one term of the loss.",
        follows=("S4",),
        by=_gradient,
    ),
    Step(
        "S6",
        "Gradient flow of $S = W^T B W$",
        sp.Derivative(sp.Symbol("S"), t),
        -_G * _D * _G,
        "identity",
        r"Gradient flow of $B$, $dB/dt = -W D W^T$ with $D = \partial L/\partial S$, moves "
        r"$S$ by $W^T dB\, W$; $G = W^T W$ is the Gram matrix of the embedding.",
        follows=("S5",),
        by=_flow,
    ),
    Step(
        "S7",
        "Independent modes",
        sp.Derivative(sp.Symbol("s_i"), t),
        lam_i * (a_i - s_i),
        "substitution",
        "With orthonormal $W$ ($K = N$) $G = 1$; from $S = 0$ off-diagonal entries stay zero "
        "and each diagonal entry $s_i$ moves alone.",
        follows=("S5", "S6"),
        by=_orthonormal,
    ),
    Step(
        "S8",
        "Mode trajectory",
        sp.Symbol("s_i"),
        a_i * (1 - sp.exp(-lam_i * t)),
        "ODE solution",
        "Each mode relaxes to its target at the rate of its own feature.",
        follows=("S7",),
        by=_solve_mode,
    ),
)
