"""Thinned flows beside whole ones on the same columns: what is compared, and what must fail."""

import json

import numpy as np
import pytest

from superlaw.setting.student import Student
from superlaw.validation.reports import paired_flows
from superlaw.validation.reports.large_n import OPTIMIZER, PRECISION, TIMES, Point, task_of
from superlaw.validation.reports.paired_flows import compared, pair
from superlaw.validation.training.simulate import simulate
from superlaw.validation.training.thinned import classes

POINT = Point(1.5, 0.5, 512, 8, 256)
LEVELS = (0.0, 0.02, -0.02)


def pairs(off, e=(0.001, 0.002, 0.004)):
    """Pairs of seeds whose thinned losses are off by a line in e, and besides by `off`."""
    rows = []
    for level in LEVELS:
        whole = level - 0.9 * np.log(TIMES)
        thinned = [whole - 30.0 * each + off for each in e]
        rows.append({"whole": whole, "thinned": thinned, "shared": list(e)})
    return rows


@pytest.mark.parametrize("off", [0.0, 0.005, 0.2])
def test_a_deviation_is_told_with_its_error(off):
    """What seeds share cancels; a line in e is extrapolated away, and a bias is not."""
    row = compared(POINT, pairs(off))
    assert row["off"] == pytest.approx([off] * len(TIMES), abs=1e-4)
    assert row["error"] == pytest.approx([0.0] * len(TIMES), abs=1e-4)
    assert row["rms"] == pytest.approx(off, abs=1e-4) and row["slope_off"] == 0.0
    assert row["unextrapolated"][0] == pytest.approx(off - 0.03, abs=1e-4)


def test_an_error_is_that_of_the_scatter_of_differences():
    rows = pairs(0.0)
    for shift, row in zip((-0.03, 0.0, 0.03), rows, strict=True):
        row["thinned"] = [each + shift for each in row["thinned"]]
    assert compared(POINT, rows)["error"][0] == pytest.approx(0.03 / 3**0.5, abs=1e-4)


@pytest.mark.slow
def test_both_flows_are_those_of_simulate():
    """A whole flow on the same draw, and a thinned one whose columns are some of those."""
    found = pair(POINT, [5, 0])
    assert [len(each) for each in (found["whole"], *found["thinned"])] == 4 * [len(TIMES)]
    thinned = simulate(
        task_of(POINT),
        Student(POINT.width, tied=True),
        TIMES,
        optimizer=OPTIMIZER,
        precision=PRECISION,
        features="classes",
        n_classes=POINT.n_classes,
        seeds=4,
    )
    extrapolated = compared(POINT, [found, found])["off"] + np.array(found["whole"])
    assert np.abs(extrapolated - np.log(thinned.mean)).max() < 0.5
    whole = simulate(task_of(POINT), Student(POINT.width, tied=True), TIMES, seeds=4)
    assert np.abs(found["whole"] - np.log(whole.mean)).max() < 0.5


def test_measuring_writes_a_row_of_every_student(tmp_path, monkeypatch):
    seen = []

    def fake(point, seed):
        seen.append((point, tuple(seed)))
        edges = classes(task_of(point), point.n_classes, 1e3)
        return pairs(0.0, tuple(1.0 / len(each) for each in edges))[seed[1] % 3]

    monkeypatch.setattr(paired_flows, "pair", fake)
    out, runs = tmp_path / "paired.json", tmp_path / "runs"
    for _ in range(2):  # the second time all is kept
        paired_flows.main(["--out", str(out), "--runs", str(runs), "--entropy", "3"])
    found = json.loads(out.read_text())
    assert len(found["goal"]) == len(paired_flows.GOAL)
    assert len(found["columns"]) == len(paired_flows.COLUMNS)
    assert (
        len(seen)
        == len(set(seen))
        == sum(row["seeds"] for row in found["goal"])
        + sum(row["seeds"] for row in found["columns"])
    )
    assert {seed for _, (seed, _) in seen} == {3}
