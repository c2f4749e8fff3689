"""Documents as LaTeX articles that need amsmath and nothing unusual."""

from __future__ import annotations

from collections.abc import Iterator

from superlaw.theory.documents.document import Block, Document, Equation, Heading, Paragraph, Table
from superlaw.theory.documents.markup import translated

_PREAMBLE = r"""\documentclass[10pt]{article}
\usepackage[T1]{fontenc}
\usepackage[a4paper, margin=25mm]{geometry}
\usepackage{amsmath, amssymb, booktabs, longtable}
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


def article(document: Document) -> str:
    """Return a document as a LaTeX article; equations carry the ids of their steps as labels."""
    parts = [_PREAMBLE + rf"\title{{{prose(document.title)}}}", r"\author{}", r"\date{}"]
    parts += [r"\begin{document}", r"\maketitle"]
    parts += [part for block in document.blocks for part in _block(block)]
    return "\n".join([*parts, r"\end{document}"]) + "\n"


def plain(words: str) -> str:
    """Return words in which LaTeX sees no commands."""
    return "".join(_SPECIAL.get(sign, sign) for sign in words)


def prose(text: str) -> str:
    """Return running text in LaTeX."""
    return translated(text, plain, _MARKED)


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Heading):
        yield rf"\subsection*{{{prose(block.text)}}}"
    elif isinstance(block, Paragraph):
        yield prose(block.text) + "\n"
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
