"""What a job gives comes back as a value, its errors too: a future that raises has lost its job."""

from __future__ import annotations

import os
import pickle
import traceback
import uuid
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from typing import Any

HERE = uuid.uuid4().hex
"""This process, among all those that work at jobs; a forked one has another number."""


class WorkerDied(RuntimeError):
    """A worker process was killed under a job, by the system or for want of memory."""


class JobLost(RuntimeError):
    """An executor has failed to bring a job to a worker, or its result back."""


class WorkersLost(RuntimeError):
    """No worker is left: an executor has dropped its jobs, or none of them ever ends."""


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


@dataclass(frozen=True)
class Attempt:
    """A job as executors get it.

    Parameters
    ----------
    function : callable
        Of one item.
    caller : tuple
        The process that has handed it over.
    """

    function: Callable[[Any], Any]
    caller: tuple[str, int]

    def __call__(self, item: Any, number: int, attempt: int) -> Outcome:
        """Return what the function gives; another attempt at the same is another job to Dask."""
        del attempt
        try:
            return Outcome(number, self.function(item))
        except Exception as error:
            return Outcome(number, error=error if self.caller == here() else _sent(error))


def here() -> tuple[str, int]:
    """Return what tells this process from all others."""
    return HERE, os.getpid()


def _sent(error: Exception) -> Exception:
    """Return an error that can be sent to another process, with its traceback as a note."""
    error.add_note("".join(traceback.format_exception(error)))
    try:
        pickle.loads(pickle.dumps(error))  # our own bytes, of this moment
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def lost(future: Future[Any]) -> Exception | None:
    """Return how a finished future has lost its job, None if it has not; raise what ended it."""
    if future.cancelled():
        return CancelledError("dropped by the executor")
    error = future.exception()
    if error is not None and not isinstance(error, Exception):
        raise error
    return error
