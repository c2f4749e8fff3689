"""Tied student: exact flow of its overlaps, the row's own problem, repulsion and a closure."""

from __future__ import annotations

from superlaw.theory.derivation import About, Derivation
from superlaw.theory.derivations.superposed import DERIVATION as SUPERPOSED
from superlaw.theory.derivations.tied import flow, pairs, row

DERIVATION = Derivation(
    name="tied",
    title="A tied student whose embedding is trained",
    summary=(
        r"$\hat y = \mathrm{ReLU}(W^T W x + \beta)$ with $W$ trained from random unit columns, one "
        "active feature at a time and $v$ uniform on $(0, 2)$. Exact: the flow of gains and "
        "overlaps, what a threshold costs and keeps out, how a pair of columns closes. A closure "
        "then follows all pairs by frequency class. That the loss falls with a slope near 1 is "
        "what its curves show over two decades; no power law is derived here."
    ),
    builds_on=(SUPERPOSED,),
    references=("superposition2026",),
    about=About(kinds=("tied",), student={"tied": True}, closure="tied"),
    steps=(*flow.STEPS, *row.STEPS, *pairs.STEPS),
)
