"""Derivations as documents: blocks that each format writes in its own way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from superlaw.theory.documents import drawing
from superlaw.theory.documents.equations import latex, lines
from superlaw.theory.documents.markup import STEP
from superlaw.theory.proof.derivation import Graph, Step
from superlaw.theory.proof.ledger import Ledger, Verdict
from superlaw.theory.proof.verification import EQUAL_TOLERANCE
from superlaw.theory.references import REFERENCES
from superlaw.theory.symbols import NOTATION

if TYPE_CHECKING:
    from superlaw.figures.panels import Picture

_STATUS = (
    "Status of a step: **proved** symbolically and checked numerically to 30 digits; **verified** "
    "numerically, at random points, along a limit or on random matrices; **assumed**: taken as "
    "given (a definition, a modelling assumption or a closure)."
)


@dataclass(frozen=True)
class Heading:
    """A heading; `anchor` is the step it belongs to, if any, of another derivation if `cited`."""

    text: str
    anchor: str = ""
    cited: bool = False


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
    """A figure.

    Parameters
    ----------
    svg : str
        For formats that hold a drawing, or have it in a file beside them.
    caption : str
    picture : Picture, optional
        Curves that other kinds of files are drawn from.
    nodes : tuple of Node
        Steps and what they follow from, where they are what is drawn.
    """

    svg: str
    caption: str
    picture: Picture | None = None
    nodes: tuple[drawing.Node, ...] = ()

    @property
    def alone(self) -> str:
        """The drawing for a file of its own, where no text around it gives it a colour."""
        return self.svg.replace("<svg ", '<svg color="#808080" ', 1) + "\n"


@dataclass(frozen=True)
class Citation:
    """The works that a derivation takes ideas from, named where it begins."""

    keys: tuple[str, ...]


@dataclass(frozen=True)
class Reference:
    """A work, with its authors."""

    key: str
    text: str


Block = Heading | Paragraph | Equation | Table | Figure | Citation | Reference


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

    @property
    def steps(self) -> frozenset[str]:
        """Ids of all steps that stand in it, those of other derivations included."""
        return frozenset(block.id for block in self.blocks if isinstance(block, Equation))

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Its figures, in order."""
        return tuple(block for block in self.blocks if isinstance(block, Figure))


def compose(
    graph: Graph,
    ledger: Ledger,
    case: tuple[Block, ...] = (),
    elsewhere: Callable[[str], Step | None] = lambda step_id: None,
) -> Document:
    """Return a derivation as a document.

    Parameters
    ----------
    graph : Graph
        What to write.
    ledger : Ledger
        The verdicts on its steps.
    case : tuple of Block
        What to add on a reader's own parameters, after the general steps.
    elsewhere : callable
        Returns a step of another derivation by its id, None if there is none: text may cite it.
    """
    blocks: list[Block] = [Paragraph(graph.summary), Paragraph(_STATUS)]
    if graph.references:
        blocks.append(Citation(tuple(graph.references)))
    for step in graph.steps:
        blocks += _section(step, ledger[step.id])
    blocks += case
    blocks += [Heading("Verification"), _verification(graph, ledger)]
    drawn = drawing.svg(graph, ledger), "What follows from what."
    blocks += [Figure(*drawn, nodes=drawing.nodes(graph, ledger))]
    blocks += _cited(graph, blocks, elsewhere)
    blocks += [Heading("Notation"), _notation(graph)]
    if graph.references:
        blocks += [Heading("References")]
        blocks += [Reference(key, REFERENCES[key]) for key in graph.references]
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


def _cited(
    graph: Graph, blocks: list[Block], elsewhere: Callable[[str], Step | None]
) -> Iterator[Block]:
    """Yield the steps of other derivations that are built on, or named in the text."""
    own = {step.id for step in graph.steps}
    cited = {step.id: step for step in graph.borrowed}
    texts = (block.text for block in blocks if isinstance(block, Paragraph))
    named = {found: None for text in texts for found in STEP.findall(text)}
    for step_id in named.keys() - cited.keys() - own:
        step = elsewhere(step_id)
        if step is not None:
            cited[step_id] = step
    if cited:
        yield Heading("Cited steps of other derivations")
    for step_id in sorted(cited, key=lambda each: (each[0], int(each[1:]))):
        yield Heading(f"{step_id}. {cited[step_id].title}", step_id, cited=True)
        yield Equation(step_id, lines(cited[step_id]))


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
