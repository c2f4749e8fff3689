"""Equations in LaTeX, as the field writes them, broken into lines where they are long."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy.printing.latex import LatexPrinter

from superlaw.theory.proof.derivation import Step

LINE = 74
"""Characters that fit on a line, counted on the equation in plain text."""


class _Printer(LatexPrinter):  # type: ignore[misc]
    """Put positive terms first, sums and integrals one over the other, derivatives as fractions."""

    def _as_ordered_terms(self, expr: sp.Expr, order: Any = None) -> list[sp.Expr]:
        terms = list(super()._as_ordered_terms(expr, order=order))
        first = next((term for term in terms if not term.could_extract_minus_sign()), terms[0])
        terms.remove(first)
        return [first, *terms]

    def _print_Sum(self, expr: sp.Sum) -> str:
        signs = [
            rf"\sum_{{{self._print(index)}={self._print(low)}}}^{{{self._print(high)}}}"
            for index, low, high in reversed(expr.limits)
        ]
        return " ".join([*signs, self._factor(expr.function)])

    def _print_Integral(self, expr: sp.Integral) -> str:
        signs: list[str] = []
        steps: list[str] = []
        for variable, *ends in expr.limits:
            low_high = rf"_{{{self._print(ends[0])}}}^{{{self._print(ends[1])}}}" if ends else ""
            signs.insert(0, (r"\int" if ends else r"\oint") + low_high)
            steps.append(rf"\, d{self._print(variable)}")
        return " ".join([*signs, self._factor(expr.function), *steps])

    def _factor(self, expr: sp.Expr) -> str:
        text = self._print(expr)
        needs = isinstance(expr, sp.Add) or expr.could_extract_minus_sign()
        return rf"\left({text}\right)" if needs else text

    def _print_Derivative(self, expr: sp.Derivative) -> str:
        (variable, _), *_ = expr.variable_count
        d = "d" if variable.name in ("t", "theta") else r"\partial"
        return rf"\frac{{{d} {self._print(expr.expr)}}}{{{d} {self._print(variable)}}}"


def latex(expression: Any) -> str:
    """Return an expression in LaTeX that amsmath, KaTeX and MathML converters read alike."""
    text = str(_Printer({"fold_short_frac": False}).doprint(expression))
    return text.replace(r"\operatorname{", r"\mathrm{")


def lines(step: Step) -> tuple[str, ...]:
    """Return the equation of a step, each line in LaTeX; long sums continue on further lines."""
    return broken(step.lhs, step.rhs)


def broken(lhs: Any, rhs: Any) -> tuple[str, ...]:
    """Return lhs = rhs in lines that fit."""
    if not isinstance(rhs, sp.Add) or _width(lhs) + _width(rhs) < LINE:
        return (f"{latex(lhs)} = {latex(rhs)}",)
    found: list[str] = []
    room = 0
    for term in _Printer()._as_ordered_terms(rhs):
        text, width = latex(term), _width(term)
        if not found:
            found, room = [f"{latex(lhs)} = {text}"], LINE - _width(lhs) - width
            continue
        signed = text if text.startswith("-") else f"+ {text}"
        if width + 3 > room:
            found.append(signed)
            room = LINE - width
        else:
            found[-1] += f" {signed}"
            room -= width + 3
    return tuple(found)


def _width(expression: Any) -> int:
    """Return how wide an expression is in plain text, fractions and limits stacked."""
    return max(len(row) for row in sp.pretty(expression, num_columns=10**6).splitlines())
