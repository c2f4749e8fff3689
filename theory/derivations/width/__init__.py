"""Loss against width: codes and their bounds, who is represented, tails, and the best width."""

from __future__ import annotations

from superlaw.theory.derivation import Derivation
from superlaw.theory.derivations.width import bounds, codes, norms, tails

DERIVATION = Derivation(
    name="width",
    title="Loss against width",
    summary=(
        r"$\hat y = \mathrm{ReLU}(W^T W x + b)$ with $N$ sparse features in $K$ dimensions, one "
        "active at a time unless a step says otherwise: what codes without interference and random "
        "codes lose, a lower bound, which features have a column where norm costs, a closure for "
        "trained codes, and the exponents of the width that follow for power laws."
    ),
    steps=(*codes.STEPS, *norms.STEPS, *bounds.STEPS, *tails.STEPS),
)
