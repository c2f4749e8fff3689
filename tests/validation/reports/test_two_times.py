import json
from pathlib import Path

import numpy as np
import pytest

from superlaw.setting.task import PowerLawTask
from superlaw.validation.reports import two_times

STORED = Path(__file__).parents[3] / "docs" / "results" / "two_times.json"


def test_marks_turn_in_a_flow_as_the_closure_says(tmp_path, monkeypatch):
    """Over a short time the cosine is 1 − ϑ²/2; rare columns turn as B does."""
    monkeypatch.setattr(two_times, "CASES", ((PowerLawTask(1.5, 0.0, 128), 32),))
    monkeypatch.setattr(two_times, "TIMES", np.array([3.0, 6.0, 10.0, 12.0, 15.0]))
    monkeypatch.setattr(two_times, "LAST", (15.0, 100.0))
    monkeypatch.setattr(two_times, "EVERY", 2)
    monkeypatch.setattr(two_times, "RARE", 30)
    out = tmp_path / "two_times.json"
    two_times.main(["--out", str(out)])
    (row,) = json.loads(out.read_text())["rows"]
    assert (row["last"], row["times"]) == (15.0, [3.0, 10.0])
    seen = {name: np.array(each) for name, each in row["seen"].items()}
    turned = np.arccos(seen["B"][1])
    assert seen["angle of the flow"][1] == pytest.approx(turned, rel=0.01)
    assert seen["angle of the closure"][1] == pytest.approx(turned, rel=0.3)
    turned = 1.0 - seen["rare columns"]
    assert 0.8 < turned[1] / (1.0 - seen["B"][1]) < 1.5
    assert turned[0] > 3.0 * turned[1] > 0.0
    assert two_times.correlation(np.zeros(1)) == [1.0]


def test_rare_columns_and_head_columns_are_told_apart(monkeypatch):
    """B leaves the first columns where they are, and turns the others by the angle of its row."""
    angles = np.array([0.0, 0.3, 1.0])
    B = np.array([[[1.0, np.sin(x)], [0.0, np.cos(x)]] for x in angles])
    W = np.repeat(np.eye(2), [40, 24], axis=1)
    monkeypatch.setattr(two_times, "CASES", ((PowerLawTask(1.5, 0.0, 64), 16),))
    monkeypatch.setattr(two_times, "TIMES", np.array([1.0, 2.0, 3.0]))
    monkeypatch.setattr(two_times, "LAST", (3.0,))
    monkeypatch.setattr(two_times, "EVERY", 1)
    monkeypatch.setattr(two_times, "RARE", 40)
    monkeypatch.setattr(two_times, "_seen", lambda *_: (B, W))
    (row,) = two_times.measured(0)["rows"]
    assert row["seen"]["head columns"] == [1.0, 1.0]
    np.testing.assert_allclose(row["seen"]["rare columns"], np.cos(1.0 - angles[:2]), atol=1e-4)


def test_the_stored_comparison_is_that_of_the_script():
    kept = json.loads(STORED.read_text())
    cases = [(row["task"], row["width"]) for row in kept["rows"][:: len(two_times.LAST)]]
    assert cases == [(task.to_dict(), width) for task, width in two_times.CASES]
    assert kept["provenance"]["command"] == two_times.COMMAND


def test_the_page_says_whether_marks_that_turn_are_nearer_late(docs_script):
    page = docs_script("closure_turning")
    times, stays = [1.0, 10.0, 100.0, 1000.0, 1e4], np.full(5, 0.10)
    better, worse = np.array([9.0, 9.0, 0.01, 0.01, 0.2]), np.array([0.0, 0.0, 0.2, 0.1, 0.3])
    groups = [page.Group(1.5, b, 3, off, stays) for b, off in ((0.0, better), (0.5, worse))]
    told = page._gained(groups, times)
    assert "With b = 0 turning makes most late losses better: from t = 100 on 1 of 3" in told
    assert "With b = 0.5 turning makes most late losses worse: from t = 100 on 2 of 3" in told
    assert "most at a = 1.5, t = 10000: 30.0% in place of 10.0%" in told
