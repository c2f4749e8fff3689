"""Documents as HTML: one page that works offline, and a fragment for notebooks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from latex2mathml.converter import convert

from superlaw.theory.documents.document import (
    Block,
    Citation,
    Document,
    Equation,
    Figure,
    Heading,
    Paragraph,
    Reference,
)
from superlaw.theory.documents.markup import STEP, translated

_STYLE = """
:root { color-scheme: light dark; }
body { margin: 0 auto; padding: 1rem; max-width: 50rem; line-height: 1.5;
  font-family: Georgia, "Times New Roman", serif; color: #1a1a1a; background: #fdfdfc; }
h1 { line-height: 1.2; } h2 { font-size: 1.1rem; margin: 2rem 0 0.3rem; }
p { margin: 0.4rem 0; overflow-wrap: anywhere; }
math { font-family: "Latin Modern Math", "STIX Two Math", "Cambria Math", math; }
p math, td math { display: inline-block; max-width: 100%; overflow-x: auto; overflow-y: hidden;
  vertical-align: middle; }
.equation { display: flex; align-items: center; gap: 1rem; margin: 0.6rem 0; }
.formula { flex: 1; min-width: 0; overflow-x: auto; padding: 0.3rem 0; }
a { color: inherit; }
.formula math { display: block; margin: 0.2rem 0; }
.scroll, figure { overflow-x: auto; margin: 0.8rem 0; }
figure svg { max-width: 100%; height: auto; }
table { border-collapse: collapse; font-size: 0.9rem; }
th, td { text-align: left; padding: 0.2rem 0.7rem 0.2rem 0; border-bottom: 1px solid #8884;
  vertical-align: top; }
@media (prefers-color-scheme: dark) { body { color: #e6e4df; background: #16181b; } }
@media print { body { max-width: none; color: black; background: white; }
  section, tr, figure { break-inside: avoid; } .formula, .scroll { overflow: visible; } }
"""
_TAG = re.compile(r"\\tag\{(\w+)\}")
_ALIGNED = re.compile(r"\\begin\{aligned\}(.*)\\end\{aligned\}", re.S)
_FUNCTION = re.compile(r"(<m[io]>(?:log|sin|exp)</m[io]>)(?=<m[in]>)")
_MARKED = {
    "math": lambda formula: mathml(formula),
    "code": lambda words: f"<code>{escape(words)}</code>",
    "strong": lambda words: f"<strong>{escape(words)}</strong>",
    "em": lambda words: f"<em>{escape(words)}</em>",
}


def page(document: Document) -> str:
    """Return a document as one HTML page that loads nothing: formulas are MathML, figures SVG."""
    title = translated(document.title, str, {kind: str for kind in _MARKED})
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"{fragment(document)}\n</body>\n</html>\n"
    )


def fragment(document: Document) -> str:
    """Return the body of a document, without a style of its own."""
    parts = [f"<h1>{prose(document.title)}</h1>"]
    own = {block.anchor for block in document.blocks if isinstance(block, Heading)}
    inside = False
    for block in document.blocks:
        if isinstance(block, Heading):
            anchor = f' id="{block.anchor}"' if block.anchor else ""
            parts.append(f"{'</section>' if inside else ''}<section{anchor}>")
            inside = True
        parts += _block(block)
        if isinstance(block, Paragraph) and "<math" not in parts[-1]:
            parts[-1] = STEP.sub(lambda found: _link(found[1], own), parts[-1])
    return "\n".join([*parts, "</section>" if inside else ""])


def _link(step_id: str, own: set[str]) -> str:
    return f'<a href="#{step_id}">{step_id}</a>' if step_id in own else step_id


def prose(text: str) -> str:
    """Return running text in HTML."""
    return translated(text, escape, _MARKED)


def mathml(formula: str, display: str = "inline") -> str:
    """Return a formula in static MathML, with the space that functions need before a letter."""
    return _FUNCTION.sub(r'\1<mspace width="0.17em" />', str(convert(formula, display=display)))


def numbered(formula: str, display: str) -> str:
    """Return a formula as it stands in Markdown, its number and its lines included."""
    number = _TAG.search(formula)
    body = _TAG.sub("", formula)
    aligned = _ALIGNED.search(body)
    lines = aligned[1].split(r"\\") if aligned else [body]
    rows = [row.strip().removeprefix("&").removeprefix(r"\quad") for row in lines]
    written = "".join(mathml(row, display) for row in rows)
    return written + (f"<span>({number[1]})</span>" if number else "")


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Heading):
        yield f"<h2>{prose(block.text)}</h2>"
    elif isinstance(block, Paragraph):
        yield f"<p>{prose(block.text)}</p>"
    elif isinstance(block, Equation):
        formulas = "".join(mathml(line, "block") for line in block.lines)
        yield f'<div class="equation"><div class="formula">{formulas}</div>({block.id})</div>'
    elif isinstance(block, Citation):
        keys = ", ".join(f'<a href="#{key}">{key}</a>' for key in block.keys)
        yield f"<p>Ideas are taken from {keys}.</p>"
    elif isinstance(block, Reference):
        yield f'<p id="{block.key}"><strong>{block.key}</strong>: {prose(block.text)}</p>'
    elif isinstance(block, Figure):
        yield f"<figure>{block.svg}<figcaption>{prose(block.caption)}</figcaption></figure>"
    else:
        yield '<div class="scroll"><table>'
        yield _row("th", block.head)
        yield from (_row("td", row) for row in block.rows)
        yield "</table></div>"


def _row(tag: str, cells: tuple[str, ...]) -> str:
    return "<tr>" + "".join(f"<{tag}>{prose(cell)}</{tag}>" for cell in cells) + "</tr>"
