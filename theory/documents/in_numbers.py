"""A reader's own parameters: what the steps of a derivation become, and which no longer hold."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from superlaw.theory.documents.document import Block, Heading, Paragraph, Table
from superlaw.theory.documents.equations import latex
from superlaw.theory.proof.derivation import Graph, Step

DIGITS = 6
_UNEVALUATED = (sp.Sum, sp.Integral, sp.MatrixSymbol, sp.Indexed, sp.Derivative)
Values = Mapping[sp.Symbol, float]


def numbers(graph: Graph, values: Values) -> tuple[Block, ...]:
    """Return what the steps say at given parameters.

    Parameters
    ----------
    graph : Graph
        The general steps.
    values : mapping
        Values of symbols of the theory, such as a, b and N.

    Returns
    -------
    tuple of Block
        Which steps no longer hold and why, and a table of those that become numbers.
    """
    given = ", ".join(f"${latex(symbol)} = {latex(_short(v))}$" for symbol, v in values.items())
    broken = outside(graph, values)
    rows = tuple(
        (step.id, f"${latex(step.lhs)} = {latex(_inserted(step, values))}$")
        for step in graph.steps
        if step.id not in broken and _becomes_a_number(step, values)
    )
    blocks: list[Block] = [Heading("In numbers"), Paragraph(f"At {given}:")]
    blocks += [
        Paragraph(f"Step {step_id} no longer holds: {why}.") for step_id, why in broken.items()
    ]
    return (*blocks, Table(("step", "becomes"), rows)) if rows else tuple(blocks)


def outside(graph: Graph, values: Values) -> dict[str, str]:
    """Return the steps that do not hold at given values, with the reason of each."""
    broken: dict[str, str] = {}
    for step in graph.steps:
        failing = [h for h in step.hypotheses if sp.sympify(h).subs(values) == sp.false]
        lost = [parent for parent in step.follows if parent in broken]
        if failing:
            broken[step.id] = f"it needs ${latex(failing[0])}$"
        elif lost:
            broken[step.id] = f"it follows from {', '.join(lost)}"
    return broken


def _becomes_a_number(step: Step, values: Values) -> bool:
    free = step.rhs.free_symbols
    return bool(free & set(values)) and not step.rhs.has(*_UNEVALUATED)


def _inserted(step: Step, values: Values) -> sp.Expr:
    value = sp.N(step.rhs.subs(values), DIGITS)
    return value.xreplace({number: sp.Float(number, DIGITS) for number in value.atoms(sp.Float)})


def _short(value: float) -> sp.Expr:
    return sp.Integer(value) if value == int(value) else sp.Float(value, DIGITS)
