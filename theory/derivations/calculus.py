"""Operations that several derivations carry out."""

from __future__ import annotations

from typing import Any

import sympy as sp

from superlaw.theory.symbols import i, t


def local_slope(loss: sp.Expr) -> sp.Expr:
    """Return −d log L/d log t."""
    return -t * sp.diff(loss, t) / loss


def tail_integral(term: sp.Expr, start: sp.Expr) -> tuple[sp.Expr, Any]:
    """Return ∫_start^∞ term di and the condition under which it exists."""
    edge = sp.Dummy("edge", positive=True)
    value, condition = sp.integrate(term, (i, edge, sp.oo)).args[0]
    return value.subs(edge, start), condition


def gamma_integrand(x: sp.Expr, s: sp.Expr) -> sp.Expr:
    """Return x^(s−1) exp(−x)/Γ(s), which integrates to 1 over x > 0 by definition of Γ."""
    return x ** (s - 1) * sp.exp(-x) / sp.gamma(s)
