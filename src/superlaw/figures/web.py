"""Style and figures of pages that need nothing else: for a phone, for paper, light and dark."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from superlaw.figures.drawing import svg
from superlaw.figures.panels import Maps, Picture, Row

CSS = """
:root { color-scheme: light dark; --ink: #1a1a1a; --paper: #fff; --line: #ccc;
        --good: #00734d; --bad: #c40000; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8e8e8; --paper: #16181c; --line: #444; --good: #4cd9a4; --bad: #ff7b72; }
  figure svg { filter: invert(.91) hue-rotate(180deg); }
}
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
       max-width: 72rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: break-word; }
a { color: inherit; }
table { border-collapse: collapse; margin: 1rem 0; display: block; overflow-x: auto; }
td, th { border-bottom: 1px solid var(--line); padding: .25rem .6rem; text-align: left;
         vertical-align: top; font-variant-numeric: tabular-nums; }
.PASS { color: var(--good); font-weight: 600; } .FAIL { color: var(--bad); font-weight: 700; }
.planted { border: 2px solid var(--bad); padding: .5rem 1rem; font-weight: 600; }
.figures { display: flex; flex-wrap: wrap; gap: 1rem; }
figure { margin: 0; flex: 1 1 min(24rem, 100%); max-width: 34rem; }
figure.wide { max-width: 60rem; }
svg { width: 100%; height: auto; background: #fff; }
summary { cursor: pointer; }
details td:first-child { min-width: 7rem; }
@media (max-width: 40rem) { td, th { padding: .25rem .3rem; } .claims { font-size: 14px; } }
"""


def embedded(picture: Picture) -> str:
    """Return a picture as a figure of a page."""
    wide = ' class="wide"' if isinstance(picture, Row | Maps) else ""
    return f'<figure{wide} aria-label="{html.escape(picture.title)}">{svg(picture)}</figure>\n'


def table(rows: Iterable[Sequence[str]]) -> str:
    """Return rows as a table; the first one names the columns."""
    head, *others = ["".join(f"<td>{html.escape(cell)}</td>" for cell in row) for row in rows]
    body = "".join(f"<tr>{row}</tr>\n" for row in others)
    names = head.replace("td>", "th>")
    return f"<table><thead><tr>{names}</tr></thead><tbody>{body}</tbody></table>"


def in_notebook(
    rows: Iterable[Sequence[str]], picture: Picture | None, lines: Sequence[str]
) -> str:
    """Return a table, a small figure and further lines for the output of a notebook."""
    drawn = "" if picture is None else f'<div style="max-width:30rem">{svg(picture)}</div>'
    told = "".join(f"<p>{html.escape(line)}</p>" for line in lines)
    return f"<div>{table(rows)}{drawn}{told}</div>"
