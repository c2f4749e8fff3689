"""Dask workers give the table of one process, also where one is killed, or the scheduler goes."""

import os
import signal
import threading
import time

import pytest

import superlaw as sl
from superlaw.execution.attempts import WorkersLost
from superlaw.execution.clusters import dask_executor

distributed = pytest.importorskip("distributed")
# Sockets and processes that are gone make warnings.
pytestmark = [pytest.mark.long, pytest.mark.filterwarnings("default")]
GRID = {"task.a": [1.0 + k / 16 for k in range(20)], "task.b": [k / 16 for k in range(20)]}
FIXED = {"task.n_features": 64}


@pytest.fixture(scope="module")
def serial():
    return sl.sweep(GRID, "exponent", fixed=FIXED, executor="serial")


@pytest.fixture
def cluster():
    """Two worker processes of this machine."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None
    ) as cluster:
        yield cluster


def _done(folder):
    return len(list(folder.glob("points/*/[!.]*.json")))


def _in_the_middle(folder, action):
    """Act once 20 points are done; return a list that then holds how many were."""
    found = []

    def watch():
        while _done(folder) < 20:
            time.sleep(0.002)
        action()
        found.append(_done(folder))

    threading.Thread(target=watch, daemon=True).start()
    return found


def _swept(folder, executor):
    return sl.sweep(GRID, "exponent", fixed=FIXED, executor=executor, out=folder)


def test_a_worker_is_killed_in_the_middle(tmp_path, serial, cluster):
    with distributed.Client(cluster) as client:
        victim = next(iter(client.run(os.getpid).values()))
        found = _in_the_middle(tmp_path, lambda: os.kill(victim, signal.SIGKILL))
        assert _swept(tmp_path, client.get_executor()) == serial
        assert victim not in client.run(os.getpid).values()
    assert 20 <= found[0] < len(serial)


def test_the_scheduler_goes_and_another_one_finishes(tmp_path, serial, cluster):
    scheduler = cluster.scheduler
    with distributed.Client(cluster) as client:
        _in_the_middle(tmp_path, lambda: scheduler.loop.add_callback(scheduler.close))
        with pytest.raises(WorkersLost):
            _swept(tmp_path, client.get_executor())
    assert 20 <= _done(tmp_path) < len(serial)
    with dask_executor(workers=1) as executor:
        assert _swept(tmp_path, executor) == serial
