"""Reports on the two-time closure: losses beside those of flows, and correlations at two times."""

import json
from pathlib import Path

import numpy as np
import pytest

from superlaw.setting.task import PowerLawTask
from superlaw.solvers.closures.measurements import compared, measured
from superlaw.solvers.closures.two_time.closure import solve_two_time
from superlaw.validation.reports import two_time_accuracy, two_time_correlations, two_times

RESULTS = Path(__file__).parents[3] / "docs" / "results"
TIMES = [0.3, 1.0]
PLACE = {"a": 1.5, "b": 0.0, "n_features": 48, "share": 3, "bias": True, "seeds": 4, "width": 16}


def test_losses_are_compared_with_the_log_means_of_known_flows(tmp_path, monkeypatch):
    flows = {"flows": [-0.5, -0.7], "spread": [0.1, 0.1], "scatter": [0.1, 0.1], "deviation": []}
    other = PLACE | {"bias": False} | flows
    known = {
        "times": TIMES,
        "provenance": {"entropy": 5, "seeds": 4},
        "rows": [other, PLACE | flows],
        "fresh": {"rows": []},
    }
    monkeypatch.setattr(two_time_accuracy, "stored", lambda _: known)
    monkeypatch.setattr(two_time_accuracy, "N_FEATURES", 48)
    monkeypatch.setattr(two_time_accuracy, "LATTICE", ((1.5, 0.0, 3),))
    monkeypatch.setattr(two_time_accuracy, "FRESH", ())
    two_time_accuracy.main(["--out", str(tmp_path / "found.json")])
    found = json.loads((tmp_path / "found.json").read_text())
    assert found["provenance"]["entropy"] == 5
    assert found["fresh"]["rows"] == []
    (row,) = found["rows"]
    curve = solve_two_time(PowerLawTask(1.5, 0.0, 48), 16, np.array(TIMES))
    np.testing.assert_allclose(row["deviation"], np.log(curve.loss) - flows["flows"], atol=1e-4)
    assert row["spread"] == flows["spread"]
    assert row["bias"]


def test_the_stored_rows_are_of_the_flows_of_the_row_replicas():
    ours, others = measured("two_time"), measured("row_replica")
    flows = {json.dumps(row["flows"]) for row in others["rows"] + others["fresh"]["rows"]}
    assert all(json.dumps(row["flows"]) in flows for row in ours["rows"] + ours["fresh"]["rows"])
    assert ours["times"] == others["times"]
    assert len(compared("two_time", trains_bias=True)) == len(two_time_accuracy.LATTICE)
    assert compared("two_time", trains_bias=False) == ()


def test_correlations_are_those_of_columns_and_of_the_whole(monkeypatch):
    monkeypatch.setattr(two_times, "LAST", (3.0,))
    monkeypatch.setattr(two_times, "TIMES", np.array([0.3, 1.0, 2.9]))
    monkeypatch.setattr(two_times, "EVERY", 1)
    monkeypatch.setattr(two_times, "RARE", 30)
    (row,) = two_time_correlations.rows_of((PowerLawTask(1.5, 0.0, 64), 16))
    assert row["times"] == [0.3, 1.0, 2.9]
    for seen in row["seen"].values():
        assert 0.3 < seen[0] < seen[1] < seen[2] < 1.0
        assert seen[2] > 0.99
    assert row["seen"]["head columns"][0] > row["seen"]["rare columns"][0]


def test_the_stored_correlations_are_near_those_of_flows_and_another_closure_is_not():
    rows = json.loads((RESULTS / "two_time_correlations.json").read_text())["rows"]
    flows = json.loads((RESULTS / "two_times.json").read_text())["rows"]
    off, still = [], []
    for row in rows:
        place = ("task", "width", "last", "times")
        flow = next(each for each in flows if all(each[name] == row[name] for name in place))
        seen = np.array(flow["seen"]["rare columns"])
        off.append(np.abs(row["seen"]["rare columns"] - seen))
        still.append(np.abs(1.0 - seen))
    assert np.median(off) < 0.03
    assert np.median(still) > 10.0 * np.median(off)
    assert len(rows) == len(two_time_correlations.CASES) * len(two_times.LAST)


@pytest.mark.parametrize("report", [two_time_accuracy, two_time_correlations])
def test_a_report_refuses_a_file_it_cannot_write(report, capsys):
    with pytest.raises(Exception, match=r"json"):
        report.main(["--out", "found.txt"])
