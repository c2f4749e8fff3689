import json
from importlib.resources import files
from types import SimpleNamespace

import numpy as np
import pytest

from superlaw.solvers.closures.bands import MISSED
from superlaw.solvers.closures.measurements import measured as stored
from superlaw.validation.claims.size import SIZES, Conditions
from superlaw.validation.reports import closure_accuracy, outside_assumptions

CELL = (1.5, 0.0, 64, 4, True, 4)


@pytest.fixture
def flown(monkeypatch):
    """Points that are flown, in place of flying them; and a closure that is not solved."""
    points = []

    def simulations(wanted, **_):
        points.extend(wanted.values())
        losses = np.array([np.ones(41), np.full(41, 2.0)])
        return dict.fromkeys(wanted, SimpleNamespace(loss=losses))

    solved = SimpleNamespace(status="success", success=True, loss=np.full(41, 3.0))
    monkeypatch.setattr(closure_accuracy, "solve_closure", lambda *_, **__: solved)
    monkeypatch.setattr(closure_accuracy, "simulations", simulations)
    return points


def test_measuring_writes_rows_times_and_provenance(tmp_path, flown):
    out = tmp_path / "row_replica.json"
    closure_accuracy.main(["--out", str(out), "--entropy", "7"])
    numbers = json.loads(out.read_text())
    kept = stored("row_replica")
    assert (set(numbers), numbers["times"]) == (set(kept), kept["times"])
    sources = numbers["provenance"], numbers["fresh"]["provenance"]
    assert [source["entropy"] for source in sources] == [7, 8]
    for source in sources:
        assert source["command"] == kept["provenance"]["command"]
    assert {flow.options["entropy"] for flow in flown} == {7, 8}
    assert len(flown) == len(numbers["rows"]) + len(numbers["fresh"]["rows"])


def test_known_cells_are_not_flown_again_but_compared_again(tmp_path, flown):
    known = tmp_path / "known.json"
    text = (files("superlaw.solvers.closures") / "row_replica.json").read_text("utf-8")
    earlier = json.loads(text)
    left_out = earlier["rows"].pop(3)
    known.write_text(json.dumps(earlier))
    out = tmp_path / "again.json"
    closure_accuracy.main(["--out", str(out), "--known", str(known)])
    (flow,) = flown
    assert (flow.task.a, flow.task.b) == (left_out["a"], left_out["b"])
    again = json.loads(out.read_text())["rows"]
    for row, before in zip(again, stored("row_replica")["rows"], strict=True):
        assert row["date"] >= before["date"]
        mean = np.log(np.sqrt(2.0)) if row["flows"] != before["flows"] else before["flows"]
        assert row["deviation"] == pytest.approx(np.full(11, np.log(3.0) - mean), abs=1e-4)
    flown.clear()
    closure_accuracy.main(["--out", str(out), "--known", str(known), "--entropy", "9"])
    assert len(flown) == len(closure_accuracy.LATTICE) + len(closure_accuracy.BETWEEN)


def test_the_stored_rows_are_the_cells_of_the_script():
    kept = stored("row_replica")
    for cells, rows in (
        (closure_accuracy.LATTICE, kept["rows"]),
        (closure_accuracy.BETWEEN, kept["fresh"]["rows"]),
    ):
        assert [closure_accuracy._cell(row) for row in rows] == list(cells)
    assert len(set(closure_accuracy.LATTICE)) == len(closure_accuracy.LATTICE)


def test_the_stored_deviations_are_those_of_the_closure_as_it_is():
    """A closure that was changed must be compared again: --known takes a minute."""
    for row in stored("row_replica")["rows"][::60]:
        flows = {name: row[name] for name in closure_accuracy.SEEN}
        now = closure_accuracy._row(closure_accuracy._cell(row), flows)
        assert now["deviation"] == pytest.approx(row["deviation"], abs=1e-3)


def test_a_row_compares_the_closure_with_flows(monkeypatch):
    monkeypatch.setattr(closure_accuracy, "SPAN", (0.1, 10.0))
    flown = closure_accuracy._flown((CELL,), None, 0, None)
    row = closure_accuracy._row(CELL, flown[CELL])
    assert set(row) == set(stored("row_replica")["rows"][0])
    assert np.max(np.abs(row["deviation"])) < 0.1
    assert 0.0 < row["spread"][-1] < 0.2


def test_what_is_kept_of_flows_is_the_log_mean():
    found = closure_accuracy.seen(np.array([[1.0, 1.0], [1.0, 4.0]]))
    assert found["flows"] == pytest.approx([0.0, np.log(2.0)], abs=1e-5)
    assert found["spread"] == pytest.approx([0.0, np.log(4.0) / np.sqrt(2.0)], abs=1e-4)
    assert found["scatter"] == pytest.approx([0.0, np.sqrt(4.5) / 2.5], abs=1e-4)
    assert found["last"] == pytest.approx([0.5, 2.0])


@pytest.mark.parametrize(
    ("status", "loss", "deviation"),
    [("not_finite", np.empty(0), []),
     ("invariant", np.where(np.arange(41) < 7, 2.0, 3.0), [np.log(2.0), np.log(2.0)])],
)  # fmt: skip
def test_where_the_closure_ends_deviations_end(monkeypatch, status, loss, deviation):
    ended = SimpleNamespace(status=status, success=False, loss=loss)
    monkeypatch.setattr(closure_accuracy, "solve_closure", lambda *_, **__: ended)
    found = closure_accuracy._row(CELL, {"flows": [0.0] * 11})["deviation"]
    assert found == pytest.approx(deviation, abs=1e-4)


def test_fresh_flows_lie_in_the_stated_band_as_often_as_is_stated():
    """And would not in a band of the seeds alone: the deviation of the closure counts."""
    fresh = closure_accuracy.beyond(stored("row_replica")["fresh"]["rows"])
    excess = np.array([each for *_, each in fresh])
    known = np.isfinite(excess)
    assert known[[row["bias"] for row, *_ in fresh]].all() and known.any(axis=1).sum() > 10
    assert np.mean(excess[known] > 0.0) <= MISSED
    halved = np.array([each + 0.6 * half for _, half, each in fresh])
    assert np.mean(halved[known] > 0.0) > MISSED


def test_departures_carry_their_provenance(monkeypatch):
    monkeypatch.setattr(outside_assumptions, "departures", lambda *_: [])
    monkeypatch.setattr(outside_assumptions, "plateau", lambda _: {})
    source = outside_assumptions.measured(Conditions(SIZES["small"], entropy=3))["provenance"]
    assert (source["entropy"], source["seeds"]) == (3, outside_assumptions.SEEDS)
