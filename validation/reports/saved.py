"""Saved results read back, whatever they are, and one page of each that needs nothing else."""

from __future__ import annotations

import html
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from superlaw import storage
from superlaw.arguments import refuse
from superlaw.figures.panels import Picture
from superlaw.figures.web import document, embedded, notices, table
from superlaw.results import DrawnResult
from superlaw.solvers.solution import Solution
from superlaw.validation.reports.answers import KINDS, kind_of
from superlaw.validation.reports.citations import cite, entries_of
from superlaw.validation.reports.tables import Table, cell, flat, shown, tables
from superlaw.validation.sweeps.folder import read_sweep
from superlaw.validation.sweeps.table import SweepTable
from superlaw.validation.training.ensemble import Ensemble

_RULE = (
    "a result: a folder of sweep, simulate, validate or geometry, the .npz or .csv of solve or "
    "simulate, or an answer as .json"
)
_NAMES: dict[type, str] = {kind.result: kind.name for kind in KINDS} | {SweepTable: "sweep"}
_ANSWERS = ("report.json", "geometry.json")


@dataclass(frozen=True)
class Saved:
    """A result read back: what there is to show of it.

    Parameters
    ----------
    kind : str
        Name of its class.
    title : str
        What it is, in words.
    picture : Picture or None
    tables : tuple of (str, rows)
    warnings : sequence
        Notices to be shown.
    citations : str
        BibTeX.
    made : mapping
        How it came about, from its manifest; empty where there is none.
    whole : str or None
        The page that was written with it.
    """

    kind: str
    title: str
    picture: Picture | None
    tables: tuple[Table, ...]
    warnings: Sequence[object]
    citations: str
    made: Mapping[str, Any]
    whole: str | None = None


def load(path: str | os.PathLike[str]) -> Saved:
    """Return the result that a folder or a file holds.

    Raises
    ------
    ArgumentError
        If there is none, or it is damaged.
    """
    source = storage.named(path)
    try:
        answer = _answer_file(source)
        if answer is not None:
            return _answer(answer, source)
        manifest = source / storage.RECORD if source.is_dir() else _manifest(source)
        made = storage.read_json(manifest)
        read = _reader(source, made)
    except storage.DAMAGED as error:
        refuse("path", _RULE, str(path), f"{storage.reason(error)}.")
    return _drawn(read(source), source, made)


def _answer_file(source: Path) -> Path | None:
    """Return the file of an answer in JSON, None if the result is kept otherwise."""
    if source.is_dir():
        return next((source / name for name in _ANSWERS if (source / name).exists()), None)
    return source if source.suffix == ".json" else None


def _reader(source: Path, made: Mapping[str, Any]) -> Any:
    """Return what reads a kind of result, known by its manifest."""
    if source.is_dir():
        return read_sweep if "measure" in made["configuration"] else Ensemble.load
    return Ensemble.load if "seeds" in made else Solution.load


def _drawn(found: DrawnResult, source: Path, made: Mapping[str, Any]) -> Saved:
    rows, left = shown(found.columns())
    kind = type(found)
    warnings = getattr(found, "warnings", ())
    title = f"{_NAMES[kind]}: {_name(source)}"
    return Saved(
        kind.__name__, title, found.picture(), ((left, rows),), warnings, cite(found), made
    )


def _answer(file: Path, source: Path) -> Saved:
    """Return an answer in JSON, with the manifest and the page beside it, if there are."""
    data = storage.read_json(file)
    kind = kind_of(data)
    record = file.with_name(storage.RECORD) if file.name in _ANSWERS else _manifest(file)
    made: dict[str, Any] = storage.read_json(record) if record.exists() else {}
    page = file.with_name("index.html")
    has_page = source.is_dir() and page.exists()
    return Saved(
        kind.result.__name__,
        f"{kind.name}: {_name(source)}",
        kind.picture(data),
        tuple(tables({key: value for key, value in data.items() if key != "warnings"})),
        [f"{each['code']}: {each['message']}" for each in data.get("warnings", ())],
        entries_of(kind.result),
        made,
        storage.read_bytes(page).decode("utf-8") if has_page else None,
    )


def page(saved: Saved) -> str:
    """Return one HTML page: what it is, how it was made, figure, tables, what to cite."""
    if saved.whole is not None:
        return saved.whole
    title = f"{saved.title[0].upper()}{saved.title[1:]}"
    figure = "" if saved.picture is None else embedded(saved.picture)
    parts = (
        f"<h1>{html.escape(title)}</h1>",
        notices(saved.warnings),
        '<ul class="made">',
        *(f"<li>{html.escape(line)}</li>" for line in _made(saved.made)),
        "</ul>",
        f'<div class="figures">{figure}</div>',
        *(table(rows, caption) for caption, rows in saved.tables),
        f"<details><summary>What to cite</summary><pre>{html.escape(saved.citations)}</pre>",
        "</details>",
    )
    return document(title, "\n".join(parts))


def _made(made: Mapping[str, Any]) -> Iterator[str]:
    """Yield what was asked for, a line a section, then version and date."""
    asked = made.get("configuration", {})
    alone = {}
    for key, value in asked.items():
        if isinstance(value, Mapping):
            told = ", ".join(f"{name} = {text}" for name, text in flat(value))
            if told:
                yield f"{key}: {told}"
        elif value not in (None, [], ""):
            alone[key] = value
    if alone:
        yield ", ".join(f"{key} = {cell(value)}" for key, value in alone.items())
    version = made.get("packages", {}).get("superlaw")
    if version is None:
        yield "how it was made is not beside it: no manifest"
    else:
        yield ", ".join([f"superlaw {version}", *([made["date"]] if "date" in made else [])])


def _name(source: Path) -> str:
    return source.name or str(source.resolve())


def _manifest(source: Path) -> Path:
    return source.with_suffix(".manifest.json")
