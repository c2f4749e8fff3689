import json

import pytest

from superlaw.setting.task import PowerLawTask
from superlaw.solvers.closures import accuracy as stored
from superlaw.validation.claims.size import SIZES, Conditions
from superlaw.validation.reports import closure_accuracy, outside_assumptions


def _row(task, share, conditions):
    return {"a": task.a, "b": task.b, "n_features": task.n_features, "share": share, "until": [9.0]}


def test_measuring_writes_rows_region_and_provenance(tmp_path, monkeypatch):
    monkeypatch.setattr(closure_accuracy, "_row", _row)
    out = tmp_path / "row_replica.json"
    closure_accuracy.main(["--out", str(out), "--entropy", "7", "--size", "small"])
    numbers = json.loads(out.read_text())
    assert set(numbers) == set(stored.measured("row_replica"))
    assert set(numbers["region"]) == set(stored.measured("row_replica")["region"])
    assert numbers["region"]["N"] == [256, 2048]
    assert numbers["region"]["last"] == [[256, 9.0], [1024, 9.0], [2048, 9.0]]
    assert numbers["provenance"]["entropy"] == 7
    assert numbers["provenance"]["command"].endswith("reports.closure_accuracy")


def test_a_row_compares_the_closure_with_flows():
    conditions = Conditions(SIZES["small"].with_each(seeds=4, t_end=10.0))
    row = closure_accuracy._row(PowerLawTask(1.5, 0.0, 64), 4, conditions)
    assert row["until"] == pytest.approx([1.0, 10.0], rel=0.2)
    for ratio, error in zip(row["ratio"], row["error"], strict=True):
        assert ratio == pytest.approx(1.0, abs=0.1)
        assert 0.0 < error < 0.1


def test_departures_carry_their_provenance(monkeypatch):
    monkeypatch.setattr(outside_assumptions, "departures", lambda *_: [])
    monkeypatch.setattr(outside_assumptions, "plateau", lambda _: {})
    source = outside_assumptions.measured(Conditions(SIZES["small"], entropy=3))["provenance"]
    assert (source["entropy"], source["seeds"]) == (3, outside_assumptions.SEEDS)
