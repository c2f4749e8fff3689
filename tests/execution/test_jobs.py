"""Independent jobs on every executor: order, failures, cancellation, workers that die."""

import os
import signal
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest

from superlaw.execution.jobs import TRIES, WorkerDied, WorkersLost, execute
from superlaw.execution.pools import NAMES


def squared(x):
    return x * x


def reciprocal(x):
    return 1.0 / x


def squared_or_killed(job):
    """Kill the worker process until so many marks have been left."""
    x, folder, n_deaths = job
    if x == 3 and len(list(folder.iterdir())) < n_deaths:
        (folder / f"{time.monotonic_ns()}").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return x * x


@pytest.mark.parametrize("executor", NAMES)
def test_results_come_in_the_order_of_the_items(executor):
    assert execute(squared, range(7), executor=executor, workers=2) == [k * k for k in range(7)]


def test_first_result_last_is_still_first():
    last = threading.Event()

    def wait_for_the_other(k):
        return last.wait(10.0) if k == 0 else last.set()

    assert execute(wait_for_the_other, [0, 1], workers=2) == [True, None]


@pytest.mark.parametrize("kind", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_an_executor_of_the_callers_is_used_and_left_open(kind):
    with kind(1) as executor:
        assert execute(squared, [2, 3], executor=executor) == [4, 9]
        assert executor.submit(squared, 4).result() == 16


@pytest.mark.parametrize("executor", NAMES)
def test_failures_are_carried_or_raised(executor):
    found = execute(reciprocal, [1, 0, 4], executor=executor, workers=1, keeps_going=True)
    assert [outcome.value for outcome in found] == [1.0, None, 0.25]
    assert isinstance(found[1].error, ZeroDivisionError)
    with pytest.raises(ZeroDivisionError):
        execute(reciprocal, [1, 0, 4], executor=executor, workers=1)


def test_items_are_drawn_as_workers_become_free():
    drawn, done = [], []

    def items():
        for k in range(100):
            drawn.append(k)
            yield k

    def see(outcome):
        done.append(outcome)
        assert len(drawn) - len(done) <= 8

    execute(squared, items(), workers=2, on_outcome=see)
    assert len(done) == 100


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_cancels_what_waits_and_stops_what_runs(number):
    stop, ran = threading.Event(), []

    def run(k):
        ran.append(k)
        if k == 1:
            os.kill(os.getpid(), number)
        stop.wait(10.0)

    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        execute(run, range(50), workers=2, on_cancel=stop.set)
    assert time.monotonic() - started < 5.0
    assert len(ran) <= 4
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_a_job_whose_thread_is_interrupted_as_it_starts_is_waited_for(monkeypatch):
    start, ended = threading.Thread.start, []

    def start_and_interrupt(thread):
        start(thread)
        os.kill(os.getpid(), signal.SIGINT)

    def job(x):
        time.sleep(0.2)
        ended.append(x)

    monkeypatch.setattr(threading.Thread, "start", start_and_interrupt)
    with pytest.raises(KeyboardInterrupt):
        execute(job, [1], workers=1)
    assert ended == [1]


def test_handlers_that_somebody_set_are_left_alone():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:

        def hang_up(_):
            os.kill(os.getpid(), signal.SIGHUP)
            return "alive"

        assert execute(hang_up, [0]) == ["alive"]
    finally:
        signal.signal(signal.SIGHUP, before)


def test_running_processes_are_ended_at_once():
    started = time.monotonic()

    def interrupt(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        execute(time.sleep, [0.0, 60.0], executor="processes", workers=2, on_outcome=interrupt)
    assert time.monotonic() - started < 30.0


def test_jobs_of_a_worker_that_died_are_done_again(tmp_path):
    jobs = [(k, tmp_path, 2) for k in range(6)]
    assert execute(squared_or_killed, jobs, executor="processes", workers=2) == [
        k * k for k in range(6)
    ]


def test_a_job_that_kills_its_workers_fails_alone(tmp_path):
    jobs = [(k, tmp_path, 10**6) for k in range(5)]
    found = execute(squared_or_killed, jobs, executor="processes", workers=2, keeps_going=True)
    assert [outcome.value for outcome in found] == [0, 1, 4, None, 16]
    assert isinstance(found[3].error, WorkerDied)
    assert len(list(Path(tmp_path).iterdir())) == TRIES + 1


@pytest.mark.long
def test_workers_that_cannot_live_are_given_up(tmp_path):
    jobs = [(3, tmp_path, 10**6)] * 40
    with pytest.raises(WorkersLost, match="before they finish any job"):
        execute(squared_or_killed, jobs, executor="processes", workers=1, keeps_going=True)
    assert len(list(tmp_path.iterdir())) == 1 + TRIES**2


def test_bad_executors_are_refused(refused):
    with refused("executor", "serial, threads, processes"):
        execute(squared, [1], executor="dusk")
    with refused("executor", "Executor"):
        execute(squared, [1], executor=3)
    with ThreadPoolExecutor(1) as executor, refused("workers", "left out"):
        execute(squared, [1], executor=executor, workers=2)
    with refused("workers", "at least 1"):
        execute(squared, [1], workers=0)
