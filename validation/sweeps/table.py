"""Tables of a sweep: one row a point, its fields, how it went and what was measured."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from superlaw import storage
from superlaw.arguments import one_of, refuse
from superlaw.curves import Array
from superlaw.figures.panels import Picture
from superlaw.results import DrawnResult, needs
from superlaw.validation.sweeps.grid import Grid, Point, Value
from superlaw.validation.sweeps.pictures import picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Row = Mapping[str, Value]
Curve = Mapping[str, Any]
"""Lists `times` and `loss`, and `error` or None."""
STATUS, REASON = "status", "reason"
DONE, FAILED = "done", "failed"
ROWS_SHOWN = 20


@dataclass(frozen=True, eq=False, repr=False)
class SweepTable(DrawnResult):
    """What a sweep found.

    Parameters
    ----------
    measure : str
        Its name.
    value : str
        What the column `value` holds, in words.
    grid : Grid
        What was varied, and what was fixed.
    rows : sequence of mapping
        One a point, in the order of the grid: its fields, `status` ("done" or "failed"), what was
        measured (None where there is nothing to say), and the `reason` of a failure.
    curves : sequence of mapping or None
        One a point where the measure has curves: `times`, `loss` and its `error`.
    """

    measure: str
    value: str
    grid: Grid
    rows: Sequence[Row]
    curves: Sequence[Curve | None]

    @property
    def names(self) -> list[str]:
        """Names of all columns, in order of appearance; the reason of failures last."""
        seen = {name: None for row in self.rows for name in row if name != REASON}
        return [*seen, *([REASON] if any(REASON in row for row in self.rows) else [])]

    @property
    def failures(self) -> list[Row]:
        """The rows of points that failed."""
        return [row for row in self.rows if row[STATUS] == FAILED]

    @property
    def counts(self) -> dict[str, int]:
        """How many points there are, and how they went."""
        failed = len(self.failures)
        return {"n_points": len(self), "n_done": len(self) - failed, "n_failed": failed}

    @property
    def configuration(self) -> dict[str, Any]:
        """What was asked for, as plain data."""
        return {"measure": self.measure, "grid": self.grid.varied, "fixed": self.grid.fixed}

    def column(self, name: str) -> list[Value]:
        """Return a column, with None where a row has no such value."""
        one_of("column", name, self.names)
        return [row.get(name) for row in self.rows]

    def where(self, **values: Value) -> SweepTable:
        """Return the rows whose fields have these values; dots are written as two underscores."""
        wanted = {name.replace("__", "."): value for name, value in values.items()}
        for name in wanted:
            one_of("column", name, self.names)
        kept = [k for k, r in enumerate(self.rows) if all(r.get(n) == wanted[n] for n in wanted)]
        return replace(
            self, rows=[self.rows[k] for k in kept], curves=[self.curves[k] for k in kept]
        )

    def curve_columns(self) -> dict[str, Array]:
        """Return all curves below one another: number of the point, time, loss, error."""
        numbered = [(k, curve) for k, curve in enumerate(self.curves) if curve is not None]
        if not numbered:
            return {}
        columns = {
            "point": [np.full(len(curve["times"]), float(k)) for k, curve in numbered],
            "times": [curve["times"] for _, curve in numbered],
            "loss": [curve["loss"] for _, curve in numbered],
        }
        if all(curve["error"] for _, curve in numbered):
            columns["error"] = [curve["error"] for _, curve in numbered]
        return {name: np.concatenate(lists).astype(float) for name, lists in columns.items()}

    def picture(self, kind: str | None = None, value: str = "value") -> Picture:
        """Return a map or curves as a figure.

        Parameters
        ----------
        kind : {"map", "curves"}, optional
            Curves where the measure is one of curves, if left out.
        value : str
            Column that a map shows.

        Raises
        ------
        ArgumentError
            If there is nothing to draw, or more maps than can be told apart.
        """
        return picture(self, kind, value)

    def plot(
        self, axes: Axes | None = None, *, kind: str | None = None, value: str = "value"
    ) -> Axes:
        """Draw a map or curves (see `picture`), one map also on given axes; return the axes."""
        from superlaw.figures.drawing import show  # matplotlib takes a second

        return show(self.picture(kind, value), axes)

    def columns(self) -> dict[str, list[Value]]:
        """Return the table as columns."""
        return {name: self.column(name) for name in self.names}

    def to_xarray(self) -> Any:
        """Return numbers and words as an xarray Dataset over the varied fields.

        Raises
        ------
        ArgumentError
            If xarray is not installed, or rows have been left out.
        """
        try:
            from xarray import Dataset  # the extra [tables]
        except ImportError:
            raise needs("to_xarray", "xarray") from None
        shape = tuple(len(values) for values in self.grid.varied.values())
        if len(self) != len(self.grid):
            refuse("table", f"whole, {len(self.grid)} points", len(self), "Use to_dataframe.")
        dims = tuple(self.grid.varied)
        measured = [n for n in self.names if n not in dims and n not in self.grid.fixed]
        variables = {name: (dims, _array(self.column(name)).reshape(shape)) for name in measured}
        attributes = {"measure": self.measure, **self.grid.fixed}
        known = {name: value for name, value in attributes.items() if value is not None}
        return Dataset(variables, dict(self.grid.varied), known)

    def to_csv(self) -> str:
        """Return the table as CSV text at full precision; what is missing is empty."""
        stream = io.StringIO()
        writer = csv.DictWriter(stream, self.names, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: _text(value) for name, value in row.items()} for row in self.rows)
        return stream.getvalue()

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the table as .csv.

        Raises
        ------
        ArgumentError
            If the name has another ending or cannot be written to.
        OutputError
            If the disk is full.
        """
        storage.write_text(storage.output_file(path, (".csv",)), self.to_csv())

    def to_dict(self) -> dict[str, Any]:
        """Return the table as plain data, without the curves."""
        rows = [dict(row) for row in self.rows]
        return {**self.configuration, **self.counts, "columns": self.names, "rows": rows}

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __repr__(self) -> str:
        return self._brief(measure=self.measure, fields=list(self.grid.varied), **self.counts)

    def __str__(self) -> str:
        told = self.counts
        head = f"{told['n_points']} points, {told['n_failed']} failed; value: {self.value}"
        fixed = ", ".join(f"{name} = {_short(value)}" for name, value in self.grid.fixed.items())
        names = [name for name in self.names if name not in self.grid.fixed]
        shown = self.rows[:ROWS_SHOWN]
        lines = [names, *([_short(row.get(name)) for name in names] for row in shown)]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        table = ["  ".join(map(str.ljust, line, widths)).rstrip() for line in lines]
        left = len(self) - len(shown)
        more = [f"… and {left} more"] if left > 0 else []
        return "\n".join([head, *([f"fixed: {fixed}"] if fixed else []), *table, *more])


def row_of(point: Point, record: Mapping[str, Any] | None, reason: str) -> dict[str, Any]:
    """Return the row of a point: what was measured, or why there is nothing."""
    if record is None:
        return {**point.fields, STATUS: FAILED, REASON: reason}
    return {**point.fields, STATUS: DONE, **record}


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else repr(value) if isinstance(value, float) else str(value)


def _short(value: Value) -> str:
    return f"{value:.6g}" if isinstance(value, float) else _text(value)


def _array(column: list[Value]) -> Any:
    """Return a column as an array: numbers with NaN where there is none, or objects."""
    is_number = [isinstance(value, int | float) and not isinstance(value, bool) for value in column]
    has_none = [value is None for value in column]
    if any(is_number) and all(a or b for a, b in zip(is_number, has_none, strict=True)):
        return np.array([np.nan if value is None else value for value in column], dtype=float)
    return np.array(column, dtype=object)
