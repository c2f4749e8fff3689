"""Run one function on many items: results in order, failures carried, stopped by Ctrl-C."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any

from superlaw.execution.pools import Pool
from superlaw.execution.signals import interruptible

TRIES = 3
"""How often a job is done again, alone, if a worker dies under it; and how many such jobs, with no
other finished, are enough to say that workers cannot live here at all."""


@dataclass(frozen=True)
class Outcome:
    """What became of a job.

    Parameters
    ----------
    number : int
        Which item, counted from 0.
    value : object
        What the function returned; None if it failed.
    error : Exception or None
        What it raised.
    """

    number: int
    value: Any = None
    error: Exception | None = None

    def result(self) -> Any:
        """Return the value, or raise what the job raised."""
        if self.error is not None:
            raise self.error
        return self.value


class WorkerDied(RuntimeError):
    """A worker process was killed under a job, by the system or for want of memory."""


class WorkersLost(RuntimeError):
    """No worker is left: an executor has dropped its jobs, or processes die before any job ends."""


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
    waited for; running processes are ended. A worker process that dies is replaced and its jobs are
    done again.

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
        If an executor has dropped its jobs, or worker processes die before any job ends.
    KeyboardInterrupt
        On Ctrl-C, SIGTERM and SIGHUP.

    Examples
    --------
    >>> execute(abs, [-1.0, 2.0, -3.0])
    [1.0, 2.0, 3.0]
    """
    pool = Pool(executor, workers)
    outcomes: dict[int, Outcome] = {}
    under_way = _UnderWay(pool, function, enumerate(items))
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

    def __init__(
        self, pool: Pool, function: Callable[[Any], Any], items: Iterator[tuple[int, Any]]
    ) -> None:
        self.pool, self.function, self.items = pool, function, items
        self.futures: dict[Future[Any], tuple[int, Any]] = {}
        self.n_finished = self.n_died = 0

    def finish(self) -> Iterator[Outcome]:
        """Yield outcomes as jobs finish, until none is left."""
        self._fill()
        while self.futures:
            done, _ = wait(self.futures, return_when=FIRST_COMPLETED)
            if any(isinstance(_error(future), BrokenProcessPool) for future in done):
                yield from self._replace()
            else:
                for future in done:
                    number, _ = self.futures.pop(future)
                    self.n_finished += 1
                    yield _outcome(number, future)
            self._fill()

    def cancel(self) -> None:
        """Cancel what has not started."""
        for future in self.futures:
            future.cancel()

    def _fill(self) -> None:
        while len(self.futures) < self.pool.in_flight:
            job = next(self.items, None)
            if job is None:
                return
            self.futures[self.pool.submit(self.function, job[1])] = job

    def _replace(self) -> Iterator[Outcome]:
        """Open new workers for those that died; do again, one by one, what was under way."""
        wait(self.futures)
        self.pool.reopen()
        flown, self.futures = self.futures, {}
        for future, (number, item) in flown.items():
            if isinstance(_error(future), BrokenProcessPool):
                yield self._alone(number, item)
            else:
                yield _outcome(number, future)

    def _alone(self, number: int, item: Any) -> Outcome:
        """Do a job with no other beside it: if workers die again, it is what kills them."""
        for _ in range(TRIES):
            future = self.pool.submit(self.function, item)
            wait([future])
            if not isinstance(_error(future), BrokenProcessPool):
                self.n_finished += 1
                return _outcome(number, future)
            self.pool.reopen()
        self.n_died += 1
        if self.n_died >= TRIES and not self.n_finished:
            advice = 'in a script, is there an `if __name__ == "__main__"` guard?'
            raise WorkersLost(f"worker processes die before they finish any job; {advice}")
        reason = f"{TRIES} worker processes died under this job (killed, or out of memory?)"
        return Outcome(number, error=WorkerDied(reason))


def _outcome(number: int, future: Future[Any]) -> Outcome:
    error = _error(future)
    return Outcome(number, future.result()) if error is None else Outcome(number, error=error)


def _error(future: Future[Any]) -> Exception | None:
    """Return what a finished job raised; an interruption is raised here, and that there is none."""
    try:
        error = future.exception()
    except CancelledError:
        raise WorkersLost("the executor has dropped its jobs; has its scheduler gone?") from None
    if error is not None and not isinstance(error, Exception):
        raise error
    return error
