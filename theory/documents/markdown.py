"""Documents as Markdown: as GitHub renders it, and as MyST for Sphinx and Jupyter Book."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

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
from superlaw.theory.documents.markup import linked


def github(document: Document, figures: Iterable[str] = ()) -> str:
    """Return a document as Markdown that GitHub renders: steps are anchors that others link to.

    Parameters
    ----------
    document : Document
    figures : iterable of str
        Files of its figures beside it, in order; they are left out where there is none.
    """
    return _joined(document, iter(figures), lambda name: f'<a id="{name}"></a>\n')


def myst(document: Document, figures: Iterable[str] = ()) -> str:
    """Return a document as MyST: steps are targets of all documents, and link to one another.

    Parameters
    ----------
    document, figures
        As for `github`.
    """
    cited = {target(b.anchor) for b in document.blocks if isinstance(b, Heading) and b.cited}
    return _joined(  # a cited step is the target of its own document
        document, iter(figures), lambda name: "" if name in cited else f"({name})="
    )


def _joined(document: Document, figures: Iterator[str], mark: Callable[[str], str]) -> str:
    """Return a document with marks that links lead to."""
    known, parts = document.steps, [f"# {document.title}"]

    def link(step_id: str) -> str:
        return f"[{step_id}](#{target(step_id)})" if step_id in known else step_id

    def work(key: str) -> str:
        return f"{document.name}-{key}"

    for block in document.blocks:
        if isinstance(block, Heading) and block.anchor:
            parts.append(f"{mark(target(block.anchor))}\n## {block.text}".lstrip())
        elif isinstance(block, Paragraph):
            parts.append(linked(block.text, link))
        elif isinstance(block, Citation):
            keys = ", ".join(f"[{key}](#{work(key)})" for key in block.keys)
            parts.append(f"Ideas are taken from {keys}.")
        elif isinstance(block, Reference):
            parts.append(f"{mark(work(block.key))}\n**{block.key}**: {block.text}")
        elif isinstance(block, Figure):
            file = next(figures, None)
            parts += [] if file is None else [captioned(file, linked(block.caption, link))]
        else:
            parts += _block(block)
    return "\n\n".join(parts) + "\n"


def target(step_id: str) -> str:
    """Return the name by which MyST documents link to a step."""
    return f"step-{step_id.lower()}"


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Heading):
        yield f"## {block.text}"
    elif isinstance(block, Equation):
        yield f"$$\n{_aligned(block.lines)} \\tag{{{block.id}}}\n$$"
    elif isinstance(block, Table):
        yield table(block)


def _aligned(lines: tuple[str, ...]) -> str:
    if len(lines) == 1:
        return lines[0]
    rows = " \\\\\n&\\quad ".join(lines)
    return f"\\begin{{aligned}}\n&{rows}\n\\end{{aligned}}"


def captioned(file: str, caption: str) -> str:
    """Return a figure that lies in a file beside the document, with its caption below it."""
    return f"![{caption}]({file})\n\n*{caption}*"


def measured_on(provenance: Mapping[str, Any]) -> str:
    """Return when, with which version and by which command numbers were measured, unended."""
    return (
        f"Measured on {provenance['date']} with superlaw {provenance['version']}, "
        f"`{provenance['command']}`"
    )


def table(block: Table) -> str:
    """Return a table; bars inside cells are escaped."""
    rows = [block.head, ("---",) * len(block.head), *block.rows]
    cells = [[cell.replace("|", r"\|") if cell else "" for cell in row] for row in rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in cells)
