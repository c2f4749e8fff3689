"""What thinned flows state beside what they are off: how it is counted, and what must fail."""

import json

import numpy as np
import pytest

from superlaw.validation.reports import paired_flows, thinning_errors
from superlaw.validation.reports.large_n import TIMES, Point
from superlaw.validation.reports.thinning_errors import AT_ONCE, SEEDS, compared
from superlaw.validation.training.thinned import classes

POINT = Point(1.7, 0.5, 512, 8, 256)


def pairs(off, scatter=0.0, e=(0.001, 0.002, 0.004)):
    """Pairs of six seeds whose thinned losses have a line in e, and besides are off."""
    rows = []
    for shift in scatter * np.array([-1.5, -1.0, -0.5, 0.5, 1.0, 1.5]):
        whole = -0.9 * np.log(TIMES)
        thinned = [whole - (30.0 + shift) * each + off for each in e]
        rows.append({"whole": whole, "thinned": thinned, "shared": list(e)})
    return rows


@pytest.mark.parametrize(("off", "holds"), [(0.0, True), (0.014, True), (0.02, False)])
def test_runs_hold_what_they_state_or_not(off, holds):
    """3 % are added by a line: half of it is stated, three times that by one seed."""
    row = compared(POINT, pairs(off))
    assert row["runs"] == [6, 15, 15] and AT_ONCE == (1, 2, 4)
    assert row["stated"] == pytest.approx([0.045, 0.015, 0.015])
    assert row["off"] == pytest.approx(3 * [off], abs=1e-4)
    assert row["within"] == [6, 15 * holds, 15 * holds]
    assert row["worst"] == pytest.approx(off, abs=1e-4) and row["error"] == 0.0


def test_what_scatters_states_more():
    calm, wild = (compared(POINT, pairs(0.0, scatter)) for scatter in (0.0, 10.0))
    assert wild["stated"][1] > 1.2 * calm["stated"][1]


def test_measuring_writes_a_row_of_every_student(tmp_path, monkeypatch):
    seen = []

    def fake(point, seed):
        seen.append((point, tuple(seed)))
        assert len(classes(paired_flows.task_of(point), point.n_classes, 1e3)[0]) > 1
        return pairs(0.0)[seed[1]]

    monkeypatch.setattr(paired_flows, "pair", fake)
    out, runs = tmp_path / "errors.json", tmp_path / "runs"
    for _ in range(2):  # the second time all is kept
        thinning_errors.main(["--out", str(out), "--runs", str(runs), "--entropy", "3"])
    found = json.loads(out.read_text())
    assert len(found["students"]) == len(thinning_errors.STUDENTS)
    assert len(seen) == len(set(seen)) == SEEDS * len(thinning_errors.STUDENTS)
    assert {seed for _, (seed, _) in seen} == {3}
