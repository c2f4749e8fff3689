"""Derivations as documents: blocks that each format writes in its own way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from superlaw.theory.documents import drawing
from superlaw.theory.documents.equations import latex, lines
from superlaw.theory.proof.derivation import Graph, Step
from superlaw.theory.proof.ledger import Ledger, Verdict
from superlaw.theory.proof.verification import EQUAL_TOLERANCE
from superlaw.theory.references import REFERENCES
from superlaw.theory.symbols import NOTATION

_STATUS = (
    "Status of a step: **proved** symbolically and checked numerically to 30 digits; **verified** "
    "numerically, at random points, along a limit or on random matrices; **assumed**: taken as "
    "given (a definition, a modelling assumption or a closure)."
)


@dataclass(frozen=True)
class Heading:
    """A heading; `anchor` is the step it belongs to, if any."""

    text: str
    anchor: str = ""


@dataclass(frozen=True)
class Paragraph:
    """Running text, as in `superlaw.theory.documents.markup`."""

    text: str


@dataclass(frozen=True)
class Equation:
    """A numbered equation in LaTeX, one string a line."""

    id: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table of running text."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Figure:
    """An SVG drawing; formats that cannot hold one leave it out, a table holds its numbers."""

    svg: str
    caption: str


Block = Heading | Paragraph | Equation | Table | Figure


@dataclass(frozen=True)
class Document:
    """A title and what stands below it.

    Parameters
    ----------
    name : str
        Of the derivation.
    title : str
        Heading of the document.
    blocks : tuple of Block
        In order.
    """

    name: str
    title: str
    blocks: tuple[Block, ...]


def compose(graph: Graph, ledger: Ledger, case: tuple[Block, ...] = ()) -> Document:
    """Return a derivation as a document.

    Parameters
    ----------
    graph : Graph
        What to write.
    ledger : Ledger
        The verdicts on its steps.
    case : tuple of Block
        What to add on a reader's own parameters, after the general steps.
    """
    blocks: list[Block] = [Paragraph(graph.summary), Paragraph(_STATUS)]
    for step in graph.steps:
        blocks += _section(step, ledger[step.id])
    blocks += case
    blocks += [Heading("Verification"), _verification(graph, ledger)]
    blocks += [Figure(drawing.svg(graph, ledger), "What follows from what.")]
    blocks += [Heading("Notation"), _notation(graph)]
    if graph.references:
        blocks += [Heading("References")]
        blocks += [Paragraph(REFERENCES[key]) for key in graph.references]
    return Document(graph.name, graph.title, tuple(blocks))


def _section(step: Step, verdict: Verdict) -> Iterator[Block]:
    source = f"{step.rule}, from {', '.join(step.follows)}" if step.follows else step.rule
    yield Heading(f"{step.id}. {step.title}", step.id)
    yield Paragraph(f"*{source}*; **{verdict.status}**")
    yield Equation(step.id, lines(step))
    yield Paragraph(step.note)
    if step.hypotheses:
        holds = ", ".join(f"${latex(hypothesis)}$" for hypothesis in step.hypotheses)
        yield Paragraph(f"Holds for {holds}.")


def _verification(graph: Graph, ledger: Ledger) -> Table:
    rows = tuple(
        (step.id, step.title, step.rule, row.status, str(row.n_points or ""), _deviation(row))
        for step, row in zip(graph.steps, ledger.rows, strict=True)
    )
    return Table(("step", "title", "rule", "status", "points", "deviation"), rows)


def _deviation(row: Verdict) -> str:
    """Return the largest deviation; below the tolerance its digits are rounding errors."""
    if not row.n_points:
        return ""
    small = row.deviation <= EQUAL_TOLERANCE
    return f"below {EQUAL_TOLERANCE:.0e}" if small else f"{row.deviation:.0e}"


def _notation(graph: Graph) -> Table:
    used = {
        symbol.name
        for step in graph.steps
        for side in (step.lhs, step.rhs)
        for symbol in side.free_symbols
    }
    rows = tuple(
        (f"${latex(known.symbol)}$", known.meaning)
        for name, known in NOTATION.items()
        if name in used
    )
    return Table(("symbol", "meaning"), rows)
