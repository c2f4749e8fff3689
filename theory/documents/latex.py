"""Documents as LaTeX articles that need amsmath and nothing unusual."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from superlaw.theory.documents.document import (
    Block,
    Citation,
    Document,
    Equation,
    Figure,
    Heading,
    Paragraph,
    Reference,
    Table,
)
from superlaw.theory.documents.drawing import Node
from superlaw.theory.documents.markup import STEP, translated

_PREAMBLE = r"""\documentclass[10pt]{article}
\usepackage[T1]{fontenc}
\usepackage[a4paper, margin=25mm]{geometry}
\usepackage{amsmath, amssymb, booktabs, longtable, graphicx}
\setlength{\parindent}{0pt}
\setlength{\parskip}{4pt plus 1pt}
\setlength{\emergencystretch}{4em}
\raggedbottom
"""
_SPECIAL = {
    "\\": r"\textbackslash{}",
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
_MARKED = {
    "math": lambda formula: f"${formula}$",
    "code": lambda words: rf"\texttt{{{plain(words)}}}",
    "strong": lambda words: rf"\textbf{{{plain(words)}}}",
    "em": lambda words: rf"\emph{{{plain(words)}}}",
}
_WIDE_COLUMN = "p{0.4\\textwidth}"


_ROW, _LEFT, _RADIUS = 14, 110, 5
"""Of the drawing of steps, in points."""


def article(document: Document, figures: Iterable[str] = ()) -> str:
    """Return a document as a LaTeX article; equations carry the ids of their steps as labels.

    Parameters
    ----------
    document : Document
    figures : iterable of str
        Files of those of its figures that are curves, in order; left out where there is none.
    """
    files, known = iter(figures), document.steps
    works = [block for block in document.blocks if isinstance(block, Reference)]
    parts = [_PREAMBLE + rf"\title{{{prose(document.title)}}}", r"\author{}", r"\date{}"]
    parts += [r"\begin{document}", r"\maketitle"]
    parts += [part for block in document.blocks for part in _block(block, files, known)]
    if works:
        told = [rf"\bibitem{{{work.key}}} {prose(work.text)}" for work in works]
        parts += [rf"\begin{{thebibliography}}{{{len(works)}}}", *told, r"\end{thebibliography}"]
    return "\n".join([*parts, r"\end{document}"]) + "\n"


def plain(words: str) -> str:
    """Return words in which LaTeX sees no commands."""
    return "".join(_SPECIAL.get(sign, sign) for sign in words)


def prose(text: str) -> str:
    """Return running text in LaTeX."""
    return translated(text, plain, _MARKED)


def _referring(text: str, known: frozenset[str]) -> str:
    """Return running text in which the ids of known steps refer to their equations."""

    def words(each: str) -> str:
        return STEP.sub(lambda found: _reference(found[1], known), plain(each))

    emphasis = {"em": lambda each: rf"\emph{{{words(each)}}}"}
    return translated(text, words, _MARKED | emphasis)


def _reference(step_id: str, known: frozenset[str]) -> str:
    return rf"\ref{{{step_id}}}" if step_id in known else step_id


def _block(block: Block, files: Iterator[str], known: frozenset[str]) -> Iterator[str]:
    if isinstance(block, Heading):
        if block.text != "References":  # the list of works has a heading of its own
            yield rf"\subsection*{{{prose(block.text)}}}"
    elif isinstance(block, Paragraph):
        yield _referring(block.text, known) + "\n"
    elif isinstance(block, Citation):
        yield rf"Ideas are taken from \cite{{{','.join(block.keys)}}}." + "\n"
    elif isinstance(block, Figure):
        yield from _figure(block, files)
    elif isinstance(block, Equation):
        yield rf"\begin{{equation}}\tag{{{block.id}}}\label{{{block.id}}}"
        yield _body(block.lines)
        yield r"\end{equation}"
    elif isinstance(block, Table):
        yield from _table(block)


def _body(lines: tuple[str, ...]) -> str:
    if len(lines) == 1:
        return lines[0]
    rows = " \\\\\n&\\quad ".join(lines)
    return f"\\begin{{split}}\n&{rows}\n\\end{{split}}"


def _table(block: Table) -> Iterator[str]:
    """Write a table that may run over pages; columns with long cells break their lines."""
    widest = [max(len(cell) for cell in column) for column in zip(*block.rows, strict=True)]
    columns = "".join(_WIDE_COLUMN if width > 24 else "l" for width in widest)
    yield rf"\begin{{longtable}}{{{columns}}}"
    yield r"\toprule"
    yield " & ".join(map(prose, block.head)) + r" \\"
    yield r"\midrule"
    yield r"\endhead"
    for row in block.rows:
        yield " & ".join(map(prose, row)) + r" \\"
    yield r"\bottomrule"
    yield r"\end{longtable}"


def _figure(block: Figure, files: Iterator[str]) -> Iterator[str]:
    """Write a figure where it stands: steps as a drawing of LaTeX's own, curves from a file."""
    file = None if block.nodes else next(files, None)
    if not block.nodes and file is None:
        return
    yield r"\begin{center}"
    if block.nodes:
        yield from _drawing(block.nodes)
    else:
        yield rf"\includegraphics[width=0.8\linewidth]{{{file}}}"
    yield rf"\par\smallskip\emph{{{prose(block.caption)}}}"
    yield r"\end{center}"


def _drawing(nodes: tuple[Node, ...]) -> Iterator[str]:
    """Write a line for each step, filled where it is proved, and an arc from each parent."""
    height = {node.id: _ROW * (len(nodes) - row) for row, node in enumerate(nodes)}
    yield r"\setlength{\unitlength}{1pt}"
    yield rf"\begin{{picture}}(420,{_ROW * (len(nodes) + 1)})"
    for node in nodes:
        y = height[node.id]
        circle = r"\circle*" if node.status == "proved" else r"\circle"
        yield rf"\put({_LEFT},{y}){{{circle}{{{_RADIUS}}}}}"
        label = rf"\footnotesize {node.id}\ \ {prose(node.title)}"
        yield rf"\put({_LEFT + 10},{y - 3}){{{label}}}"
        for parent in node.parents:
            start, edge = height[parent], _LEFT - _RADIUS
            bulge = max(2, edge - (start - y) // 3)
            yield rf"\qbezier({edge},{start})({bulge},{(start + y) // 2})({edge},{y})"
    yield r"\end{picture}"
