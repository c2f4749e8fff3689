"""Derivations as documents, with what was measured of their closures."""

from __future__ import annotations

from superlaw.solvers.closures import accuracy
from superlaw.theory.derivation import Derivation
from superlaw.theory.derivations import find_step
from superlaw.theory.documents.document import Block, Document, Heading, Paragraph, compose
from superlaw.theory.proof.derivation import Step
from superlaw.theory.proof.ledger import Ledger


def documented(derivation: Derivation, ledger: Ledger, example: tuple[Block, ...] = ()) -> Document:
    """Return a derivation as a document, with what was measured of its closure.

    Parameters
    ----------
    derivation : Derivation
        The general steps.
    ledger : Ledger
        The verdicts on them, from `superlaw.validation.sweeps.ledgers.checked`.
    example : tuple of Block
        From `superlaw.validation.reports.worked_example.worked`.
    """
    closure = derivation.about.closure if derivation.about else ""
    measured = (
        (Heading("The closure, measured"), Paragraph(accuracy.sentence(closure))) if closure else ()
    )
    return compose(derivation, ledger, (*measured, *example), _elsewhere)


def _elsewhere(step_id: str) -> Step | None:
    """Return a step of any derivation, None if the words only look like one."""
    try:
        return find_step(step_id)
    except KeyError:
        return None
