"""The derivations, one a module or, if long, a package; each holds one `DERIVATION`."""

from __future__ import annotations

from importlib import import_module

from superlaw.arguments import one_of
from superlaw.theory.derivation import Derivation
from superlaw.theory.proof.derivation import Step

NAMES = (
    "sequential",
    "front",
    "two_layer",
    "coactive",
    "sgd",
    "weight_decay",
    "bottleneck",
    "superposed",
    "cross_talk",
    "threshold",
    "column",
    "tied",
    "frames",
    "width",
)


def derive(name: str) -> Derivation:
    """Return a derivation by name.

    Parameters
    ----------
    name : str
        One of `NAMES`.

    Returns
    -------
    Derivation
        Its `.steps`, `.verify()` and renderers.

    Raises
    ------
    ArgumentError
        If there is no derivation of that name.

    Examples
    --------
    >>> derive("sequential")["S14"].rhs
    (a + 2*b - 1)/a
    """
    one_of("derivation", name, NAMES)
    derivation: Derivation = import_module(f"{__name__}.{name}").DERIVATION
    return derivation


def find_step(step_id: str) -> Step:
    """Return the step with this id, whichever derivation it belongs to."""
    for name in NAMES:
        for step in derive(name).steps:
            if step.id == step_id:
                return step
    raise KeyError(step_id)
