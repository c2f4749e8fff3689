"""Finite learning rate and mini-batches: what they change, and when noise hides the exponent."""

from __future__ import annotations

from superlaw.setting.optimizer import SGD
from superlaw.theory.derivation import About, Derivation
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
    about=About(inputs=("one", "centred"), optimizer=SGD(lr=0.05, batch=1)),
    steps=(
        *plain.STEPS,
        *momentum.STEPS,
    ),
)
