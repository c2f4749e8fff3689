import json
from pathlib import Path

import numpy as np

from superlaw.setting.task import PowerLawTask
from superlaw.validation.reports import two_times

STORED = Path(__file__).parents[3] / "docs" / "results" / "two_times.json"


def test_marks_turn_in_a_flow_as_the_closure_says(tmp_path, monkeypatch):
    """Over a short time the cosine is 1 − ϑ²/2; rare columns turn a little more than B."""
    monkeypatch.setattr(two_times, "TASK", PowerLawTask(1.5, 0.0, 128))
    monkeypatch.setattr(two_times, "WIDTH", 32)
    monkeypatch.setattr(two_times, "TIMES", np.array([3.0, 10.0, 15.0]))
    monkeypatch.setattr(two_times, "RARE", 30)
    out = tmp_path / "two_times.json"
    two_times.main(["--out", str(out)])
    rows = json.loads(out.read_text())["rows"]
    turned = 1.0 - np.array(rows["measured"])
    assert 1.0 < turned[1] / (rows["angle"][1] ** 2 / 2.0) < 2.0
    assert turned[0] > 3.0 * turned[1] > 0.0


def test_the_stored_comparison_is_that_of_the_script():
    kept = json.loads(STORED.read_text())
    assert (kept["task"], kept["width"]) == (two_times.TASK.to_dict(), two_times.WIDTH)
    assert kept["provenance"]["command"] == two_times.COMMAND
