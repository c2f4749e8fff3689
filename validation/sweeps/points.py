"""The points of any sweep: what is kept is read, the rest runs on an executor, each point once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from threadpoolctl import threadpool_limits

from superlaw import storage
from superlaw.execution.attempts import HERE, Outcome
from superlaw.execution.jobs import execute
from superlaw.progress import WorkBar, say

POLL_SECONDS = 0.5
"""How often to look whether others have finished a point."""
Configuration = Mapping[str, Any]
P = TypeVar("P")
R = TypeVar("R")


class Kept(Protocol[R]):
    """Results by all that decides them."""

    @property
    def folder(self) -> Path | None:
        """Where they are kept; in memory only if None."""

    def load(self, configuration: Configuration, /) -> R | None:
        """Return a result, None if there is none yet."""

    def save(self, configuration: Configuration, result: R, /) -> object:
        """Keep a result."""

    def claimed(self, configuration: Configuration, /) -> AbstractContextManager[bool]:
        """Hold a configuration against other processes; yield whether it was free."""


@dataclass(frozen=True)
class Job:
    """A measure as it runs in any process: one thread of linear algebra.

    Parameters
    ----------
    measure : callable
    caller : str
        The process that has seen to its own threads.
    """

    measure: Callable[[Any], Any]
    caller: str

    def __call__(self, point: Any) -> Any:
        """Return what is measured at a point."""
        if self.caller != HERE:
            _one_thread()
        return self.measure(point)


@cache
def _one_thread() -> None:
    """Let linear algebra use one thread in this worker: the bits depend on how many there are."""
    threadpool_limits(1)


class Points(Generic[P, R]):
    """Points under way.

    Parameters
    ----------
    points : sequence
    measure : callable
        Of one point: a pure function.
    configuration : callable
        All that decides what is measured at a point.
    kept : Kept
    bar : WorkBar
        Moves by one a point.
    keeps_going : bool
        Whether points that fail are kept as `errors`, or the first ends everything.
    """

    def __init__(
        self,
        points: Sequence[P],
        measure: Callable[[P], R],
        configuration: Callable[[P], Configuration],
        kept: Kept[R],
        bar: WorkBar,
        *,
        keeps_going: bool = False,
    ) -> None:
        self.points, self.kept, self.bar, self.keeps_going = points, kept, bar, keeps_going
        self.job, self._of = Job(measure, HERE), configuration
        self.results: dict[int, R] = {}
        self.errors: dict[int, Exception] = {}
        self._held: dict[int, ExitStack] = {}

    def go(self, executor: str | Executor, workers: int | None) -> None:
        """Measure what is not kept, until others are done with what they work on."""
        left: Iterable[int] = range(len(self.points))
        while left := self._pass(left, executor, workers):
            say(f"superlaw: another process works in {self.kept.folder}; waiting for it …")
            time.sleep(POLL_SECONDS)

    def _pass(
        self, left: Iterable[int], executor: str | Executor, workers: int | None
    ) -> list[int]:
        """Measure what is free; return what others work on."""
        drawn: dict[int, int] = {}
        busy: list[int] = []

        def jobs() -> Iterator[P]:
            for number in left:
                if self._is_kept(number):
                    self.bar.move(1.0)
                elif self._claims(number):
                    drawn[len(drawn)] = number
                    yield self.points[number]
                else:
                    busy.append(number)

        try:
            execute(
                self.job,
                jobs(),
                executor=executor,
                workers=workers,
                on_outcome=lambda outcome: self._settle(drawn[outcome.number], outcome),
                keeps_going=self.keeps_going,
            )
        finally:
            for claim in self._held.values():
                claim.close()
        return busy

    def _configuration(self, number: int) -> Configuration:
        return self._of(self.points[number])

    def _is_kept(self, number: int) -> bool:
        result = self.kept.load(self._configuration(number))
        if result is not None:
            self.results[number] = result
        return result is not None

    def _claims(self, number: int) -> bool:
        """Hold a point against others; one that was finished just before is not done again."""
        claim = ExitStack()
        is_free = claim.enter_context(self.kept.claimed(self._configuration(number)))
        if is_free and not self._is_kept(number):
            self._held[number] = claim
            return True
        claim.close()
        return False

    def _settle(self, number: int, outcome: Outcome) -> None:
        """Keep what a point gave, or why it failed, and let go of it."""
        if outcome.error is not None:
            self.errors[number] = outcome.error
        else:
            self.results[number] = outcome.value
            try:
                self.kept.save(self._configuration(number), outcome.value)
            except storage.OutputError as error:
                say(f"superlaw: {error}; the work goes on without")
        self._held.pop(number).close()
        self.bar.move(1.0)


def measured(
    points: Sequence[P],
    measure: Callable[[P], R],
    configuration: Callable[[P], Configuration],
    kept: Kept[R],
    *,
    executor: str | Executor = "serial",
    workers: int | None = None,
    bar: WorkBar | None = None,
) -> list[R]:
    """Return what is measured at each of many points, in their order.

    Parameters
    ----------
    points, measure, configuration, kept
        Of `Points`.
    executor, workers
        Of `execute`.
    bar : WorkBar, optional

    Raises
    ------
    Exception
        What the first failed point raised.
    KeyboardInterrupt
        On Ctrl-C, SIGTERM and SIGHUP; what was measured is kept.
    """
    run = Points(points, measure, configuration, kept, bar or WorkBar(False, len(points)))
    run.go(executor, workers)
    return [run.results[number] for number in range(len(points))]
