"""Measure every point of a grid: what is stored is read, the rest runs on an executor."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

from threadpoolctl import threadpool_limits

from superlaw import storage
from superlaw.arguments import flag, one_of, refuse
from superlaw.execution.pools import Pool
from superlaw.progress import WorkBar, say
from superlaw.validation.sweeps.folder import Folder
from superlaw.validation.sweeps.grid import Grid, Point, Value
from superlaw.validation.sweeps.measures.options import CURVE
from superlaw.validation.sweeps.measures.table import MEASURES, Measure
from superlaw.validation.sweeps.points import Points
from superlaw.validation.sweeps.store import Record, Store
from superlaw.validation.sweeps.table import Curve, SweepTable, row_of

Measuring = Callable[[Point], Mapping[str, Any]]


def sweep(
    grid: Mapping[str, Sequence[Value]] | Grid,
    measure: str | Measuring = "exponent",
    *,
    fixed: Mapping[str, Value] | None = None,
    executor: str | Executor = "threads",
    workers: int | None = None,
    out: str | os.PathLike[str] | None = None,
    progress: bool = False,
) -> SweepTable:
    """Return the table of a measure over every combination of some values.

    A point is a pure job with a key made of its content: what `out` holds is read, so that the
    same call resumes, and a larger grid measures only what is new. A point that fails is a row with
    its reason, and is tried again next time. Several processes may share `out`: each takes the
    points that no other works on. The numbers are the same to the last bit on any executor.

    Parameters
    ----------
    grid : mapping of str to sequence
        Values by field, e.g. {"task.a": [1.1, 1.5], "student.width": [4, 8]}: any field of task,
        student and optimizer, "times.t_end", "seed", and options of the measure as "run.…".
    measure : {"exponent", "solve", "simulate", "fit", "width", "geometry"} or callable
        What is measured; or a function of a module, of one point, that returns numbers and texts by
        name, such as {"value": 1.0}.
    fixed : mapping of str to value, optional
        Fields that are the same everywhere.
    executor : {"serial", "threads", "processes"} or concurrent.futures.Executor
        Any other executor is used and left open: `distributed.Client(…).get_executor()`, ….
        Processes are for scripts with an `if __name__ == "__main__"` guard.
    workers : int, optional
        Points at a time; the number of processors if left out.
    out : path, optional
        Folder of table.csv, curves.csv where there are curves, manifest.json and points/, a file
        for each point that is done.
    progress : bool
        Show a bar with the time left on a terminal.

    Returns
    -------
    SweepTable
        One row a point, in their order: fields, `status`, `value` and what else is known.

    Raises
    ------
    ArgumentError
        If a field is unknown or would be ignored, a value is no plain one, or `out` holds another
        measure or a damaged file.
    WorkersLost
        If an executor has lost its jobs; what was measured is in `out`.
    KeyboardInterrupt
        On Ctrl-C, SIGTERM and SIGHUP; what was measured is in `out`.

    Examples
    --------
    >>> table = sweep({"task.a": [1.5, 2.0], "task.b": [0.0, 0.25]}, fixed={"task.n_features": 64})
    >>> [round(value, 3) for value in table.column("value")]
    [0.333, 0.667, 0.5, 0.75]
    """
    flag("progress", progress)
    points, chosen = checked(grid, fixed, measure)
    Pool(executor, workers).close(at_once=False)  # refused before there is a folder
    folder = None if out is None else Folder(out, chosen.name)
    store = Store() if folder is None else folder.store
    with WorkBar(progress, len(points), "points") as bar, threadpool_limits(1):
        every = list(points.points())
        run = Points(every, Recorded(chosen), chosen.configuration, store, bar, keeps_going=True)
        try:
            run.go(executor, workers)
        except KeyboardInterrupt as error:
            raise _advice(error, len(run.results), len(points), folder) from None
    table = _table(run, points, chosen)
    if folder is not None:
        try:
            folder.write(table)
        except storage.OutputError as error:
            say(f"superlaw: {error}; the table is in memory")
    return table


def checked(
    grid: Mapping[str, Sequence[Value]] | Grid,
    fixed: Mapping[str, Value] | None,
    measure: str | Measuring,
) -> tuple[Grid, Measure]:
    """Return the grid and the measure that are asked for, or refuse them before any work."""
    points, chosen = _grid(grid, fixed), _measure(measure)
    if chosen.name in MEASURES:
        chosen.check([*points.varied, *points.fixed])
    return points, chosen


def _grid(grid: Mapping[str, Sequence[Value]] | Grid, fixed: Mapping[str, Value] | None) -> Grid:
    if not isinstance(grid, Grid):
        return Grid(grid, {} if fixed is None else fixed)
    if fixed is not None:
        refuse("fixed", "left out with a Grid", fixed, "A Grid has its own.")
    return grid


def _measure(measure: str | Measuring) -> Measure:
    """Return a measure by name, or one of a function."""
    if isinstance(measure, str) or not callable(measure):
        return MEASURES[one_of("measure", measure, MEASURES)]
    name = getattr(measure, "__qualname__", None)
    if name is None:
        refuse("measure", "a function of a module, or a name", measure, 'E.g. "exponent".')
    return Measure(f"{measure.__module__}.{name}", "value", measure)


def _advice(
    error: KeyboardInterrupt, done: int, total: int, folder: Folder | None
) -> KeyboardInterrupt:
    """Return an interruption that says how the sweep goes on."""
    told = f"{str(error) or 'interrupted'} after {done} of {total} points; "
    if folder is None:
        return KeyboardInterrupt(told + "give a folder (out=..., --out) to be able to resume")
    return KeyboardInterrupt(told + f"do the same again to resume from {folder.path}")


@dataclass(frozen=True)
class Recorded:
    """A measure whose results are plain data.

    Parameters
    ----------
    measure : Measure
    """

    measure: Measure

    def __call__(self, point: Point) -> Record:
        """Return what is measured at a point."""
        record: Record = storage.plain(dict(self.measure(point)))
        return record


def _table(run: Points[Point, Record], grid: Grid, measure: Measure) -> SweepTable:
    """Return what was measured, and why the rest was not."""
    rows: list[dict[str, Any]] = []
    curves: list[Curve | None] = []
    for number, point in enumerate(run.points):
        record = run.results.get(number)
        curves.append(None if record is None else record.pop(CURVE, None))
        rows.append(row_of(point, record, _reason(run.errors.get(number))))
    return SweepTable(measure.name, measure.value, grid, tuple(rows), tuple(curves))


def _reason(error: Exception | None) -> str:
    """Return on one line why a point failed."""
    return "" if error is None else f"{type(error).__name__}: {' '.join(str(error).split())}"
