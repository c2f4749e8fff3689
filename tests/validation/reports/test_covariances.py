import json
from pathlib import Path

import numpy as np
import pytest

from superlaw.setting.task import PowerLawTask
from superlaw.validation.reports import covariances, kicked_flow, kicks, seen_flow

STORED = Path(__file__).parents[3] / "docs" / "results" / "covariances.json"


@pytest.fixture
def small(monkeypatch):
    """Make the report small: one flow of 96 features."""
    monkeypatch.setattr(covariances, "CASES", ((PowerLawTask(1.5, 0.0, 96), 48),))
    monkeypatch.setattr(covariances, "GROUPS", {"head": range(20), "rare": range(20, 96)})
    monkeypatch.setattr(covariances, "FLOWS", 1)
    monkeypatch.setattr(covariances, "SIZES", (10.0, 100.0))
    monkeypatch.setattr(covariances, "PAIRS", ((100.0, 10.0),))
    monkeypatch.setattr(kicked_flow, "TIMES", np.logspace(-1.0, 2.0, 25))
    monkeypatch.setattr(seen_flow, "ENTRIES", 100)


def test_rare_columns_and_rows_of_a_flow_are_as_derived(tmp_path, small):
    out = tmp_path / "covariances.json"
    covariances.main(["--out", str(out), "--entropy", "3"])
    (case,) = json.loads(out.read_text())["cases"]
    (flow,) = case["flows"]
    for side in ("columns", "rows"):
        _, rare = flow[side]
        assert rare["size"] == pytest.approx([1.0, 1.0], abs=0.15)
        assert rare["derived"] == pytest.approx(rare["flow"], abs=0.06)
        assert rare["flow"][0] < 0.95


def test_forces_and_vectors_of_a_flow_are_those_of_its_matrices(small):
    flow, _ = kicked_flow.kicked_flow(PowerLawTask(1.5, 0.0, 96), 48, [1], np.zeros(0, int))
    n, j, i = 20, 5, 2
    S = flow.W[:, j] @ flow.B[n] @ flow.W[:, i]
    assert flow.V[n, j] @ flow.W[:, i] == pytest.approx(S)
    assert flow.W[:, j] @ flow.U[n, :, i] == pytest.approx(S)
    _, m1, m2 = seen_flow.gates.moments(S, flow.beta[n, j])
    assert flow.forces[n, j, i] == pytest.approx(-flow.p[i] * (S * m2 + flow.beta[n, j] * m1))
    assert flow.forces[n, j, j] == 0.0


def test_what_is_compared_tells_covariances_apart():
    times = np.array(covariances.SIZES)
    same = np.exp(-np.abs(np.subtract.outer(np.log(times), np.log(times))))
    found = covariances._found(times, same, 2.0 * same)
    assert found["size"] == [2.0] * len(times)
    assert found["flow"] == found["derived"]
    assert covariances._found(times, same, np.eye(4))["derived"][-1] == 0.0


def test_the_stored_comparison_is_that_of_the_script_and_the_page_says_it(docs_script):
    kept = json.loads(STORED.read_text())
    cases = [(case["task"], case["width"]) for case in kept["cases"]]
    assert cases == [(task.to_dict(), width) for task, width in kicks.CASES]
    assert kept["provenance"]["command"] == covariances.COMMAND
    page = docs_script("closure_covariances")
    kept["cases"][2]["flows"][1]["rows"][-1]["size"][0] = 3.0
    assert "200% at most (rows)" in " ".join(page._said(kept).split())
    for flow in (flow for case in kept["cases"] for flow in case["flows"]):
        flow["columns"][1]["size"][-1] = 0.9
    with pytest.raises(ValueError, match="untrue"):
        page._said(kept)
