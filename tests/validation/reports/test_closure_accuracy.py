import json

import numpy as np
import pytest

from superlaw.solvers.closures.bands import MISSED
from superlaw.solvers.closures.measurements import measured as stored
from superlaw.validation.claims.size import SIZES, Conditions
from superlaw.validation.reports import closure_accuracy, outside_assumptions

CELL = (1.5, 0.0, 64, 4, True, 4)


def test_measuring_writes_rows_times_and_provenance(tmp_path, monkeypatch):
    rows, flown = [], []

    def simulations(points, **_):
        flown.extend(points.values())
        return dict.fromkeys(points)

    monkeypatch.setattr(closure_accuracy, "_row", lambda *given: rows.append(given) or len(rows))
    monkeypatch.setattr(closure_accuracy, "simulations", simulations)
    out = tmp_path / "row_replica.json"
    closure_accuracy.main(["--out", str(out), "--entropy", "7"])
    numbers = json.loads(out.read_text())
    kept = stored("row_replica")
    assert (set(numbers), numbers["times"]) == (set(kept), kept["times"])
    sources = numbers["provenance"], numbers["fresh"]["provenance"]
    assert [source["entropy"] for source in sources] == [7, 8]
    for source in sources:
        assert source["command"] == kept["provenance"]["command"]
    assert {flow.options["entropy"] for flow in flown} == {7, 8} and len(flown) == len(rows)


def test_the_stored_rows_are_the_cells_of_the_script():
    kept = stored("row_replica")
    names = ("a", "b", "n_features", "share", "bias", "seeds")
    for cells, rows in (
        (closure_accuracy.LATTICE, kept["rows"]),
        (closure_accuracy.BETWEEN, kept["fresh"]["rows"]),
    ):
        assert [tuple(row[name] for name in names) for row in rows] == list(cells)


def test_a_row_compares_the_closure_with_flows(monkeypatch):
    monkeypatch.setattr(closure_accuracy, "SPAN", (0.1, 10.0))
    row = closure_accuracy._rows((CELL,), None, 0)[0]
    assert set(row) == set(stored("row_replica")["rows"][0])
    assert np.max(np.abs(row["deviation"])) < 0.1
    assert 0.0 < row["spread"][-1] < 0.2


def test_the_comparison_is_with_the_log_mean():
    flows = np.array([[1.0, 1.0], [1.0, 4.0]])
    found = closure_accuracy.compared(flows, np.array([1.0, 3.0]))
    assert found["deviation"] == pytest.approx([0.0, np.log(1.5)], abs=1e-4)
    assert found["spread"] == pytest.approx([0.0, np.log(4.0) / np.sqrt(2.0)], abs=1e-4)
    assert found["scatter"] == pytest.approx([0.0, np.sqrt(4.5) / 2.5], abs=1e-4)
    assert found["last"] == pytest.approx([0.5, 2.0])
    assert closure_accuracy.compared(flows, None)["deviation"] == []


def test_fresh_flows_lie_in_the_stated_band_as_often_as_is_stated():
    """And would not in a band of the seeds alone: the deviation of the closure counts."""
    fresh = closure_accuracy.beyond(stored("row_replica")["fresh"]["rows"])
    excess = np.array([each for *_, each in fresh])
    assert np.isfinite(excess).all() and len(excess) > 10
    assert np.mean(excess > 0.0) <= MISSED
    halved = np.array([each + 0.6 * half for _, half, each in fresh])
    assert np.mean(halved > 0.0) > MISSED


def test_departures_carry_their_provenance(monkeypatch):
    monkeypatch.setattr(outside_assumptions, "departures", lambda *_: [])
    monkeypatch.setattr(outside_assumptions, "plateau", lambda _: {})
    source = outside_assumptions.measured(Conditions(SIZES["small"], entropy=3))["provenance"]
    assert (source["entropy"], source["seeds"]) == (3, outside_assumptions.SEEDS)
