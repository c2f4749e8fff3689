"""Run one function on many items: results in order, failures carried, stopped by Ctrl-C."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from typing import Any

from superlaw.execution.attempts import (
    Attempt,
    JobLost,
    Outcome,
    WorkerDied,
    WorkersLost,
    here,
    lost,
)
from superlaw.execution.pools import Pool
from superlaw.execution.signals import interruptible

TRIES = 3
"""How often a job is done again whose worker died or whose result did not come back; and how many
such jobs, with no other finished, are enough to say that no job ever ends here."""
RECONNECT_SECONDS = 1.0
"""Left to an executor that has dropped its jobs, as Dask does while it connects again; then four
times, sixteen times as long."""
_FINAL = ("KilledWorker",)
"""Errors of executors that have already done a job again themselves, on other workers."""


def execute(
    function: Callable[[Any], Any],
    items: Iterable[Any],
    *,
    executor: str | Executor = "threads",
    workers: int | None = None,
    on_outcome: Callable[[Outcome], None] | None = None,
    on_cancel: Callable[[], None] | None = None,
    keeps_going: bool = False,
) -> list[Any]:
    """Return what a function gives for each of many independent items, in their order.

    Items are drawn as workers become free, so that millions of them are never in flight at once.
    On Ctrl-C, SIGTERM, SIGHUP or a failure what waits is cancelled and what runs in threads is
    waited for; running processes are ended. A worker process that dies is replaced, and a job that
    is lost with it, or on its way, is done again: only what the job itself raises is its failure.

    Parameters
    ----------
    function : callable
        Of one item; for processes a function of a module, as they import it.
    items : iterable
    executor : {"serial", "threads", "processes"} or concurrent.futures.Executor
        Any other executor (Dask, MPI, ...) is used and left open.
    workers : int, optional
        Jobs at a time; the number of processors if left out.
    on_outcome : callable, optional
        Gets each `Outcome` in the caller's thread as it comes in; what it raises ends everything.
    on_cancel : callable, optional
        Called first of all when everything is to end: running jobs can be told to stop.
    keeps_going : bool
        Return an `Outcome` for each item, failures among them, instead of raising the first.

    Returns
    -------
    list
        Results, or outcomes if it keeps going.

    Raises
    ------
    Exception
        What the first failed job raised, unless it keeps going.
    WorkersLost
        If an executor has dropped its jobs or takes no more, or no job ever ends.
    JobLost, WorkerDied
        If a job is lost again and again, unless it keeps going.
    KeyboardInterrupt
        On Ctrl-C, SIGTERM and SIGHUP.

    Examples
    --------
    >>> execute(abs, [-1.0, 2.0, -3.0])
    [1.0, 2.0, 3.0]
    """
    pool = Pool(executor, workers)
    outcomes: dict[int, Outcome] = {}
    under_way = _UnderWay(pool, function, items)
    with interruptible():
        try:
            for outcome in under_way.finish():
                outcomes[outcome.number] = outcome
                if on_outcome is not None:
                    on_outcome(outcome)
                if not keeps_going:
                    outcome.result()
        except BaseException:
            if on_cancel is not None:
                on_cancel()
            under_way.cancel()
            pool.close(at_once=True)
            raise
    pool.close(at_once=False)
    ordered = [outcomes[number] for number in sorted(outcomes)]
    return list(ordered) if keeps_going else [outcome.value for outcome in ordered]


class _UnderWay:
    """Jobs in flight on a pool, and those still to come."""

    def __init__(self, pool: Pool, function: Callable[[Any], Any], items: Iterable[Any]) -> None:
        self.pool, self.job, self.items = pool, Attempt(function, here()), enumerate(items)
        self.futures: dict[Future[Any], tuple[int, Any, int]] = {}
        self.n_finished = self.n_lost = 0

    def finish(self) -> Iterator[Outcome]:
        """Yield outcomes as jobs finish, until none is left."""
        self._fill()
        while self.futures:
            done, _ = wait(self.futures, return_when=FIRST_COMPLETED)
            if self.pool.is_own and any(map(_is_broken, done)):
                yield from self._replace()
            else:
                dropped = [self.futures[future][2] for future in done if future.cancelled()]
                if dropped:
                    time.sleep(RECONNECT_SECONDS * 4 ** max(dropped))
                for future in done:
                    yield from self._settled(future, *self.futures.pop(future))
            self._fill()

    def cancel(self) -> None:
        """Cancel what has not started."""
        for future in self.futures:
            future.cancel()

    def _fill(self) -> None:
        while len(self.futures) < self.pool.in_flight:
            number, item = next(self.items, (None, None))
            if number is None:
                return
            self._submit(number, item, 0)

    def _submit(self, number: int, item: Any, attempt: int) -> None:
        future = self.pool.submit(self.job, item, number, attempt)
        self.futures[future] = number, item, attempt

    def _settled(
        self, future: Future[Any], number: int, item: Any, attempt: int
    ) -> Iterator[Outcome]:
        """Yield what became of a job; nothing if it was lost, and is under way again."""
        error = lost(future)
        if error is None:
            self.n_finished += 1
            yield future.result()
        elif attempt < TRIES and type(error).__name__ not in _FINAL:
            self._submit(number, item, attempt + 1)
        elif future.cancelled():
            raise WorkersLost("the executor has dropped its jobs; has its scheduler gone?")
        else:
            told = f"lost by the executor, attempt {attempt + 1}: {type(error).__name__}: {error}"
            yield self._given_up(number, JobLost(told), f"every job is {told}")

    def _replace(self) -> Iterator[Outcome]:
        """Open new workers for those that died; do again, one by one, what was under way."""
        wait(self.futures)
        self.pool.reopen()
        flown, self.futures = self.futures, {}
        for future, (number, item, attempt) in flown.items():
            if _is_broken(future):
                yield self._alone(number, item)
            else:
                yield from self._settled(future, number, item, attempt)

    def _alone(self, number: int, item: Any) -> Outcome:
        """Do a job with no other beside it: if workers die again, it is what kills them."""
        for attempt in range(1, TRIES + 1):
            future = self.pool.submit(self.job, item, number, attempt)
            wait([future])
            error = lost(future)
            if error is None:
                self.n_finished += 1
                outcome: Outcome = future.result()
                return outcome
            self.pool.reopen()
        advice = 'in a script, is there an `if __name__ == "__main__"` guard?'
        reason = f"{TRIES} worker processes died under this job (killed, or out of memory?)"
        none_ends = f"worker processes die before they finish any job; {advice}"
        return self._given_up(number, WorkerDied(reason), none_ends)

    def _given_up(self, number: int, error: Exception, none_ends: str) -> Outcome:
        """Return a job that is lost for good, unless none ever ends."""
        self.n_lost += 1
        if self.n_lost >= TRIES and not self.n_finished:
            raise WorkersLost(none_ends)
        return Outcome(number, error=error)


def _is_broken(future: Future[Any]) -> bool:
    """Whether a worker died under a finished job."""
    return isinstance(lost(future), BrokenExecutor)
