"""What dense products could gain is read off the seconds of calls."""

from types import SimpleNamespace

import numpy as np

from benchmarks import open_pairs
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask


def test_calls_dearer_than_two_products_bound_the_gain(monkeypatch):
    task, student = PowerLawTask(1.5, 0.0, 32), Student(8)
    monkeypatch.setattr(open_pairs, "_products", lambda n, width: np.inf)
    row = open_pairs._row(task, student, 10.0)
    assert row["bound"] == 1.0 and 0.0 <= row["half_open"] <= 1.0
    monkeypatch.setattr(open_pairs, "_products", lambda n, width: 0.0)
    assert open_pairs._row(task, student, 10.0)["bound"] > 1.0


def test_calls_are_noted_with_the_pairs_on_lists():
    calls = []
    work = open_pairs._timed(lambda x: x + 1, SimpleNamespace(n_pairs=3), calls)
    assert work(1) == 2
    assert calls[0][1] == 3.0 and calls[0][0] >= 0.0


def test_the_page_says_with_which_students_the_goal_is_out_of_reach():
    text = open_pairs.section()
    rows = open_pairs.json.loads(open_pairs.RESULTS.read_text("utf-8"))["rows"]
    most = max(row["bound"] for row in rows if row["bias"])
    assert f"With bias flows would be {most:.2f} times as fast at most" in text
    assert 1.0 < most < open_pairs.GOAL
