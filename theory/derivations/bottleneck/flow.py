"""Gradient flow behind a bottleneck, and its loss as a contour integral over two resolvents."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from superlaw.theory.proof.calculus import one_term, spelled_out
from superlaw.theory.proof.checks import Check, Equal
from superlaw.theory.proof.derivation import Step
from superlaw.theory.symbols import (
    L_0,
    A_jk,
    K,
    Phi,
    S_jk,
    Y_kl,
    f_l,
    g_k,
    lam_k,
    sum_k,
    sum_l,
    t,
    z_1,
    z_2,
)

_B, _P, _Q, _Y = (sp.MatrixSymbol(name, 2, 2) for name in "BPQY")


def _flow(step: Step, gradient: Step) -> Iterator[Check]:
    """Insert S = WᵀBW into the gradient, for three features in two dimensions."""
    W = sp.Matrix(2, 3, sp.symbols("w:6", real=True))
    B = sp.Matrix(2, 2, sp.symbols("B:4", real=True))
    rates, targets = sp.symbols("l:3", positive=True), sp.symbols("a:3", positive=True)
    S = W.T * B * W

    def slope(j: int, k: int) -> sp.Expr:
        entry = {S_jk: S[j, k], A_jk: targets[j] if j == k else 0, lam_k: rates[k]}
        return gradient.rhs.subs(entry)

    D = sp.Matrix(3, 3, slope)
    second, target = sp.diag(*rates), sp.diag(*targets)
    moments = {_B: B, _P: W * W.T, _Q: W * second * W.T, _Y: W * second * target * W.T}
    yield Equal(-W * D * W.T, sp.Matrix(step.rhs.subs(moments).doit()), instance=True)


def _in_eigenbases(step: Step, flow: Step) -> Iterator[Check]:
    """Turn the flow into the eigenbases of P and Q, where entries move alone."""
    turn, other = (_rotation(angle) for angle in sp.symbols("theta phi_2", real=True))
    g, f = sp.symbols("g:2", positive=True), sp.symbols("f:2", positive=True)
    source = sp.Matrix(2, 2, sp.symbols("Y:4", real=True))
    entries = sp.Matrix(
        2, 2, lambda m, n: step.rhs.subs({Y_kl: source[m, n], g_k: g[m], f_l: f[n]})
    )
    matrices = {
        _P: turn * sp.diag(*g) * turn.T,
        _Q: other * sp.diag(*f) * other.T,
        _Y: turn * source * other.T,
        _B: turn * entries * other.T,
    }
    velocity = turn * sp.diff(entries, t) * other.T
    yield Equal(velocity, sp.Matrix(flow.rhs.subs(matrices).doit()), instance=True)
    yield Equal(step.rhs.subs(t, 0), sp.Integer(0))


def _rotation(angle: sp.Expr) -> sp.Matrix:
    return sp.Matrix([[sp.cos(angle), -sp.sin(angle)], [sp.sin(angle), sp.cos(angle)]])


def _loss(step: Step, mode: Step) -> Iterator[Check]:
    """Integrate dL/dt = −Σ (dB_kl/dt)², the loss of any gradient flow, from L_0 on."""
    term = one_term(step.rhs)
    yield Equal(sp.diff(term, t), -(sp.diff(mode.rhs, t) ** 2))
    yield Equal(term.subs(t, 0), L_0)


def _two_resolvents(step: Step, *_: Step) -> Iterator[Check]:
    g, f = sp.symbols("g:2", positive=True), sp.symbols("f:2", positive=True)
    source = sp.Matrix(2, 2, sp.symbols("Y:4", real=True))
    first, second = (z_1 * sp.eye(2) - sp.diag(*g)).inv(), (z_2 * sp.eye(2) - sp.diag(*f)).inv()
    pairs = [{Y_kl: source[m, n], g_k: g[m], f_l: f[n]} for m in range(2) for n in range(2)]
    stated = spelled_out(step.rhs, pairs)
    yield Equal((first * source * second * source.T).trace(), stated, instance=True)


def _residue(integrand: sp.Expr, poles: dict[sp.Symbol, sp.Expr]) -> sp.Expr:
    """Return (2πi)^n times the residue at simple poles."""
    for variable, pole in poles.items():
        integrand = sp.cancel(sp.factor(integrand) * (variable - pole)).subs(variable, pole)
        integrand *= 2 * sp.pi * sp.I
    return integrand


def around(
    expression: sp.Expr, trace: dict[sp.Symbol, sp.Expr], poles: dict[sp.Symbol, sp.Expr]
) -> sp.Expr:
    """Return an expression with its contour integral taken around one pole of the trace."""
    return expression.replace(
        lambda part: isinstance(part, sp.Integral),
        lambda part: _residue(part.function.subs(trace), poles),
    )


def _double_contour(step: Step, loss: Step, trace: Step) -> Iterator[Check]:
    """Take the residues at one pair of eigenvalues."""
    enclosed = around(step.rhs, {Phi: one_term(trace.rhs)}, {z_1: g_k, z_2: f_l})
    yield Equal(enclosed, one_term(loss.rhs))


STEPS = (
    Step(
        "L1",
        "Gradient flow behind a bottleneck",
        sp.Derivative(sp.Symbol("B"), t),
        _Y - _P * _B * _Q,
        "substitution",
        r"With $P = W W^T$, $Q = W \Lambda W^T$ and $Y = W \Lambda A W^T$; $\Lambda$ and $A$ "
        r"are diagonal, with entries $\lambda_i$ and $a_i$.",
        follows=("S5",),
        by=_flow,
    ),
    Step(
        "L2",
        "Entries in the eigenbases",
        sp.Symbol("B_kl"),
        Y_kl * (1 - sp.exp(-g_k * f_l * t)) / (g_k * f_l),
        "ODE solution",
        r"Between the eigenvectors of $P$ (eigenvalues $g_k$) and of $Q$ (eigenvalues $f_l$) "
        r"every entry relaxes alone, from $B = 0$.",
        follows=("L1",),
        by=_in_eigenbases,
    ),
    Step(
        "L3",
        "Loss as a sum over pairs of eigenvalues",
        sp.Symbol("L"),
        L_0
        - sp.Sum(
            Y_kl**2 * (1 - sp.exp(-2 * g_k * f_l * t)) / (2 * g_k * f_l),
            (sum_k, 1, K),
            (sum_l, 1, K),
        ),
        "integration",
        r"Along a gradient flow $dL/dt = -\sum (dB_{kl}/dt)^2$; at the start $L_0 = "
        r"\frac{1}{2}\sum a_i^2 \lambda_i$.",
        follows=("L2",),
        by=_loss,
    ),
    Step(
        "L4",
        "Trace of two resolvents",
        Phi,
        sp.Sum(Y_kl**2 / ((z_1 - g_k) * (z_2 - f_l)), (sum_k, 1, K), (sum_l, 1, K)),
        "identity",
        r"$\Phi(z_1, z_2) = \mathrm{tr}\, (z_1 - P)^{-1} Y (z_2 - Q)^{-1} Y^T$, written in the "
        "eigenbases.",
        by=_two_resolvents,
    ),
    Step(
        "L5",
        "Loss as a double contour integral",
        sp.Symbol("L"),
        L_0
        - sp.Integral(
            (1 - sp.exp(-2 * z_1 * z_2 * t)) * Phi / (z_1 * z_2) / (2 * (2 * sp.pi * sp.I) ** 2),
            z_1,
            z_2,
        ),
        "identity",
        r"Contours around the spectra of $P$ and $Q$. The eigenvalues of one embedding are "
        r"gone; what is left is a trace that hardly differs from one embedding to the next.",
        follows=("L3", "L4"),
        by=_double_contour,
    ),
)
