"""Finite learning rate and mini-batches: what they change, and when noise hides the exponent."""

from __future__ import annotations

from superlaw.theory.derivation import Derivation
from superlaw.theory.derivations.sgd import momentum, plain

DERIVATION = Derivation(
    name="sgd",
    title="Stochastic gradient descent: when noise hides the exponent",
    summary=(
        r"One pass over fresh samples, learning rate $\eta$, batch $B$, time $t = \eta \times$ "
        "steps. With one active feature the noise multiplies and vanishes with the error. With "
        "independent centred inputs every error kicks every mode, and the memory of those kicks "
        "is a power law of its own."
    ),
    steps=(
        *plain.STEPS,
        *momentum.STEPS,
    ),
)
