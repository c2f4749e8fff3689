"""Saved results read back, whatever they are, and one page of each that needs nothing else."""

from __future__ import annotations

import html
import os
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

from superlaw import storage
from superlaw.arguments import refuse
from superlaw.figures.web import CSS, embedded, table
from superlaw.results import DrawnResult
from superlaw.solvers.solution import Solution
from superlaw.validation.reports.citations import cite
from superlaw.validation.sweeps.folder import read_sweep
from superlaw.validation.training.ensemble import Ensemble

ROWS = 40
"""Rows of a table that a page shows, evenly chosen."""
_RULE = "a result: a folder of sweep or simulate, or the .npz or .csv of solve or simulate"


def load(path: str | os.PathLike[str]) -> tuple[DrawnResult, dict[str, Any]]:
    """Return the result that a folder or a file holds, and what was asked for.

    Raises
    ------
    ArgumentError
        If there is none, or it is damaged.
    """
    source = storage.named(path)
    manifest = source / storage.RECORD if source.is_dir() else source.with_suffix(".manifest.json")
    try:
        facts = storage.read_json(manifest)
        asked: dict[str, Any] = facts["configuration"]
        reader = _reader(source, facts)
    except storage.DAMAGED as error:
        refuse("path", _RULE, str(path), f"{storage.reason(error)}.")
    return reader(source), asked


def _reader(source: Path, facts: dict[str, Any]) -> Callable[[Path], DrawnResult]:
    """Return what reads a kind of result, known by its manifest."""
    if source.is_dir():
        return read_sweep if "measure" in facts["configuration"] else Ensemble.load
    return Ensemble.load if "seeds" in facts else Solution.load


def page(found: DrawnResult, asked: dict[str, Any], name: str) -> str:
    """Return one HTML page of a result: what was asked for, figure, table, notices, citations."""
    columns = found.columns()
    rows = list(zip(*columns.values(), strict=True))
    every = max(1, -(-len(rows) // ROWS))
    told = [tuple(columns), *(tuple(map(_cell, row)) for row in rows[::-every][::-1])]
    left = f"<p>Every {every}th of {len(rows)} rows.</p>" if every > 1 else ""
    notices = "".join(
        f"<p>{html.escape(str(notice))}</p>" for notice in getattr(found, "warnings", ())
    )
    return _PAGE.format(
        title=html.escape(f"{type(found).__name__} of {name}"),
        style=CSS,
        version=metadata.version("superlaw"),
        asked=table([("asked for", ""), *_flat(asked)]),
        notices=notices,
        figure=embedded(found.picture()),
        table=table(told) + left,
        citations=html.escape(cite(found)),
    )


def _flat(asked: dict[str, Any], head: str = "") -> list[tuple[str, str]]:
    """Return what was asked for as names and values."""
    rows = []
    for key, value in asked.items():
        if isinstance(value, dict):
            rows += _flat(value, f"{head}{key}.")
        elif value not in (None, [], ""):
            text = ", ".join(map(_cell, value)) if isinstance(value, list) else _cell(value)
            rows.append((f"{head}{key}", text))
    return rows


def _cell(value: Any) -> str:
    """Return a value as a page shows it."""
    if value is None or value != value:
        return "–"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>superlaw: {title}</title><style>{style}</style></head>
<body><h1>{title}</h1>
{notices}
<div class="figures">{figure}</div>
{table}
<details><summary>What was asked for</summary>{asked}</details>
<details><summary>What to cite</summary><pre>{citations}</pre></details>
<p>superlaw {version}</p>
</body></html>
"""
