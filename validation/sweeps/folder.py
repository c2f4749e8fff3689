"""The folder of a sweep: points that are done, the table, its curves, and how they came about."""

from __future__ import annotations

import os
from pathlib import Path

from superlaw import storage
from superlaw.arguments import refuse
from superlaw.validation.sweeps.store import Store
from superlaw.validation.sweeps.table import SweepTable

POINTS, TABLE, CURVES = "points", "table.csv", "curves.csv"


class Folder:
    """A folder that holds what one measure gave at the points of grids.

    Parameters
    ----------
    path : path
    measure : str
        Name of the measure.

    Raises
    ------
    ArgumentError
        If it cannot be written to, or holds another measure.
    """

    def __init__(self, path: str | os.PathLike[str], measure: str) -> None:
        self.path = storage.output_folder(path)
        held = _measure_of(self.path)
        if held not in (None, measure):
            refuse("out", f"a folder of measure {measure!r}", str(path), f"It holds {held!r}.")
        self.store = Store(self.path / POINTS)

    def write(self, table: SweepTable) -> Path:
        """Write table.csv, curves.csv where there are curves, and manifest.json."""
        table.save(self.path / TABLE)
        columns = table.curve_columns()
        if columns:
            storage.write_arrays(self.path / CURVES, columns)
        facts = storage.manifest(table.configuration, **table.counts)
        storage.write_json(self.path / storage.RECORD, facts)
        return self.path / TABLE


def _measure_of(folder: Path) -> str | None:
    """Return the measure that a folder holds, None if there is none yet."""
    record = folder / storage.RECORD
    if not record.exists():
        return None
    try:
        return str(storage.read_json(record)["configuration"]["measure"])
    except storage.DAMAGED:
        refuse("out", "an empty folder, or one of a sweep", str(folder), "Choose another.")
