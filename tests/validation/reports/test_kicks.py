import json
from pathlib import Path

import numpy as np
import pytest

from superlaw.setting.task import PowerLawTask
from superlaw.solvers.closures.two_time.times import backward_differences
from superlaw.validation.reports import kicked_flow, kicks, seen_flow

STORED = Path(__file__).parents[3] / "docs" / "results" / "kicks.json"


@pytest.fixture
def small(monkeypatch):
    """Make the report small: one flow of 96 features."""
    monkeypatch.setattr(kicks, "CASES", ((PowerLawTask(1.5, 0.0, 96), 48),))
    monkeypatch.setattr(kicks, "GROUPS", {"head": range(4), "rare": range(40, 512)})
    monkeypatch.setattr(kicks, "FLOWS", 1)
    monkeypatch.setattr(kicked_flow, "TIMES", np.logspace(-1.0, 2.0, 31))
    monkeypatch.setattr(kicked_flow, "KICKED", (1.0,))
    monkeypatch.setattr(kicked_flow, "SEEN", (10.0, 100.0))
    monkeypatch.setattr(seen_flow, "ENTRIES", 100)


def test_kicks_of_a_flow_are_left_as_derived_and_not_as_without_memory(tmp_path, small):
    out = tmp_path / "kicks.json"
    kicks.main(["--out", str(out), "--entropy", "3"])
    (case,) = json.loads(out.read_text())["cases"]
    assert [(row["kicked"], row["seen"]) for row in case["rows"]] == [(1.0, 10.0), (1.0, 100.0)]
    late = case["rows"][1]
    off = {name: np.abs(np.subtract(late[name], late["flow"])) for name in ("R49", "R35", "R13")}
    assert late["R35"] == pytest.approx(late["flow"], abs=0.08)
    assert off["R49"].max() < off["R35"].max()
    assert off["R13"].max() > 2.0 * off["R35"].max()
    assert np.all(np.array(late["biases at rest"]) <= late["R35"])


def test_gates_of_a_flow_are_those_of_its_entries(small):
    """D_S and D_b of an entry are slopes of its drive; κ is that of the bias of its row."""
    columns = np.array([0])
    flow, _ = kicked_flow.kicked_flow(PowerLawTask(1.5, 0.0, 96), 48, [1], columns)
    column = flow.column(columns, np.random.default_rng(0))
    n, rows, step = 20, np.arange(1, 96), 1e-5
    S = flow.W[:, rows].T @ flow.B[n] @ flow.W[:, 0]
    beta = flow.beta[n][rows]

    def drive(S, beta):
        _, m1, m2 = seen_flow.gates.moments(S, beta)
        return -column.p * (S * m2 + beta * m1)

    by_S = (drive(S + step, beta) - drive(S - step, beta)) / (2.0 * step)
    by_bias = (drive(S, beta + step) - drive(S, beta - step)) / (2.0 * step)
    np.testing.assert_allclose(-column.p * column.m2[:, n], by_S, atol=1e-5)
    np.testing.assert_allclose(-column.p * column.m1[:, n], by_bias, atol=1e-5)
    assert np.all(column.stiffness >= 0.0)
    assert column.stiffness.max() <= 1.0
    assert np.abs(backward_differences(flow.times) @ flow.beta).max() < 1.0


def test_classes_are_all_columns_once():
    found = seen_flow.classes(512)
    np.testing.assert_array_equal(np.concatenate(found), np.arange(512))
    assert [len(part) for part in found[: seen_flow.HEAD]] == [1] * seen_flow.HEAD


def test_the_stored_comparison_is_that_of_the_script_and_the_page_says_it(docs_script):
    kept = json.loads(STORED.read_text())
    cases = [(case["task"], case["width"]) for case in kept["cases"]]
    assert cases == [(task.to_dict(), width) for task, width in kicks.CASES]
    assert kept["provenance"]["command"] == kicks.COMMAND
    assert kept["rows"] == kicks.ROWS
    page = docs_script("closure_kicks")
    off = [np.abs(page._all(kept, name) - page._all(kept, "flow")) for name in page.RULES]
    medians = [np.median(each) for each in off]
    assert medians == sorted(medians)
    kept["cases"][1]["rows"][0]["R49"][2] += 2.0
    told = " ".join(page._said(kept).split())
    assert "a = 1.1, b = 0, columns 21-100, kicked at 1, seen at 10" in told
