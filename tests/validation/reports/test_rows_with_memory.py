import json
from pathlib import Path

import numpy as np
import pytest

from superlaw.setting.task import PowerLawTask
from superlaw.validation.reports import kicked_flow, kicks, rows_with_memory, seen_flow

STORED = Path(__file__).parents[3] / "docs" / "results" / "rows_with_memory.json"


def test_losses_of_rows_with_memory_are_those_of_a_small_flow(tmp_path, monkeypatch):
    monkeypatch.setattr(rows_with_memory, "CASES", ((PowerLawTask(1.5, 0.0, 96), 48),))
    monkeypatch.setattr(rows_with_memory, "FLOWS", 1)
    monkeypatch.setattr(rows_with_memory, "TIMES", (1.0, 10.0, 100.0))
    monkeypatch.setattr(kicked_flow, "TIMES", np.logspace(-1.0, 2.0, 25))
    monkeypatch.setattr(seen_flow, "ENTRIES", 100)
    out = tmp_path / "rows.json"
    rows_with_memory.main(["--out", str(out), "--entropy", "3"])
    (case,) = json.loads(out.read_text())["cases"]
    assert case["ratio"]["rows answer"][0] == pytest.approx([1.0] * 3, abs=0.2)
    assert case["ratio"]["rows at rest"][0][2] < case["ratio"]["rows answer"][0][2]


def test_a_loss_is_that_of_a_sum_over_inputs():
    S, beta, p = np.array([[0.4], [-0.3]]), np.array([-0.1]), np.array([0.2, 0.1])
    u = (np.arange(200_000) + 0.5) / 100_000
    summed = 0.5 * p @ np.mean(np.maximum(S * u + beta, 0.0) ** 2, axis=1)
    assert rows_with_memory.loss(S, beta, p) == pytest.approx([summed], rel=1e-6)


def test_the_stored_comparison_is_that_of_the_script_and_the_page_says_it(docs_script):
    kept = json.loads(STORED.read_text())
    cases = [(case["task"], case["width"]) for case in kept["cases"]]
    assert cases == [(task.to_dict(), width) for task, width in kicks.CASES]
    assert kept["provenance"]["command"] == rows_with_memory.COMMAND
    page = docs_script("closure_rows")
    kept["cases"][3]["ratio"]["rows answer"][0][0] = 1.9
    assert "90.0% at most up to t = 1000" in " ".join(page._said(kept).split())
    for case in kept["cases"]:
        case["ratio"]["rows at rest"] = [[1.0] * 6] * 2
    with pytest.raises(ValueError, match="untrue"):
        page._said(kept)
