"""Operations that several derivations carry out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


def one_term(expression: sp.Expr) -> sp.Expr:
    """Return an expression with every sum and integral replaced by what it runs over."""
    return expression.replace(
        lambda part: isinstance(part, (sp.Sum, sp.Integral)), lambda part: part.function
    )


def spelled_out(expression: sp.Expr, terms: Sequence[Mapping[sp.Symbol, Any]]) -> sp.Expr:
    """Return an expression with every sum written out over the given terms."""
    return expression.replace(
        lambda part: isinstance(part, sp.Sum),
        lambda part: sum(part.function.subs(term) for term in terms),
    )


def sums_as_symbols(expression: sp.Expr) -> sp.Expr:
    """Return an expression in which equal sums are the same symbol, up to numbers and signs."""

    def named(part: sp.Sum) -> sp.Expr:
        factor, term = sp.factor(part.function).as_coeff_Mul()
        return factor * sp.Symbol(f"sum of {term}", positive=True)

    return expression.replace(lambda part: isinstance(part, sp.Sum), named)
