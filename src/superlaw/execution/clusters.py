"""Dask: a cluster of this machine, or one that is there, as an executor."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from superlaw.arguments import ArgumentError, refuse, whole

CONNECT_SECONDS = 20.0
"""How long a scheduler may take to answer."""
NEEDS = "pip install 'superlaw[cluster]'"


@contextmanager
def dask_executor(scheduler: str | None = None, workers: int | None = None) -> Iterator[Executor]:
    """Yield an executor of a Dask cluster; workers that die are replaced, their jobs done again.

    Parameters
    ----------
    scheduler : str, optional
        Address of a scheduler that runs, such as tcp://10.0.0.1:8786, left running afterwards. A
        cluster of processes on this machine is started, and ended, if left out.
    workers : int, optional
        Processes of that cluster; the number of processors if left out.

    Raises
    ------
    ArgumentError
        If Dask is not installed, no scheduler answers, or workers are given for one that has its
        own.
    """
    try:
        from distributed import Client, LocalCluster  # the extra [cluster]
    except ImportError:
        raise ArgumentError(f"executor 'dask' needs Dask; got none. {NEEDS}.") from None
    if scheduler is None:
        n = None if workers is None else whole("workers", workers, "Give a number of processes.")
        with (
            LocalCluster(n_workers=n, threads_per_worker=1, dashboard_address=None) as cluster,
            Client(cluster) as client,
        ):
            yield client.get_executor()
        return
    if workers is not None:
        refuse("workers", "left out with a scheduler", workers, "Its cluster has its own.")
    try:
        client = Client(scheduler, timeout=CONNECT_SECONDS)
    except (OSError, ValueError, TypeError) as error:
        refuse("scheduler", "the address of a Dask scheduler that runs", scheduler, f"{error}.")
    with client:
        yield client.get_executor()
