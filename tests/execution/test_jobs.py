"""Independent jobs on every executor: order, failures, cancellation, workers that die."""

import os
import signal
import threading
import time
from concurrent.futures import (
    BrokenExecutor,
    CancelledError,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)
from pathlib import Path

import pytest

from superlaw.execution import jobs
from superlaw.execution.attempts import JobLost, WorkerDied, WorkersLost
from superlaw.execution.jobs import TRIES, execute
from superlaw.execution.pools import NAMES, SerialExecutor


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


@pytest.mark.slow
def test_jobs_of_a_worker_that_died_are_done_again(tmp_path):
    jobs = [(k, tmp_path, 2) for k in range(6)]
    assert execute(squared_or_killed, jobs, executor="processes", workers=2) == [
        k * k for k in range(6)
    ]


@pytest.mark.slow
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


class Lossy(SerialExecutor):
    """Lose what is handed over as many times as is said for its item."""

    def __init__(self, losses, error=None):
        self.losses, self.error = dict(losses), error or OSError("connection reset")

    def submit(self, fn, /, *arguments):
        if self.losses.get(arguments[0], 0) < 1:
            return super().submit(fn, *arguments)
        self.losses[arguments[0]] -= 1
        future = Future()
        if isinstance(self.error, CancelledError):
            future.cancel()
            future.set_running_or_notify_cancel()
        else:
            future.set_exception(self.error)
        return future


@pytest.mark.parametrize("error", [OSError("gone"), RuntimeError("gone"), BrokenExecutor("gone")])
def test_what_a_foreign_executor_loses_is_done_again(error):
    losses = {1: 1, 3: TRIES}
    assert execute(squared, range(5), executor=Lossy(losses, error)) == [0, 1, 4, 9, 16]


def test_jobs_that_are_dropped_are_handed_over_again_and_not_for_ever(monkeypatch):
    monkeypatch.setattr(jobs, "RECONNECT_SECONDS", 0.0)
    losses, dropped = {1: TRIES, 2: 1}, CancelledError()
    assert execute(squared, range(4), executor=Lossy(losses, dropped)) == [0, 1, 4, 9]
    with pytest.raises(WorkersLost, match="has its scheduler gone"):
        execute(squared, range(4), executor=Lossy({1: TRIES + 1}, dropped), keeps_going=True)


def test_a_job_that_is_always_lost_is_named_and_only_it_fails():
    found = execute(squared, range(5), executor=Lossy({2: 99}), keeps_going=True)
    assert [outcome.value for outcome in found] == [0, 1, None, 9, 16]
    assert isinstance(found[2].error, JobLost)
    assert str(found[2].error) == (
        f"lost by the executor, attempt {TRIES + 1}: OSError: connection reset"
    )


def test_a_job_that_raises_what_transports_raise_is_done_once():
    calls = []

    def fail(x):
        calls.append(x)
        raise OSError("no such file")

    (found,) = execute(fail, [1], executor=SerialExecutor(), keeps_going=True)
    assert str(found.error) == "no such file" and calls == [1]


def test_what_the_executor_has_done_again_itself_is_not_done_again():
    killed = type("KilledWorker", (Exception,), {})("four workers died")
    executor = Lossy({1: 1}, killed)
    found = execute(squared, range(3), executor=executor, keeps_going=True)
    assert "attempt 1: KilledWorker: four workers died" in str(found[1].error)


def test_executors_that_lose_all_or_take_nothing_end_the_run():
    with pytest.raises(WorkersLost, match="every job is lost by the executor"):
        execute(squared, range(9), executor=Lossy(dict.fromkeys(range(9), 99)), keeps_going=True)
    with pytest.raises(WorkersLost, match="takes no jobs: TypeError"):
        execute(squared, [1], executor=type("Odd", (), {"submit": lambda self: None})())


def fail_with_a_lock(_):
    error = ValueError("not picklable")
    error.lock = threading.Lock()
    raise error


def fail_with_a_note(x):
    raise ValueError(f"no {x}")


def test_errors_come_back_from_processes_even_those_that_cannot_be_sent():
    with ProcessPoolExecutor(1) as executor:
        options = {"executor": executor, "keeps_going": True}
        (first,) = execute(fail_with_a_lock, [1], **options)
        (second,) = execute(fail_with_a_note, [1], **options)
    assert str(first.error) == "ValueError: not picklable"
    assert "fail_with_a_note" in second.error.__notes__[0]
