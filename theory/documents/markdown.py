"""Documents as Markdown: as GitHub renders it, and as MyST for Sphinx and Jupyter Book."""

from __future__ import annotations

from collections.abc import Iterator

from superlaw.theory.documents.document import Block, Document, Equation, Heading, Paragraph, Table
from superlaw.theory.documents.markup import STEP


def github(document: Document) -> str:
    """Return a document as Markdown that GitHub renders."""
    parts = [f"# {document.title}", *(part for b in document.blocks for part in _block(b))]
    return "\n\n".join(parts) + "\n"


def myst(document: Document) -> str:
    """Return a document as MyST: steps are targets, and steps named as sources link to them."""
    parts = [f"# {document.title}"]
    for block in document.blocks:
        if isinstance(block, Heading) and block.anchor:
            parts.append(f"({target(block.anchor)})=\n## {block.text}")
        elif isinstance(block, Paragraph) and block.text.startswith("*"):
            parts.append(STEP.sub(lambda found: f"[{found[1]}](#{target(found[1])})", block.text))
        else:
            parts += _block(block)
    return "\n\n".join(parts) + "\n"


def target(step_id: str) -> str:
    """Return the name by which MyST documents link to a step."""
    return f"step-{step_id.lower()}"


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Heading):
        yield f"## {block.text}"
    elif isinstance(block, Paragraph):
        yield block.text
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


def table(block: Table) -> str:
    """Return a table; bars inside cells are escaped."""
    rows = [block.head, ("---",) * len(block.head), *block.rows]
    cells = [[cell.replace("|", r"\|") if cell else "" for cell in row] for row in rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in cells)
