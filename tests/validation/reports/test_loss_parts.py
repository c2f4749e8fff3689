import json
from pathlib import Path

import numpy as np
import pytest

from superlaw.solvers.closures.row_replica import solve_closure
from superlaw.validation.reports import closure_accuracy, loss_parts
from superlaw.validation.sweeps.ensembles import simulations

STORED = Path(__file__).parents[3] / "docs" / "results" / "loss_parts.json"


def test_parts_add_up_to_the_losses_of_flows_and_of_the_closure(tmp_path, monkeypatch):
    cells = tuple((1.5, 0.5, 64, 4, has_bias, 2) for has_bias in (True, False))
    monkeypatch.setattr(loss_parts, "CELLS", cells)
    monkeypatch.setattr(loss_parts, "TIMES", (1.0, 10.0))
    monkeypatch.setattr(closure_accuracy, "SPAN", (0.1, 10.0))
    out = tmp_path / "parts.json"
    loss_parts.main(["--out", str(out)])
    found = json.loads(out.read_text())
    assert found["times"] == [1.0, 10.0]
    for cell, row in zip(cells, found["rows"], strict=True):
        summed = {
            name: np.sum([row[name][part] for part in loss_parts.PARTS], axis=0)
            for name in ("flows", "as it stands", "both")
        }
        point = closure_accuracy.flow(cell, 0)
        flown = simulations({0: point})[0].loss.mean(axis=0)[[8, 16]]
        np.testing.assert_allclose(summed["flows"], flown, rtol=1e-3)
        closure = solve_closure(point.task, 16, row["bias"], np.array([1.0, 10.0])).loss
        np.testing.assert_allclose(summed["as it stands"], closure, rtol=0.02)
        assert summed["both"][1] == pytest.approx(closure[1], rel=0.1)
        assert summed["both"][1] != summed["as it stands"][1]
        closed = [row[name][loss_parts.CLOSED] for name in summed]
        assert 0.0 <= np.min(closed) <= np.max(closed) < 1.0


@pytest.fixture
def page(docs_script):
    return docs_script("closure_parts")


def test_the_stored_parts_are_those_of_the_script_and_the_page_says_them(page):
    kept = json.loads(STORED.read_text())
    cells = [tuple(row[name] for name in closure_accuracy.PLACE) for row in kept["rows"]]
    assert cells == list(loss_parts.CELLS)
    assert kept["provenance"]["command"] == loss_parts.COMMAND
    row = next(row for row in kept["rows"] if row["b"] == 0.0)
    row["flows"][loss_parts.CLOSED][0] = row["as it stands"][loss_parts.CLOSED][0] + 0.37
    assert "as flows have, within 0.37," in " ".join(page._opening(kept).split())
    row["flows"]["loss_diagonal"][0] = 0.0
    with pytest.raises(ValueError, match="untrue"):
        page._opening(kept)


@pytest.mark.parametrize("part", ["loss_diagonal", "dead_fraction"])
def test_the_page_is_not_written_if_its_words_do_not_hold(page, part):
    kept = json.loads(STORED.read_text())
    for row in kept["rows"]:
        row["flows"][part] = [0.5 * x for x in row["as it stands"][part]]
    with pytest.raises(ValueError, match="untrue"):
        page._said(kept)


def test_without_bias_the_loss_of_others_rises_in_the_closure_only(page):
    kept = json.loads(STORED.read_text())
    (row, *_) = (row for row in kept["rows"] if not row["bias"])
    row["as it stands"]["loss_interference"][-1] = 1e-9
    with pytest.raises(ValueError, match="untrue"):
        page._half_open(kept)
