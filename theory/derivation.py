"""Derivations: steps that follow from each other, checked by machine, written as documents."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from superlaw.arguments import flag
from superlaw.setting.optimizer import Optimizer
from superlaw.theory.documents.document import Document, compose
from superlaw.theory.documents.formats import FORMATS
from superlaw.theory.documents.html import fragment
from superlaw.theory.proof.certification import certify
from superlaw.theory.proof.derivation import Graph
from superlaw.theory.proof.ledger import Ledger, Verdict
from superlaw.theory.proof.verification import verify


@dataclass(frozen=True)
class About:
    """The cases a derivation is about: a curve at a reader's own parameters must be of one of them.

    Parameters
    ----------
    kinds : tuple of str
        Kinds of student, keys of `superlaw.setting.case.STUDENTS`.
    inputs : tuple of str
        Kinds of inputs, keys of `superlaw.setting.case.INPUTS`.
    task, student : dict
        Arguments of `PowerLawTask` and `Student` that make a case of them.
    optimizer : SGD, Adam or GradientFlow, optional
        Gradient flow if left out.
    closure : str
        The closure that solves them, as in `superlaw.solvers.closures`; empty if none does.
    """

    kinds: tuple[str, ...] = ("plain",)
    inputs: tuple[str, ...] = ("one",)
    task: dict[str, Any] = field(default_factory=dict, hash=False)
    student: dict[str, Any] = field(default_factory=dict, hash=False)
    optimizer: Optimizer | None = None
    closure: str = ""

    @property
    def needs_width(self) -> bool:
        """Whether only students with K < N are meant."""
        return set(self.kinds) <= {"bottleneck", "superposed", "tied"}


@dataclass(frozen=True, repr=False)
class Derivation(Graph):
    """A graph of steps that checks itself and writes itself.

    Parameters
    ----------
    about : About or None
        The cases it is about; None if no curve of `superlaw.solve` belongs to it.

    Examples
    --------
    >>> from superlaw import derive
    >>> derive("frames").verify().is_good
    True
    """

    about: About | None = None

    def __repr__(self) -> str:
        return f"Derivation(name={self.name!r}, n_steps={len(self.steps)})"

    @cached_property
    def _verdicts(self) -> dict[str, Verdict]:
        """Verdicts so far, by step."""
        return {}

    def verify(
        self, on_step: Callable[[Verdict], None] | None = None, *, certified: bool = False
    ) -> Ledger:
        """Check every step, symbolically and at random points, once.

        Parameters
        ----------
        on_step : callable, optional
            Called with each verdict as soon as it is known.
        certified : bool
            Check steps that are not proved in ball arithmetic too (the extra [proof]).

        Returns
        -------
        Ledger
            One row a step: status, checks made, largest deviation.

        Raises
        ------
        ArgumentError
            If steps are to be certified and python-flint is not installed.
        """
        if flag("certified", certified):
            return Ledger(self.name, tuple(self._certified(on_step)))
        for step in self.steps:
            if step.id not in self._verdicts:
                self._verdicts[step.id] = verify(self, step)
            if on_step is not None:
                on_step(self._verdicts[step.id])
        return Ledger(self.name, tuple(self._verdicts[step.id] for step in self.steps))

    def _certified(self, on_step: Callable[[Verdict], None] | None) -> Iterator[Verdict]:
        for step, verdict in zip(self.steps, self.verify().rows, strict=True):
            found = certify(self, step, verdict)
            if on_step is not None:
                on_step(found)
            yield found

    def document(self) -> Document:
        """Return the derivation as a document."""
        return compose(self, self.verify())

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
