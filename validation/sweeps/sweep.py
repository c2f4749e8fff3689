"""Measure every point of a grid: what is stored is read, the rest runs on an executor."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from typing import Any

from threadpoolctl import threadpool_limits

from superlaw import storage
from superlaw.arguments import flag, one_of, refuse
from superlaw.execution.attempts import HERE, Outcome
from superlaw.execution.jobs import execute
from superlaw.execution.pools import Pool
from superlaw.progress import WorkBar, say
from superlaw.validation.sweeps.folder import Folder
from superlaw.validation.sweeps.grid import Grid, Point, Value
from superlaw.validation.sweeps.measures.options import CURVE
from superlaw.validation.sweeps.measures.table import MEASURES, Measure
from superlaw.validation.sweeps.store import Record, Store
from superlaw.validation.sweeps.table import Curve, SweepTable, row_of

POLL_SECONDS = 0.5
"""How often to look whether others have finished a point."""
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
        run = _Sweep(list(points.points()), chosen, store, bar)
        try:
            rows, curves = run.go(executor, workers)
        except KeyboardInterrupt as error:
            raise _advice(error, len(run.records), len(points), folder) from None
    table = SweepTable(chosen.name, chosen.value, points, tuple(rows), tuple(curves))
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
class Job:
    """A measure as it runs in any process: one thread of linear algebra, plain data.

    Parameters
    ----------
    measure : Measure
    caller : str
        The process that has seen to its own threads.
    """

    measure: Measure
    caller: str

    def __call__(self, point: Point) -> Record:
        """Return what is measured at a point."""
        if self.caller != HERE:
            _one_thread()
        record: Record = storage.plain(dict(self.measure(point)))
        return record


@cache
def _one_thread() -> None:
    """Let linear algebra use one thread in this worker: the bits depend on how many there are."""
    threadpool_limits(1)


class _Sweep:
    """A sweep under way."""

    def __init__(self, points: list[Point], measure: Measure, store: Store, bar: WorkBar) -> None:
        self.points, self.measure, self.store, self.bar = points, measure, store, bar
        self.records: dict[int, Record] = {}
        self.reasons: dict[int, str] = {}
        self.held: dict[int, ExitStack] = {}

    def go(
        self, executor: str | Executor, workers: int | None
    ) -> tuple[list[dict[str, Any]], list[Curve | None]]:
        """Measure what is not in the store, until others are done with what they work on."""
        left = list(range(len(self.points)))
        while left:
            left = self._pass(left, executor, workers)
            if left:
                say(f"superlaw: another process works in {self.store.folder}; waiting for it …")
                time.sleep(POLL_SECONDS)
        every = range(len(self.points))
        curves = [self.records.get(number, {}).pop(CURVE, None) for number in every]
        return [self._row(number) for number in every], curves

    def _pass(self, left: list[int], executor: str | Executor, workers: int | None) -> list[int]:
        """Measure what is free; return what others work on."""
        drawn: dict[int, int] = {}
        busy: list[int] = []

        def jobs() -> Iterator[Point]:
            for number in left:
                if self._is_stored(number):
                    self.bar.move(1.0)
                elif self._claims(number):
                    drawn[len(drawn)] = number
                    yield self.points[number]
                else:
                    busy.append(number)

        def settle(outcome: Outcome) -> None:
            self._settle(drawn[outcome.number], outcome)

        try:
            execute(
                Job(self.measure, HERE),
                jobs(),
                executor=executor,
                workers=workers,
                on_outcome=settle,
                keeps_going=True,
            )
        finally:
            for claim in self.held.values():
                claim.close()
        return busy

    def _configuration(self, number: int) -> dict[str, Any]:
        return self.measure.configuration(self.points[number])

    def _is_stored(self, number: int) -> bool:
        record = self.store.load(self._configuration(number))
        if record is not None:
            self.records[number] = record
        return record is not None

    def _claims(self, number: int) -> bool:
        """Hold a point against others; one that was finished just before is not done again."""
        claim = ExitStack()
        is_free = claim.enter_context(self.store.claimed(self._configuration(number)))
        if is_free and not self._is_stored(number):
            self.held[number] = claim
            return True
        claim.close()
        return False

    def _settle(self, number: int, outcome: Outcome) -> None:
        """Keep what a point gave, or why it failed, and let go of it."""
        if outcome.error is not None:
            told = " ".join(str(outcome.error).split())
            self.reasons[number] = f"{type(outcome.error).__name__}: {told}"
        else:
            self.records[number] = outcome.value
            try:
                self.store.save(self._configuration(number), self.records[number])
            except storage.OutputError as error:
                say(f"superlaw: {error}; the sweep goes on without")
        self.held.pop(number).close()
        self.bar.move(1.0)

    def _row(self, number: int) -> dict[str, Any]:
        return row_of(self.points[number], self.records.get(number), self.reasons.get(number, ""))
