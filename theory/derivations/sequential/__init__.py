"""Sequential regime: from the population loss to the exponent (a + 2b − 1)/a, by two routes."""

from __future__ import annotations

from superlaw.theory.derivation import About, Derivation
from superlaw.theory.derivations.sequential import loss, modes

DERIVATION = Derivation(
    name="sequential",
    title="The sequential regime: modes are learned one after another",
    summary=(
        "Without superposition ($K = N$) every feature has a dimension of its own. Gradient flow "
        "then splits into independent modes, each learned at the rate at which its feature "
        "appears, and the loss is a sum over those not yet learned. Exactly one feature is "
        "active at a time, so the second moments of the inputs are diagonal."
    ),
    about=About(),
    steps=(
        *modes.STEPS,
        *loss.STEPS,
    ),
)
