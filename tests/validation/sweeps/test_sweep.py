"""A sweep gives the same table serially, in threads and processes, resumed, shared and killed."""

import csv
import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from superlaw import storage
from superlaw.execution.attempts import WorkersLost
from superlaw.theory.exponents import exponent
from superlaw.validation.sweeps.grid import Grid
from superlaw.validation.sweeps.sweep import sweep

GRID = Grid(
    {"task.a": [1.1, 1.5, 2.0], "task.b": [0.0, 0.5]}, {"task.n_features": 64, "run.scale": 2.0}
)


def predicted(point):
    """Return the exponent of a point, scaled."""
    value = exponent(point.task, point.student, point.optimizer).exponent
    return {"value": point.run["scale"] * value, "N": point.task.n_features}


def fails_at_two(point):
    """Fail for a = 2."""
    if point.task.a == 2.0:
        raise ValueError("a is two")
    return {"value": point.task.a}


def slow(point):
    """Return a value after a while, and leave a mark."""
    Path(point.run["marks"], f"{point.task.a}-{os.getpid()}-{time.monotonic_ns()}").touch()
    time.sleep(0.1)
    return {"value": point.task.a / 3.0}


def _table(**options):
    return sweep(GRID, predicted, **options)


def test_rows_are_the_points_with_what_was_measured():
    table = _table(executor="serial")
    assert table.column("task.a") == [1.1, 1.1, 1.5, 1.5, 2.0, 2.0]
    assert table.column("value") == pytest.approx(
        [2 * exponent(point.task).exponent for point in GRID.points()]
    )
    assert table.column("status") == ["done"] * 6
    assert [row["value"] for row in table.where(task__a=1.5, task__b=0.0)] == [
        table.column("value")[2]
    ]


@pytest.mark.parametrize("executor", ["threads", pytest.param("processes", marks=pytest.mark.slow)])
def test_every_executor_gives_the_same_table(executor):
    assert _table(executor=executor, workers=2).to_csv() == _table(executor="serial").to_csv()


def test_the_table_as_csv_holds_every_digit(tmp_path):
    table = _table(executor="serial")
    table.save(tmp_path / "table.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "table.csv").read_text())))
    assert [float(row["value"]) for row in rows] == table.column("value")
    assert list(rows[0]) == table.names


def test_what_is_stored_is_not_measured_again(tmp_path):
    first = _table(executor="serial", out=tmp_path)
    again = sweep(GRID, predicted, out=tmp_path, executor=_Forbidden())
    assert again.to_csv() == first.to_csv()


class _Forbidden:
    def submit(self, *_):
        raise AssertionError("measured again")


def test_failures_are_rows_with_reasons_and_are_tried_again(tmp_path):
    table = sweep(GRID, fails_at_two, out=tmp_path, executor="serial")
    assert [row["reason"] for row in table.failures] == ["ValueError: a is two"] * 2
    assert table.column("value")[-1] is None and table.names[-1] == "reason"
    with pytest.raises(WorkersLost, match="measured again"):
        sweep(GRID, fails_at_two, out=tmp_path, executor=_Forbidden())


def test_a_full_disk_loses_no_row(tmp_path, monkeypatch):
    def full(path, _):
        raise storage.OutputError(path, "No space left on device")

    monkeypatch.setattr(storage, "write_text", full)
    table = _table(executor="serial", out=tmp_path)
    monkeypatch.undo()
    assert table.to_csv() == _table(executor="serial").to_csv()


SHARED = """
import sys
sys.path.insert(0, sys.argv[2])
from tests.validation.sweeps import test_sweep
from superlaw.validation.sweeps.sweep import sweep
test_sweep.wait_for_all(sys.argv[1], int(sys.argv[3]))
points = test_sweep.marked(sys.argv[1])
table = sweep(points, test_sweep.slow, out=sys.argv[1] + "/store", workers=2)
print(table.to_csv())
"""


def marked(folder):
    """Return points whose measure leaves marks in a folder."""
    Path(folder, "marks").mkdir(exist_ok=True)
    fixed = {"task.n_features": 64, "run.marks": str(Path(folder, "marks"))}
    return Grid({"task.a": [1.0 + k / 16 for k in range(12)]}, fixed)


def wait_for_all(folder, processes):
    """Wait until as many processes are here, so that none does the work before others start."""
    here = Path(folder, "here")
    here.mkdir(exist_ok=True)
    Path(here, str(os.getpid())).touch()
    while len(list(here.iterdir())) < processes:
        time.sleep(0.01)


def _start(folder, processes=1):
    command = [sys.executable, "-c", SHARED, folder, Path(__file__).parents[3], str(processes)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_two_processes_share_the_work(tmp_path):
    both = [_start(tmp_path, 2) for _ in range(2)]
    first, second = (process.communicate(timeout=60)[0] for process in both)
    assert first == second == sweep(marked(tmp_path), slow, executor="serial").to_csv() + "\n"
    marks = [mark.name.rsplit("-", 1)[0] for mark in (tmp_path / "marks").iterdir()]
    theirs = [mark for mark in marks if not mark.endswith(f"-{os.getpid()}")]
    assert len(theirs) == 12  # every point once
    assert len({mark.rsplit("-", 1)[1] for mark in theirs}) == 2  # by both


def test_a_killed_sweep_goes_on_where_it_was(tmp_path):
    process, marks = _start(tmp_path), tmp_path / "marks"
    while not marks.exists() or len(list(marks.iterdir())) < 6:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    finished = (tmp_path / "store" / "points").rglob(
        "[!.]*.json"
    )  # not the half of one that was cut off
    begun, stored = len(list(marks.iterdir())), len(list(finished))
    assert stored > 0
    table = sweep(marked(tmp_path), slow, out=tmp_path / "store", executor="serial")
    assert table.column("value") == [(1.0 + k / 16) / 3.0 for k in range(12)]
    assert len(list(marks.iterdir())) == begun + 12 - stored  # what was not stored, once more
    locks = (tmp_path / "store").rglob("*.lock")  # one may be left of a point stored just before
    assert all(lock.with_suffix(".json").exists() for lock in locks)
