"""Loss curves as loggers write them: CSV with any names of columns, JSON lines, several files.

Weights & Biases exports have a column "Step" and one a run, "name - train/loss", beside its
"__MIN" and "__MAX"; TensorBoard exports have "Wall time", "Step" and "Value".
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from superlaw import storage
from superlaw.arguments import refuse
from superlaw.curves import Array, read_columns, seed_number

TIMES = ("times", "time", "t", "step", "steps", "_step", "global_step", "iteration", "iter")
"""Columns that are taken for the time, whatever their capitals; the first that is there."""
_EXTREMES = ("__min", "__max")
_LINES = (".jsonl", ".ndjson")
_REMEDY = "Give CSV with a header, JSON lines (.jsonl), or .npz."


def read_logs(
    paths: Sequence[str | os.PathLike[str]], *, time: str | None = None, loss: str | None = None
) -> tuple[Array, Array]:
    """Return the times and losses of one file or of several, one a seed or several seeds each.

    Rows that lack the time or a loss (another metric was logged) are left out.

    Parameters
    ----------
    paths : sequence of path
        .csv with a header, .jsonl or .ndjson, .npz.
    time, loss : str, optional
        Names of columns; several losses with commas between them, one a seed. If left out, what
        loggers call them: `TIMES`; loss, loss_0 …, names that end in "loss", or "Value".

    Returns
    -------
    times : ndarray
        Shape (n_times,).
    loss : ndarray
        Shape (n_seeds, n_times).

    Raises
    ------
    ArgumentError
        If a file cannot be read, lacks these columns, or has other times than the first; or if a
        seed is there twice.
    """
    if not paths:
        refuse("curve", "given", [], _REMEDY)
    curves = [_curve(path, time, loss) for path in paths]
    times = curves[0][0]
    for path, (other, _) in zip(paths, curves, strict=True):
        if not np.array_equal(other, times):
            remedy = "Fit the files one by one, or log them at the same steps."
            refuse("curve", f"files with the times of {paths[0]}", str(path), remedy)
    seeds = np.concatenate([losses for _, losses in curves])
    if len(np.unique(seeds, axis=0)) < len(seeds):
        remedy = "Name each once: a copy is no second seed."
        refuse("curve", "of seeds that differ", [str(path) for path in paths], remedy)
    return times, seeds


def _curve(path: str | os.PathLike[str], time: str | None, loss: str | None) -> tuple[Array, Array]:
    """Return the times and losses of one file."""
    columns = _columns(path)
    at = _time_column(columns, time, path)
    runs = _loss_columns(columns, loss, at, path)
    times, losses = columns[at], np.array([columns[name] for name in runs])
    if times.ndim != 1 or losses.shape[1:] != times.shape:
        refuse("curve", "a file with one loss a time", str(path), _REMEDY)
    kept = np.isfinite(times) & np.all(np.isfinite(losses), axis=0)
    if not kept.any():
        refuse("curve", f"a file with rows of {at} and {', '.join(runs)}", str(path), _REMEDY)
    return times[kept], losses[:, kept]


def _columns(path: str | os.PathLike[str]) -> dict[str, Array]:
    """Return the columns of a file; NaN where a row has none."""
    suffix = Path(path).suffix
    if suffix == ".npz":
        return read_columns(path)
    try:
        text = storage.read_bytes(path).decode("utf-8-sig")
        return _json_lines(text) if suffix in _LINES else _table(text)
    except storage.DAMAGED as error:
        rule = "a file of times and losses"
        refuse("curve", rule, str(path), f"{_REMEDY} ({storage.reason(error)})")


def _table(text: str) -> dict[str, Array]:
    """Return the columns of CSV with a header; cells that are no number are NaN."""
    rows = csv.reader(io.StringIO(text, newline=""))
    names = [name.strip() for name in next(rows, [])]
    if len(set(names)) < len(names):
        raise ValueError("two columns of one name")
    cells = [row for row in rows if any(cell.strip() for cell in row)]
    if not cells:
        raise ValueError("no rows")
    if any(len(row) != len(names) for row in cells):
        raise ValueError("rows of unequal length")
    columns = zip(*cells, strict=True)
    return {
        name: np.array([_number(cell) for cell in column])
        for name, column in zip(names, columns, strict=True)
    }


def _json_lines(text: str) -> dict[str, Array]:
    """Return the numbers of JSON objects, one a line, by name; those of inner ones as "a/b"."""
    rows = [dict(_flat(json.loads(line))) for line in text.splitlines() if line.strip()]
    names = dict.fromkeys(name for row in rows for name in row)
    if not names:
        raise ValueError("no numbers")
    return {name: np.array([row.get(name, np.nan) for row in rows]) for name in names}


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, float]]:
    """Yield the numbers of nested objects with their names."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(inner, f"{name}/{key}" if name else str(key))
    elif isinstance(value, int | float) and not isinstance(value, bool) and name:
        yield name, float(value)
    elif not name:
        raise ValueError("a line that is no JSON object")


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return np.nan


def _time_column(columns: dict[str, Array], time: str | None, path: Any) -> str:
    if time is not None:
        return _known(columns, "time", time, path)
    by_name = {name.lower(): name for name in reversed(columns)}
    at = next((by_name[name] for name in TIMES if name in by_name), None)
    return at if at is not None else _refuse_column("time", columns, path)


def _loss_columns(columns: dict[str, Array], loss: str | None, at: str, path: Any) -> list[str]:
    if loss is not None:
        if loss in columns:
            return [loss]
        return [_known(columns, "loss", name.strip(), path) for name in loss.split(",")]
    others = [name for name in columns if name != at]
    lower = {name: name.lower() for name in others}
    numbered = [name for name in others if seed_number(name) >= 0]
    for found in (
        sorted(numbered, key=seed_number),
        [name for name in others if lower[name] == "loss"],
        [name for name in others if lower[name].endswith("loss")],
        [name for name in others if lower[name] == "value"],
    ):
        kept = [name for name in found if not lower[name].endswith(_EXTREMES)]
        if kept:
            return _of_one_metric(kept, columns, path)
    return [_refuse_column("loss", columns, path)]


def _of_one_metric(names: list[str], columns: dict[str, Array], path: Any) -> list[str]:
    """Return columns that are runs of one metric; refuse several metrics."""
    metrics = {name.rpartition(" - ")[2] for name in names}
    if len(metrics) > 1 and not all(name.startswith("loss_") for name in names):
        _refuse_column("loss", {name: columns[name] for name in names}, path)
    return names


def _known(columns: dict[str, Array], option: str, name: str, path: Any) -> str:
    return name if name in columns else _refuse_column(option, columns, path, name)


def _refuse_column(option: str, columns: dict[str, Array], path: Any, name: str = "") -> Any:
    """Refuse a column that is not there, or that was not named where it has to be."""
    known = ", ".join(list(columns)[:12])
    rule = f"the name of a column of {os.fspath(path)}"
    refuse(option, rule, name or None, f"Give --{option} one of: {known}.")
