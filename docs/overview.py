"""All derivations as one SVG drawing: a column each, every step a link to its equation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from superlaw.theory.documents.markdown import captioned, target
from superlaw.theory.proof.derivation import Graph, Step
from superlaw.theory.proof.ledger import Ledger

Place = tuple[int, int]
_COLUMN, _ROW, _TOP, _LEFT = 100, 24, 64, 44
_CURVE = 26
_MARKS = {
    "proved": '<circle cx="{x}" cy="{y}" r="5" fill="currentColor"/>',
    "certified": '<circle cx="{x}" cy="{y}" r="5" fill="none"/>'
    '<circle cx="{x}" cy="{y}" r="2" fill="currentColor"/>',
    "verified": '<circle cx="{x}" cy="{y}" r="5" fill="none"/>',
    "assumed": '<rect x="{left}" y="{top}" width="10" height="10" fill="none"/>',
    "failed": '<circle cx="{x}" cy="{y}" r="5" fill="red"/>',
}
"""By status, told apart without colours."""
_STYLE = """\
<style>
svg { color: #1a1a1a; background: #fff; font: 12px sans-serif; }
path { fill: none; stroke: currentColor; opacity: .35; } .across { stroke: #0072b2; }
circle, rect { stroke: currentColor; stroke-width: 1.2; } text { fill: currentColor; }
.name { font-weight: bold; } a:hover text { text-decoration: underline; }
@media (prefers-color-scheme: dark) {
  svg { color: #e8e8e8; background: #16181c; } .across { stroke: #56b4e9; }
}
</style>"""


def overview(columns: Sequence[tuple[Graph, Ledger]], folder: str) -> str:
    """Return the drawing of derivations and of the verdicts on their steps.

    Parameters
    ----------
    columns : sequence of (Graph, Ledger)
        From left to right: what others build on first.
    folder : str
        Where the pages of derivations are, seen from the drawing.
    """
    place = {
        step.id: (_LEFT + _COLUMN * k, _TOP + _ROW * row)
        for k, (graph, _) in enumerate(columns)
        for row, step in enumerate(graph.steps)
    }
    rows = max(len(graph.steps) for graph, _ in columns)
    width, height = _COLUMN * len(columns) + 16, _TOP + _ROW * (rows + 1)
    arrows = [
        _arrow(place[parent], place[step.id])
        for graph, _ in columns
        for step in graph.steps
        for parent in step.follows
    ]
    steps = [part for column in columns for part in _column(*column, place, folder)]
    statuses = {verdict.status for _, ledger in columns for verdict in ledger.rows}
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}">\n<title>Steps of all derivations, and what follows from '
        f"what</title>"
    )
    return "\n".join([head, _STYLE, *arrows, *_legend(statuses), *steps, "</svg>"]) + "\n"


def _arrow(parent: Place, child: Place) -> str:
    """Return the line from a step to one that follows from it, of another column in colour."""
    (x0, y0), (x1, y1) = parent, child
    if x0 == x1:
        bulge = x0 - min(_CURVE + 10, 8 + abs(y1 - y0) // 5)
        return f'<path d="M{x0 - 6} {y0}C{bulge} {y0} {bulge} {y1} {x1 - 6} {y1}"/>'
    start, end = (x0 + _CURVE + 6, x1 - 8) if x0 < x1 else (x0 - 6, x1 + _CURVE + 6)
    middle = (start + end) // 2
    return f'<path class="across" d="M{start} {y0}C{middle} {y0} {middle} {y1} {end} {y1}"/>'


def _column(graph: Graph, ledger: Ledger, place: dict[str, Place], folder: str) -> Iterator[str]:
    """Yield the name of a derivation and its steps."""
    page = f"{folder}/{graph.name}.html"
    x, _ = place[graph.steps[0].id]
    yield (
        f'<a href="{page}"><title>{escape(_plain(graph.title))}</title>'
        f'<text class="name" x="{x - 10}" y="{_TOP - 18}">{escape(graph.name)}</text></a>'
    )
    for step in graph.steps:
        yield _step(step, ledger[step.id].status, place[step.id], page)


def _step(step: Step, status: str, at: Place, page: str) -> str:
    """Return a step as a link to its equation; its title shows when it is pointed at."""
    x, y = at
    told = escape(f"{step.id}. {_plain(step.title)} ({step.rule}, {status})")
    return (
        f'<a href="{page}#{target(step.id)}"><title>{told}</title>{_mark(status, x, y)}'
        f'<text x="{x + 9}" y="{y + 4}">{step.id}</text></a>'
    )


def _plain(title: str) -> str:
    """Return a title without the marks of its formulas."""
    return title.translate(str.maketrans("", "", "$\\,{}"))


def _mark(status: str, x: int, y: int) -> str:
    return _MARKS[status].format(x=x, y=y, left=x - 5, top=y - 5)


def _legend(statuses: set[str]) -> Iterator[str]:
    """Yield what the marks and lines mean."""
    for k, status in enumerate(status for status in _MARKS if status in statuses):
        x = _LEFT + _COLUMN * k
        yield f'{_mark(status, x, 18)}<text x="{x + 9}" y="22">{status}</text>'
    x = _LEFT + _COLUMN * len(statuses)
    yield (
        f'<path class="across" d="M{x - 6} 18h40"/><text x="{x + 40}" y="22">follows from another '
        f"derivation</text>"
    )


_PAGE = """# How the derivations hang together

{figure}

<a href="{file}">Open the drawing alone</a>, where each step leads to its equation and tells its
title."""
_CAPTION = (
    "A column is a derivation, a mark a step, by its status; grey lines lead to what follows in "
    "the same derivation, blue ones to another."
)


def page(columns: Sequence[tuple[Graph, Ledger]]) -> Iterator[tuple[str, str]]:
    """Yield the drawing and its page, by their names."""
    file = "derivations.svg"
    yield file, overview(columns, "derivations")
    yield "graph.md", _PAGE.format(figure=captioned(file, _CAPTION), file=file) + "\n"
