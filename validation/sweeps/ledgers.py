"""Ledgers of derivations, step by step: what is kept is read, what failed is checked again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from hashlib import sha256
from typing import Any

from superlaw.theory.derivation import Derivation
from superlaw.theory.proof.certification import certify
from superlaw.theory.proof.enclosures import arb
from superlaw.theory.proof.ledger import Ledger, Verdict
from superlaw.theory.proof.verification import verify
from superlaw.theory.source import source_digest
from superlaw.validation.sweeps.points import measured
from superlaw.validation.sweeps.store import Store


def checked(
    derivation: Derivation,
    store: Store,
    on_step: Callable[[Verdict], None] | None = None,
    *,
    certified: bool = False,
) -> Ledger:
    """Return the ledger of a derivation; verdicts are kept as they come in.

    Parameters
    ----------
    derivation : Derivation
    store : Store
        Verdicts on these very equations, of the very files that the theory is made of now.
    on_step : callable, optional
        Called with each verdict as soon as it is known.
    certified : bool
        Certify what is verified, in ball arithmetic.
    """
    rows = []
    about = {"check": derivation.name, "theory": source_digest(), "says": _says(derivation)}
    for step in derivation.steps:
        configuration = about | {"step": step.id}
        verdict = _kept(store, configuration, partial(verify, derivation, step))
        if certified:
            by = configuration | {"certified": arb().__version__}
            verdict = _kept(store, by, partial(certify, derivation, step, verdict))
        rows.append(verdict)
        if on_step is not None:
            on_step(verdict)
    return Ledger(derivation.name, tuple(rows))


def _says(derivation: Derivation) -> str:
    """Return a digest of all equations: an altered derivation is another one."""
    return sha256(" ".join(str(step.equation) for step in derivation.steps).encode()).hexdigest()


class _Verdicts:
    """Verdicts in a store; what failed is not kept, and checked again."""

    def __init__(self, store: Store) -> None:
        self.store, self.folder, self.claimed = store, store.folder, store.claimed

    def load(self, configuration: Mapping[str, Any]) -> Verdict | None:
        """Return a verdict, None if there is none yet."""
        record = self.store.load(configuration)
        return None if record is None else Verdict(**record)

    def save(self, configuration: Mapping[str, Any], verdict: Verdict) -> None:
        """Keep a verdict unless it failed."""
        if verdict.status != "failed":
            self.store.save(configuration, verdict.to_dict())


def _kept(store: Store, configuration: dict[str, Any], check: Callable[[], Verdict]) -> Verdict:
    """Return the verdict that is in the store, else that of a check: a sweep of one point."""
    return measured([check], lambda job: job(), lambda _: configuration, _Verdicts(store))[0]
