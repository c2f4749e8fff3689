"""ReLU student in superposition: gradient flow of a fixed embedding, and its mean-field closure."""

from __future__ import annotations

from superlaw.theory.derivation import About, Derivation
from superlaw.theory.derivations.sequential import DERIVATION as SEQUENTIAL
from superlaw.theory.derivations.superposed import (
    closure,
    composition,
    covariance_limits,
    covariance_start,
    covariances,
    directions,
    entry,
    flow,
    interference,
    memory,
    memory_limits,
    own_field,
    rows_as_ones,
    softened,
    turning,
)

_STEPS = (
    *entry.STEPS,
    *flow.STEPS,
    *interference.STEPS,
    *closure.STEPS,
    *turning.STEPS,
    *composition.STEPS,
    *memory.STEPS,
    *covariances.STEPS,
    *directions.STEPS,
    *memory_limits.STEPS,
    *covariance_limits.STEPS,
    *covariance_start.STEPS,
    *softened.STEPS,
    *rows_as_ones.STEPS,
    *own_field.STEPS,
)

DERIVATION = Derivation(
    name="superposed",
    title="A ReLU student in superposition: mean-field equations",
    summary=(
        r"$\hat y = \mathrm{ReLU}(W^T B W x + \beta)$ with $K < N$, fixed random unit columns "
        r"$W$, one active feature at a time and $v$ uniform on $(0, 2)$. The flow of one entry is "
        "exact; that of the whole needs averages over interference. Closures are marked "
        "**assumed**; how far they are from direct flows is measured. R30 to R53 keep two times: "
        '`method="two-time"` closes them over sampled rows.'
    ),
    builds_on=(SEQUENTIAL,),
    references=("superposition2026",),
    about=About(kinds=("superposed",), closure="row_replica"),
    # In the order of their numbers: each group takes up what others left.
    steps=tuple(sorted(_STEPS, key=lambda step: int(step.id.removeprefix("R")))),
)
