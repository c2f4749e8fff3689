"""Measure every point of a grid: what is stored is read, the rest runs on an executor."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import ExitStack
from typing import Any

from superlaw import storage
from superlaw.execution.jobs import Outcome, execute
from superlaw.progress import WorkBar, say
from superlaw.validation.sweeps.grid import Point
from superlaw.validation.sweeps.store import Record, Store
from superlaw.validation.sweeps.table import DONE, FAILED, REASON, STATUS, Table

POLL_SECONDS = 0.5
"""How often to look whether others have finished a point."""
Measure = Callable[[Point], Mapping[str, Any]]
"""A function of a module: numbers and texts by name. Its own name is part of what is stored."""


def sweep(
    points: Iterable[Point],
    measure: Measure,
    store: Store | None = None,
    *,
    executor: str | Executor = "processes",
    workers: int | None = None,
    progress: bool = False,
) -> Table:
    """Return the table of a measure over many points.

    A point that fails is a row with its reason, and is tried again by the next sweep. Several
    sweeps may share a store: each takes the points that no other works on.

    Parameters
    ----------
    points : iterable of Point
        `Grid.points()`, or any others.
    measure : callable
        Of one point; a function of a module, as worker processes import it.
    store : Store, optional
        Where results are kept and read back; in memory if left out.
    executor : {"serial", "threads", "processes"} or concurrent.futures.Executor
    workers : int, optional
        Points at a time; the number of processors if left out.
    progress : bool
        Show a bar on a terminal.

    Returns
    -------
    Table
        One row a point, in their order.

    Raises
    ------
    ArgumentError
        If a stored file is damaged or altered.
    KeyboardInterrupt
        On Ctrl-C, SIGTERM and SIGHUP; what was measured is in the store.
    """
    every = list(points)
    with WorkBar(progress, len(every)) as bar:
        run = _Sweep(every, measure, Store() if store is None else store, bar)
        return run.go(executor, workers)


class _Sweep:
    """A sweep under way."""

    def __init__(self, points: list[Point], measure: Measure, store: Store, bar: WorkBar) -> None:
        self.points, self.measure, self.store, self.bar = points, measure, store, bar
        self.records: dict[int, Record] = {}
        self.reasons: dict[int, str] = {}
        self.held: dict[int, ExitStack] = {}

    def go(self, executor: str | Executor, workers: int | None) -> Table:
        """Measure what is not in the store, until others are done with what they work on."""
        left = list(range(len(self.points)))
        while left:
            left = self._pass(left, executor, workers)
            if left:
                say(f"superlaw: another process works in {self.store.folder}; waiting for it …")
                time.sleep(POLL_SECONDS)
        return Table([self._row(number) for number in range(len(self.points))])

    def _pass(self, left: list[int], executor: str | Executor, workers: int | None) -> list[int]:
        """Measure what is free; return what others work on."""
        drawn: list[int] = []
        busy: list[int] = []

        def jobs() -> Iterator[Point]:
            for number in left:
                if self._is_stored(number):
                    self.bar.move(1.0)
                elif self._claims(number):
                    drawn.append(number)
                    yield self.points[number]
                else:
                    busy.append(number)

        def settle(outcome: Outcome) -> None:
            self._settle(drawn[outcome.number], outcome)

        try:
            execute(
                self.measure,
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
        name = f"{self.measure.__module__}.{self.measure.__qualname__}"
        return {"measure": name, "point": dict(self.points[number].fields)}

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
            self.reasons[number] = f"{type(outcome.error).__name__}: {outcome.error}"
        else:
            self.records[number] = storage.plain(dict(outcome.value))
            try:
                self.store.save(self._configuration(number), self.records[number])
            except storage.OutputError as error:
                say(f"superlaw: {error}; the sweep goes on without")
        self.held.pop(number).close()
        self.bar.move(1.0)

    def _row(self, number: int) -> dict[str, Any]:
        fields = dict(self.points[number].fields)
        if number in self.reasons:
            return fields | {STATUS: FAILED, REASON: self.reasons[number]}
        return fields | {STATUS: DONE} | self.records[number]
