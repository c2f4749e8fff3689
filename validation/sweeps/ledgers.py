"""Ledgers of derivations, step by step: what is kept is read, what failed is checked again."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from superlaw import storage
from superlaw.progress import say
from superlaw.theory.derivation import Derivation
from superlaw.theory.proof.ledger import Ledger, Verdict
from superlaw.theory.proof.verification import verify
from superlaw.theory.source import source_digest
from superlaw.validation.sweeps.store import Store


def checked(
    derivation: Derivation, store: Store, on_step: Callable[[Verdict], None] | None = None
) -> Ledger:
    """Return the ledger of a derivation; verdicts are kept as they come in.

    Parameters
    ----------
    derivation : Derivation
    store : Store
        Verdicts on these very equations, of the very files that the theory is made of now.
    on_step : callable, optional
        Called with each verdict as soon as it is known.
    """
    rows = []
    about = {"check": derivation.name, "theory": source_digest(), "says": _says(derivation)}
    for step in derivation.steps:
        configuration = about | {"step": step.id}
        record = store.load(configuration)
        verdict = verify(derivation, step) if record is None else Verdict(**record)
        if record is None and verdict.status != "failed":
            _keep(store, configuration, verdict)
        rows.append(verdict)
        if on_step is not None:
            on_step(verdict)
    return Ledger(derivation.name, tuple(rows))


def _says(derivation: Derivation) -> str:
    """Return a digest of all equations: an altered derivation is another one."""
    return sha256(" ".join(str(step.equation) for step in derivation.steps).encode()).hexdigest()


def _keep(store: Store, configuration: dict[str, Any], verdict: Verdict) -> None:
    try:
        store.save(configuration, verdict.to_dict())
    except storage.OutputError as error:
        say(f"superlaw: {error}; checking goes on without")
