"""The graph of a derivation as an SVG drawing: one line a step, an arc from each parent."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from superlaw.theory.proof.derivation import Graph
from superlaw.theory.proof.ledger import Ledger

_ROW, _LEFT, _WIDTH = 20, 130, 520
_FILL = {
    "proved": "currentColor",
    "certified": "none",
    "verified": "none",
    "assumed": "none",
    "failed": "red",
}


@dataclass(frozen=True)
class Node:
    """A step of a drawing.

    Parameters
    ----------
    id, title, status : str
        The status is empty for steps of other derivations.
    parents : tuple of str
    """

    id: str
    title: str
    status: str
    parents: tuple[str, ...]


def nodes(graph: Graph, ledger: Ledger) -> tuple[Node, ...]:
    """Return the steps, those of other derivations first."""
    borrowed = [Node(step.id, step.title, "", ()) for step in graph.borrowed]
    own = [Node(x.id, x.title, ledger[x.id].status, tuple(x.follows)) for x in graph.steps]
    return (*borrowed, *own)


def svg(graph: Graph, ledger: Ledger) -> str:
    """Return the drawing; it takes its colour from the text around it."""
    steps = (*graph.borrowed, *graph.steps)
    place = {step.id: _ROW * (row + 1) for row, step in enumerate(steps)}
    height = _ROW * (len(steps) + 1)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-label="Steps and what they follow from" font-size="12" fill="currentColor">'
    ]
    own = {step.id for step in graph.steps}
    for step in graph.steps:
        parts += [_arc(place[parent], place[step.id]) for parent in step.follows]
    for step in steps:
        fill = _FILL[ledger[step.id].status] if step.id in own else "none"
        faint = "" if step.id in own else ' opacity="0.6"'
        title = escape(_plain(step.title))
        parts.append(
            f'<g{faint}><circle cx="{_LEFT}" cy="{place[step.id]}" r="4" fill="{fill}" '
            f'stroke="currentColor"/><text x="{_LEFT + 12}" y="{place[step.id] + 4}">{step.id}  '
            f"{title}</text></g>"
        )
    return "\n".join([*parts, "</svg>"])


def _arc(start: int, end: int) -> str:
    bulge = _LEFT - min(_LEFT - 6, 10 + (end - start) // 3)
    return (
        f'<path d="M{_LEFT - 4} {start} C{bulge} {start} {bulge} {end} {_LEFT - 4} {end}" '
        f'fill="none" stroke="currentColor" opacity="0.5"/>'
    )


def _plain(title: str) -> str:
    """Return a title without the marks of its formulas."""
    for mark in ("$", "\\", ",", "{", "}"):
        title = title.replace(mark, "")
    return title
