"""Derivations as Markdown documents that GitHub renders."""

from __future__ import annotations

import sympy as sp

from superlaw.theory.derivation import Derivation, Step

_STATUS = (
    "Status of a step: **proved** symbolically and checked numerically; **verified** numerically "
    "to 30 digits at random points; **assumed**: taken as given (a definition, a modelling "
    "assumption or a closure)."
)


def render(derivation: Derivation) -> str:
    """Return the derivation as Markdown, one numbered equation a step, with its ledger."""
    ledger = {row.id: row for row in derivation.verify().rows}
    parts = [f"# {derivation.title}", derivation.summary, _STATUS]
    for step in derivation.steps:
        parts += _section(step, ledger[step.id].status)
    return "\n\n".join(parts) + "\n"


def _section(step: Step, status: str) -> list[str]:
    source = f"from {', '.join(step.follows)} by {step.rule}" if step.follows else step.rule
    parts = [f"## {step.id}. {step.title}", f"*{source}* · **{status}**"]
    parts.append(f"$$\n{equation(step)} \\tag{{{step.id}}}\n$$")
    parts.append(step.note)
    if step.hypotheses:
        holds = ", ".join(f"${sp.latex(hypothesis)}$" for hypothesis in step.hypotheses)
        parts.append(f"Holds for {holds}.")
    return parts


def equation(step: Step) -> str:
    """Return the equation of a step in LaTeX."""
    return f"{sp.latex(step.lhs)} = {sp.latex(step.rhs)}"
