import json
from pathlib import Path

import numpy as np
import pytest

from superlaw.setting.task import PowerLawTask
from superlaw.validation.reports import late_losses

STORED = Path(__file__).parents[3] / "docs" / "results" / "late_losses.json"


def test_what_closed_outputs_cost_is_part_of_the_loss(tmp_path, monkeypatch):
    monkeypatch.setattr(late_losses, "TASK", PowerLawTask(2.1, 0.35, 64))
    monkeypatch.setattr(late_losses, "WIDTH", 16)
    monkeypatch.setattr(late_losses, "TIMES", (20.0, 40.0))
    monkeypatch.setattr(late_losses, "SEEDS", 2)
    out = tmp_path / "late_losses.json"
    late_losses.main(["--out", str(out)])
    found = json.loads(out.read_text())
    flows = [row for flow in found["flows"] for row in flow]
    assert any(row["closed"] for row in flows)
    for row in flows:
        number, task = np.array(row["closed"], float), late_losses.TASK
        silent = np.sum(task.probability(number) * task.target(number) ** 2) * 2.0 / 3.0
        assert row["share"] * row["loss"] == pytest.approx(silent, rel=1e-3)
        assert row["share"] < 1.0


def test_the_stored_losses_are_those_of_the_script():
    kept = json.loads(STORED.read_text())
    assert (kept["task"], kept["width"]) == (late_losses.TASK.to_dict(), late_losses.WIDTH)
    assert kept["provenance"]["command"] == late_losses.COMMAND
