import json
from pathlib import Path

import numpy as np
import pytest

from superlaw.setting.task import PowerLawTask
from superlaw.validation.reports import large_flow

STORED = Path(__file__).parents[3] / "docs" / "results" / "large_flow.json"


def test_the_closure_is_compared_with_the_flow(tmp_path, monkeypatch):
    monkeypatch.setattr(large_flow, "TASK", PowerLawTask(1.5, 0.0, 128))
    monkeypatch.setattr(large_flow, "WIDTH", 8)
    monkeypatch.setattr(large_flow, "LAST", 10.0)
    out = tmp_path / "large_flow.json"
    large_flow.main(["--out", str(out), "--entropy", "3"])
    found = json.loads(out.read_text())
    deviation, half = (np.array(found[name]) for name in ("deviation", "half_width"))
    assert len(found["times"]) == len(found["loss"]) == deviation.size == half.size
    assert found["times"][-1] == pytest.approx(10.0) and np.all(np.diff(found["loss"]) < 0.0)
    assert 0.0 < np.abs(deviation).max() < 0.1
    task = PowerLawTask(1.5, 0.0, 128)
    closure = large_flow.solve_closure(task, 8, True, np.array(found["times"])).loss
    np.testing.assert_allclose(np.log(closure / found["loss"]), deviation, atol=2e-3)


def test_the_stored_flow_is_that_of_the_script():
    kept = json.loads(STORED.read_text())
    assert (kept["task"], kept["width"]) == (large_flow.TASK.to_dict(), large_flow.WIDTH)
    assert kept["times"][-1] == large_flow.LAST
    assert kept["provenance"]["command"] == large_flow.COMMAND
