"""Tables of plain data of any depth: what is said once, columns, and lists of rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

ROWS = 40
"""Rows of a table that a page shows, evenly chosen."""
_SHORT, _COLUMNS = 6, 3
"""Numbers that still stand in one cell, and lists of one length that make a table all the same."""

Table = tuple[str, list[Sequence[str]]]
"""A caption and rows; the first row names the columns."""


def tables(data: Mapping[str, Any], head: str = "") -> Iterator[Table]:
    """Yield what is said once, then each list of rows with what is in it, then the columns."""
    lengths = Counter(len(value) for value in data.values() if isinstance(value, list))
    tall = {n for n, k in lengths.items() if n > _SHORT or (n > 1 and k >= _COLUMNS)}
    nested = {k: v for k, v in data.items() if _are_rows(v)}
    columns = {
        k: v for k, v in data.items() if k not in nested and isinstance(v, list) and len(v) in tall
    }
    once = flat({k: v for k, v in data.items() if k not in nested and k not in columns})
    if once:
        yield head, [("", ""), *once]
    for key, value in nested.items():
        yield from _rows(f"{head}: {key}" if head else key, value)
    for n in sorted(tall):
        alike = {key: value for key, value in columns.items() if len(value) == n}
        if alike:
            yield _captioned(head, *shown(alike))


def shown(columns: Mapping[str, Sequence[Any]]) -> tuple[list[Sequence[str]], str]:
    """Return columns as rows of a table, and what was left out, in words."""
    rows = list(zip(*columns.values(), strict=True))
    every = max(1, -(-len(rows) // ROWS))
    left = f"every {every}th of {len(rows)} rows" if every > 1 else ""
    return [tuple(columns), *(tuple(map(cell, row)) for row in rows[::-every][::-1])], left


def flat(data: Mapping[str, Any], head: str = "") -> list[tuple[str, str]]:
    """Return names and values, those inside others with dots; what is empty is left out."""
    rows = []
    for key, value in data.items():
        if isinstance(value, Mapping):
            rows += flat(value, f"{head}{key}.")
        elif value not in (None, [], "", ()):
            rows.append((f"{head}{key}", cell(value)))
    return rows


def cell(value: Any) -> str:
    """Return a value as a page shows it."""
    if value is None or value != value:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {cell(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(cell, value)) if len(value) <= _SHORT else f"{len(value)} values"
    return f"{value:.5g}" if isinstance(value, float) else str(value)


def _are_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _captioned(head: str, rows: list[Sequence[str]], left: str) -> Table:
    return ", ".join(part for part in (head, left) if part), rows


def _rows(head: str, rows: list[dict[str, Any]]) -> Iterator[Table]:
    """Yield a list of rows, turned where that is narrower; then, for each, the rows in it."""
    names = [n for n in dict.fromkeys(n for row in rows for n in row) if not _inside(rows, n)]
    chosen, left = shown({name: [row.get(name) for row in rows] for name in names})
    if len(names) > max(_SHORT, len(chosen) - 1):
        chosen = list(zip(*chosen, strict=True))
    yield _captioned(head, chosen, left)
    for k, row in enumerate(rows):
        for key, value in row.items():
            if _are_rows(value):
                yield from _rows(f"{row.get('name', k)}: {key}", value)


def _inside(rows: list[dict[str, Any]], name: str) -> bool:
    """Return whether a column holds lists of rows, or long lists."""
    lists = [row[name] for row in rows if isinstance(row.get(name), list)]
    return any(len(v) > _SHORT or _are_rows(v) for v in lists)
