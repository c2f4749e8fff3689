"""Figures of a sweep: a line over one field, maps over two or more, and families of curves."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from superlaw.arguments import one_of, refuse
from superlaw.curves import Array
from superlaw.figures.panels import HeatMap, Maps, Panel, Picture, Series
from superlaw.validation.sweeps.grid import Value

if TYPE_CHECKING:
    from superlaw.validation.sweeps.table import SweepTable

KINDS = ("map", "curves")
MOST_CURVES, MOST_MAPS = 12, 12
"""What a reader can tell apart."""
COLOURS = 7
"""Curves after which line styles tell them apart."""
_SYMBOLS = {
    "task.a": "$a$", "task.b": "$b$", "task.n_features": "$N$", "student.width": "$K$",
    "student.depth": "depth", "optimizer.lr": r"$\eta$", "times.t_end": "$t$",
}  # fmt: skip
"""Of fields, on axes and in titles."""
_STYLES = ("line", "dashed")
_WIDE = 30.0
"""Ratio of values above which their logarithm is shown."""


def picture(table: SweepTable, kind: str | None = None, value: str = "value") -> Picture:
    """Return the figure of a table: see `SweepTable.picture`."""
    has_curves = any(curve is not None for curve in table.curves)
    natural = "curves" if has_curves and table.measure in ("solve", "simulate") else "map"
    if one_of("kind", natural if kind is None else kind, KINDS) == "map":
        return _map(table, value)
    if not has_curves:
        refuse("kind", '"map" where there are no curves', kind, "Measure solve or simulate.")
    return _family(table)


def _varied(table: SweepTable) -> list[tuple[str, list[Value]]]:
    """Return the fields that have several values in these rows, with these."""
    found = []
    for name in table.grid.varied:
        values = list(dict.fromkeys(table.column(name)))
        if len(values) > 1:
            found.append((name, values))
    return found


def _map(table: SweepTable, value: str) -> Picture:
    one_of("value", value, table.names)
    numbers, label = _scaled(table, value)
    varied = _varied(table)
    if len(varied) < 2:
        return _line(table, varied, numbers, label)
    *others, rows, columns = varied
    groups = list(itertools.product(*(values for _, values in others)))
    if len(groups) > MOST_MAPS:
        rule = f"of at most {MOST_MAPS} maps"
        refuse("table", rule, len(groups), "Choose rows first, with table.where(...).")
    span = (float(np.nanmin(numbers)), float(np.nanmax(numbers)))
    x_label, y_label = _symbol(columns[0]), _symbol(rows[0])
    maps = []
    for group in groups:
        fixed = {name: chosen for (name, _), chosen in zip(others, group, strict=True)}
        title = ", ".join(f"{_symbol(name)} = {_word(chosen)}" for name, chosen in fixed.items())
        x, y = (tuple(map(_word, values)) for _, values in (columns, rows))
        square = _square(table, numbers, fixed, columns, rows)
        maps.append(HeatMap(title or label, x_label, y_label, x, y, square, span))
    return maps[0] if len(maps) == 1 else Maps(label, tuple(maps))


def _scaled(table: SweepTable, value: str) -> tuple[Array, str]:
    """Return the numbers of a column and their name; logarithms where they span decades."""
    column = table.column(value)
    is_number = [isinstance(each, int | float) for each in column]
    if not any(is_number):
        refuse("value", "a column with numbers", value, "All points of it are empty or words.")
    numbers = np.array(
        [each if known else np.nan for each, known in zip(column, is_number, strict=True)], float
    )
    label = table.value if value == "value" else value
    low, high = np.nanmin(numbers), np.nanmax(numbers)
    if low > 0.0 and high / low > _WIDE:
        return np.log10(numbers), f"log10 of {label}"
    return numbers, label


def _square(
    table: SweepTable,
    numbers: Array,
    fixed: dict[str, Value],
    columns: tuple[str, list[Value]],
    rows: tuple[str, list[Value]],
) -> Array:
    """Return numbers by two fields, shape (rows, columns), NaN where there is none."""
    found = np.full((len(rows[1]), len(columns[1])), np.nan)
    for number, row in zip(numbers, table.rows, strict=True):
        if all(row.get(name) == chosen for name, chosen in fixed.items()):
            found[rows[1].index(row[rows[0]]), columns[1].index(row[columns[0]])] = number
    return found


def _line(
    table: SweepTable, varied: Sequence[tuple[str, list[Value]]], numbers: Array, label: str
) -> Panel:
    """Return numbers over one field."""
    if not varied:
        refuse("table", "of several points", len(table), "Vary a field.")
    name, values = varied[0]
    is_axis = all(isinstance(value, int | float) for value in values)
    x = np.array(values if is_axis else range(len(values)), dtype=float)
    is_wide = bool(is_axis and x.min() > 0.0 and x.max() / x.min() > _WIDE)
    series = Series(label, x, numbers, style="points")
    return Panel("", _symbol(name), label, (series,), x_log=is_wide, y_log=False)


def _family(table: SweepTable) -> Panel:
    """Return the curves of the points, as many as can be told apart."""
    known = [(row, curve) for row, curve in zip(table.rows, table.curves, strict=True) if curve]
    every = -(-len(known) // MOST_CURVES)
    names = [name for name, _ in _varied(table)]
    series: list[Series] = []
    for k, (row, curve) in enumerate(known[::every]):
        label = ", ".join(f"{_symbol(name)} = {_word(row[name])}" for name in names)
        times, loss = np.array(curve["times"], float), np.array(curve["loss"], float)
        series.append(Series(label, times, loss, style=_STYLES[k // COLOURS]))
        if curve["error"]:
            error = np.array(curve["error"], float)
            low = np.maximum(loss - error, 0.5 * loss)
            series.append(Series("", times, low, style="band", upper=loss + error, paired=True))
    title = "" if every == 1 else f"{len(known[::every])} of {len(known)} curves"
    return Panel(title, "time t", "population loss L", tuple(series))


def _symbol(field: str) -> str:
    return _SYMBOLS.get(field, field)


def _word(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
