"""superlaw sweep: a file names the grid, a folder keeps it, and the same command goes on."""

import csv
import io
import os
import signal
import subprocess
import sys
import time

import pytest

import superlaw as sl

MAP = """
measure = "solve"
[grid]
"task.a" = [1.1, 1.5]
student.depth = [1, 3]
[fixed]
"task.n_features" = 64
times.t_end = 10.0
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "map.toml").write_text(MAP)
    return tmp_path


def test_a_file_becomes_a_table(run, as_json, folder):
    line = ("sweep", "map.toml", "--out", "map", "--executor", "threads")
    told = as_json(*line, "--plot", "map.svg")
    assert (told["n_points"], told["n_done"], told["n_failed"]) == (4, 2, 2)
    rows = list(csv.DictReader(io.StringIO((folder / "map" / "table.csv").read_text())))
    assert [row["status"] for row in rows] == ["done", "failed"] * 2
    assert [row["task.a"] for row in rows] == ["1.1"] * 2 + ["1.5"] * 2
    assert all("depth must be 1 or 2" in row["reason"] for row in rows[1::2])
    last = sl.solve(sl.PowerLawTask(1.5, 0.0, 64), times=sl.log_times(0.1, 10.0))
    assert float(rows[2]["value"]) == last.loss[-1]
    assert (folder / "map.svg").read_text().count("$a$ = 1.") == 2
    curves = (folder / "map" / "curves.csv").read_text()
    assert curves.startswith("point,times,loss")
    code, out, err = run(*line)
    assert code == 0 and "2 of 4 points failed" in err and "ArgumentError" in out


def test_a_grid_that_grows_measures_what_is_new(as_json, folder):
    as_json("sweep", "map.toml", "--out", "map", "--executor", "threads")
    before = {path: path.stat().st_mtime_ns for path in folder.glob("map/points/*/[!.]*.json")}
    (folder / "map.toml").write_text(MAP.replace("1.1, 1.5", "1.1, 1.3, 1.5"))
    assert as_json("sweep", "map.toml", "--out", "map", "--executor", "threads")["n_done"] == 3
    after = {path: path.stat().st_mtime_ns for path in folder.glob("map/points/*/[!.]*.json")}
    assert len(before) == 2 and len(after) == 3
    assert before.items() <= after.items()


def test_nothing_but_failures_is_no_success(run, folder):
    (folder / "map.toml").write_text(MAP.replace("[1, 3]", "[3]"))
    code, out, err = run("sweep", "map.toml", "--executor", "threads")
    assert code == 3 and "2 of 2 points failed" in err and "failed" in out


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("grid = 3", "grid must be a table of fields"),
        ("[gird]\ntask.a = [1.5]", "key must be one of grid, fixed, measure"),
        ("[grid]\ntask.a = 1.5", "task.a must be a list of values"),
        ("[grid]\ntask.a = [1.5, 1.5]", "task.a must be a list of distinct values"),
        ("[grid]\ntask.a = [1979-05-27]", "task.a must be a number"),
        ("[grid]\ntask.alpha = [1.5]", "field must be one of"),
        ('measure = "expnent"\n[grid]\ntask.a = [1.5]', "measure must be one of"),
        ("measure = 3\n[grid]\ntask.a = [1.5]", "measure must be one of"),
        ("[grid\n", "file must be a readable TOML file"),
    ],
)
def test_a_bad_file_is_refused_in_one_line(run, folder, text, words):
    (folder / "map.toml").write_text(text)
    code, out, err = run("sweep", "map.toml", "--out", "map")
    assert (code, out, err.count("\n")) == (2, "", 1) and words in err
    assert not (folder / "map").exists()


def test_a_folder_of_another_measure_is_left_alone(run, folder):
    run("sweep", "map.toml", "--out", "map", "--executor", "threads")
    (folder / "map.toml").write_text('[grid]\ntask.a = [1.5]\n[fixed]\n"task.b" = 0.5')
    code, _, err = run("sweep", "map.toml", "--out", "map")
    assert code == 2 and "It holds 'solve'." in err


@pytest.mark.slow
def test_a_killed_map_resumes_to_the_same_table(folder):
    text = 'measure = "simulate"\n[grid]\nseed = [0, 1, 2, 3, 4, 5, 6, 7]\n[fixed]\n'
    text += "task.a = 1.5\ntask.n_features = 64\ntimes.t_end = 30.0\n"
    (folder / "map.toml").write_text(text)
    line = [sys.executable, "-m", "superlaw", "sweep", "map.toml", "--executor", "threads"]
    process = subprocess.Popen([*line, "--out", "map"], stderr=subprocess.PIPE, text=True)
    while len(list(folder.glob("map/points/*/[!.]*.json"))) < 2:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGTERM)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130 and "again to resume from map" in err
    kept = len(list(folder.glob("map/points/*/[!.]*.json")))
    assert 2 <= kept < 8
    subprocess.run([*line, "--out", "map"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([*line, "--out", "new", "--workers", "1"], check=True, stdout=subprocess.DEVNULL)
    assert (folder / "map/table.csv").read_bytes() == (folder / "new/table.csv").read_bytes()
