"""Tables of a sweep: one row a point, its fields, how it went and what was measured."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from superlaw import storage
from superlaw.arguments import one_of
from superlaw.validation.sweeps.grid import Value

Row = Mapping[str, Value]
STATUS, REASON = "status", "reason"
DONE, FAILED = "done", "failed"


@dataclass(frozen=True)
class Table:
    """What a sweep found.

    Parameters
    ----------
    rows : sequence of mapping
        One a point, in the order of the grid: its fields, `status` ("done" or "failed"), what was
        measured, and the `reason` of a failure.
    """

    rows: Sequence[Row]

    @property
    def names(self) -> list[str]:
        """Names of all columns, in order of appearance; the reason of failures last."""
        seen = {name: None for row in self.rows for name in row if name != REASON}
        return [*seen, *([REASON] if any(REASON in row for row in self.rows) else [])]

    @property
    def failures(self) -> list[Row]:
        """The rows of points that failed."""
        return [row for row in self.rows if row[STATUS] == FAILED]

    def column(self, name: str) -> list[Value]:
        """Return a column, with None where a row has no such value."""
        one_of("column", name, self.names)
        return [row.get(name) for row in self.rows]

    def where(self, **values: Value) -> Table:
        """Return the rows whose fields have these values; dots are written as two underscores."""
        wanted = {name.replace("__", "."): value for name, value in values.items()}
        for name in wanted:
            one_of("column", name, self.names)
        return Table([r for r in self.rows if all(r.get(n) == v for n, v in wanted.items())])

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
        """Return the table as plain data."""
        return {"columns": self.names, "rows": [dict(row) for row in self.rows]}

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else repr(value) if isinstance(value, float) else str(value)
