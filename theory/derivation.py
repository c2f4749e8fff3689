"""Derivations: steps that follow from each other, checked by machine, written as documents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from superlaw.theory.documents.document import Block, Document, compose
from superlaw.theory.documents.formats import FORMATS
from superlaw.theory.documents.html import fragment
from superlaw.theory.proof.derivation import Graph
from superlaw.theory.proof.ledger import Ledger, Verdict
from superlaw.theory.proof.verification import verify


@dataclass(frozen=True, repr=False)
class Derivation(Graph):
    """A graph of steps that checks itself and writes itself.

    Examples
    --------
    >>> from superlaw import derive
    >>> derive("front").verify().is_good
    True
    """

    def __repr__(self) -> str:
        return f"Derivation(name={self.name!r}, n_steps={len(self.steps)})"

    @cached_property
    def _verdicts(self) -> dict[str, Verdict]:
        """Verdicts so far, by step."""
        return {}

    def verify(self, on_step: Callable[[Verdict], None] | None = None) -> Ledger:
        """Check every step, symbolically and at random points, once.

        Parameters
        ----------
        on_step : callable, optional
            Called with each verdict as soon as it is known.

        Returns
        -------
        Ledger
            One row a step: status, checks made, largest deviation.
        """
        for step in self.steps:
            if step.id not in self._verdicts:
                self._verdicts[step.id] = verify(self, step)
            if on_step is not None:
                on_step(self._verdicts[step.id])
        return Ledger(self.name, tuple(self._verdicts[step.id] for step in self.steps))

    def document(self, case: tuple[Block, ...] = ()) -> Document:
        """Return the derivation as a document, with what a reader's own parameters add to it."""
        return compose(self, self.verify(), case)

    def written(self, form: str) -> str:
        """Return the derivation in one of `superlaw.theory.documents.formats.FORMATS`."""
        return FORMATS[form](self.document())

    def to_markdown(self) -> str:
        """Return the derivation as Markdown that GitHub renders."""
        return self.written("md")

    def to_myst(self) -> str:
        """Return the derivation as MyST Markdown, for Sphinx and Jupyter Book."""
        return self.written("myst")

    def to_latex(self) -> str:
        """Return the derivation as a LaTeX article."""
        return self.written("tex")

    def to_html(self) -> str:
        """Return the derivation as one HTML page that needs nothing else."""
        return self.written("html")

    def _repr_html_(self) -> str:
        """Return what notebooks show."""
        return fragment(self.document())
