"""The folder of a sweep: points that are done, the table, its curves, and how they came about."""

from __future__ import annotations

import os
from pathlib import Path

from superlaw import storage
from superlaw.arguments import refuse
from superlaw.validation.sweeps.grid import Grid
from superlaw.validation.sweeps.measures.options import CURVE
from superlaw.validation.sweeps.measures.table import MEASURES
from superlaw.validation.sweeps.store import Store
from superlaw.validation.sweeps.table import SweepTable, row_of

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


def read_sweep(path: str | os.PathLike[str]) -> SweepTable:
    """Return the table of a folder: what its points hold, and what is not there yet.

    Raises
    ------
    ArgumentError
        If it is no folder of a named measure, or a file in it is damaged.
    """
    folder = storage.named(path)
    try:
        asked = storage.read_json(folder / storage.RECORD)["configuration"]
        grid, measure = Grid(asked["grid"], asked["fixed"]), MEASURES[asked["measure"]]
    except storage.DAMAGED as error:
        rule = f"a folder of a sweep of {', '.join(MEASURES)}"
        refuse("path", rule, str(path), f"{storage.reason(error)}.")
    store, rows, curves = Store(folder / POINTS, "path"), [], []
    for point in grid.points():
        record = store.load(measure.configuration(point))
        known = None if record is None else dict(record)
        curves.append(None if known is None else known.pop(CURVE, None))
        rows.append(row_of(point, known, "failed, or not measured yet"))
    return SweepTable(measure.name, measure.value, grid, tuple(rows), tuple(curves))
