"""Style and figures of pages that need nothing else: for a phone, for paper, light and dark."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from superlaw.figures.drawing import svg
from superlaw.figures.panels import Maps, Picture, Row, Sheet

_LINE = 40
"""Letters of a cell that still stand in one line."""
_CSS = """
:root { color-scheme: light dark; --ink: #1a1a1a; --paper: #fff; --line: #ccc; --soft: #555;
        --good: #00734d; --bad: #c40000; }
@media screen and (prefers-color-scheme: dark) {
  :root { --ink: #e8e8e8; --paper: #16181c; --line: #444; --soft: #aaa;
          --good: #4cd9a4; --bad: #ff7b72; }
  figure svg { filter: invert(.91) hue-rotate(180deg); }
}
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
       max-width: 72rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: break-word; }
h1 { line-height: 1.2; } h2 { margin-top: 2rem; }
a { color: inherit; }
table { border-collapse: collapse; margin: 1rem 0; display: block; overflow-x: auto; }
caption { text-align: left; font-weight: 600; }
td, th { border-bottom: 1px solid var(--line); padding: .25rem .6rem; text-align: left;
         vertical-align: top; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
.long { min-width: 15rem; }
.PASS { color: var(--good); font-weight: 600; } .FAIL { color: var(--bad); font-weight: 700; }
.planted { border: 2px solid var(--bad); padding: .5rem 1rem; font-weight: 600; }
.notice { border-left: 4px solid var(--line); padding-left: .75rem; }
.made { color: var(--soft); font-size: 14px; list-style: none; padding: 0; }
.figures { display: flex; flex-wrap: wrap; gap: 1rem; }
figure { margin: 0; flex: 1 1 min(24rem, 100%); max-width: 34rem; overflow-x: auto; }
figure.wide { max-width: 60rem; flex-basis: 100%; }
svg { width: 100%; height: auto; background: #fff; }
pre { overflow-x: auto; font-size: 13px; }
summary { cursor: pointer; }
@media (max-width: 40rem) {
  body { margin: 1rem auto; } h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; }
  table { font-size: 14px; } td, th { padding: .25rem .3rem; }
  figure.wide svg { width: 44rem; }
}
@media print {
  body { font-size: 10pt; margin: 0; max-width: none; } table { display: table; font-size: 7pt; }
  td, th { padding: .1rem .25rem; } th { overflow-wrap: anywhere; }
  details::details-content { content-visibility: visible; display: block; }
  figure, tr { break-inside: avoid; } h2 { break-after: avoid; } pre { white-space: pre-wrap; }
}
"""
"""Light and dark, on a phone and on paper, where what is folded is printed too."""


def document(title: str, body: str) -> str:
    """Return a whole page of a body that is HTML already."""
    return _DOCUMENT.format(title=html.escape(title), style=_CSS, body=body)


def notices(lines: Iterable[object]) -> str:
    """Return notices as paragraphs that stand out."""
    return "".join(f'<p class="notice">{html.escape(str(line))}</p>' for line in lines)


def embedded(picture: Picture) -> str:
    """Return a picture as a figure of a page."""
    wide = ' class="wide"' if isinstance(picture, Row | Maps | Sheet) else ""
    return f'<figure{wide} aria-label="{html.escape(picture.title)}">{svg(picture)}</figure>\n'


def table(rows: Iterable[Sequence[str]], caption: str = "") -> str:
    """Return rows as a table; the first one names the columns."""
    names, *others = rows
    told = f"<caption>{html.escape(caption)}</caption>" if caption else ""
    head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
    top = f"<thead><tr>{head}</tr></thead>" if any(names) else ""
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>\n" for row in others)
    return f"<table>{told}{top}<tbody>{body}</tbody></table>"


def _cell(text: str) -> str:
    wide = ' class="long"' if len(text) > _LINE else ""
    return f"<td{wide}>{html.escape(text)}</td>"


def in_notebook(
    rows: Iterable[Sequence[str]], picture: Picture | None, lines: Sequence[str]
) -> str:
    """Return a table, a small figure and further lines for the output of a notebook."""
    drawn = "" if picture is None else f'<div style="max-width:30rem">{svg(picture)}</div>'
    told = "".join(f"<p>{html.escape(line)}</p>" for line in lines)
    return f"<div>{table(rows)}{drawn}{told}</div>"


_DOCUMENT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>superlaw: {title}</title><style>{style}</style></head>
<body>
{body}
</body></html>
"""
