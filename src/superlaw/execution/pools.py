"""Executors by name: what runs jobs, how many at a time, and how it is closed."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from concurrent.futures import (
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)
from contextlib import nullcontext
from typing import Any

from threadpoolctl import threadpool_limits

from superlaw.arguments import one_of, refuse, whole
from superlaw.execution.attempts import WorkersLost
from superlaw.execution.signals import deferred

NAMES = ("serial", "threads", "processes")
IN_FLIGHT = 4
"""Jobs handed over for each worker: enough to keep it busy, few enough to hold in memory."""
FOREIGN_IN_FLIGHT = 256
"""Jobs handed to an executor whose number of workers is not known."""


class SerialExecutor(Executor):
    """Run each job where it is submitted."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run a job and return its finished future; an interruption is raised here."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class Pool:
    """An executor that is opened by name, or that somebody else owns.

    Parameters
    ----------
    executor : {"serial", "threads", "processes"} or concurrent.futures.Executor
        An executor of another library (`distributed.Client.get_executor()`,
        `mpi4py.futures.MPIPoolExecutor()`, ...) is used and left open.
    workers : int, optional
        Jobs at a time; the number of processors if left out. Not for a foreign executor.

    Raises
    ------
    ArgumentError
        If the executor is neither, or workers are given for one that has its own.
    """

    def __init__(self, executor: str | Executor, workers: int | None = None) -> None:
        if workers is not None:
            workers = whole("workers", workers, "Give a number of jobs to run at a time.")
        self.is_own = isinstance(executor, str)
        self.name = executor if isinstance(executor, str) else type(executor).__name__
        self.workers = workers or os.cpu_count() or 1
        if isinstance(executor, str):
            one_of("executor", executor, NAMES)
            self._executor: Executor = self._open()
        elif not callable(getattr(executor, "submit", None)):
            rule = f"one of {', '.join(NAMES)}, or a concurrent.futures.Executor"
            refuse("executor", rule, executor, 'Leave it out for "threads".')
        elif workers is not None:
            refuse("workers", "left out with an executor of your own", workers, "It has its own.")
        else:
            self._executor = executor

    @property
    def in_flight(self) -> int:
        """How many jobs to hand over before the first has finished."""
        if not self.is_own:
            return FOREIGN_IN_FLIGHT
        return 1 if self.name == "serial" else IN_FLIGHT * self.workers

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Hand over a job; an interruption waits meanwhile, unless the job is done here and now.

        A thread that is interrupted as it starts is none that the executor knows of and waits for.

        Raises
        ------
        WorkersLost
            If an executor of the caller's takes no jobs, or no more.
        """
        try:
            with nullcontext() if self.name == "serial" else deferred():
                return self._executor.submit(function, *arguments)
        except Exception as error:
            if not self.is_own:
                told = f"the executor takes no jobs: {type(error).__name__}: {error}"
                raise WorkersLost(told) from error
            if not isinstance(error, BrokenExecutor):
                raise
            future: Future[Any] = Future()  # a worker died between two jobs
            future.set_exception(error)
            return future

    def reopen(self) -> None:
        """Replace workers one of which has died."""
        self._executor.shutdown(wait=True, cancel_futures=True)
        self._executor = self._open()

    def close(self, *, at_once: bool) -> None:
        """Let go of the workers; at once: end processes in the middle of their jobs."""
        if not self.is_own:
            return
        if at_once:
            # Public only from Python 3.14 on, as terminate_workers.
            for process in list((getattr(self._executor, "_processes", None) or {}).values()):
                process.terminate()
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _open(self) -> Executor:
        if self.name == "serial":
            return SerialExecutor()
        if self.name == "threads":
            return ThreadPoolExecutor(self.workers)
        # Forked children would inherit the threads of numba and BLAS in an unknown state.
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self.workers, mp_context=context, initializer=_start_worker)


def _start_worker() -> None:
    """Leave Ctrl-C to the parent, and the processors to the other workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threadpool_limits(1)
