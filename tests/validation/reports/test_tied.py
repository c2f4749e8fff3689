"""Measured numbers of tied students: how their accuracy comes about, and how documents have it."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.closures import accuracy
from superlaw.solvers.closures.measurements import measured
from superlaw.solvers.closures.tied import solve_tied
from superlaw.theory.derivations import derive
from superlaw.theory.documents.document import Figure, Heading, Paragraph, Table
from superlaw.theory.exponents import exponent
from superlaw.theory.laws import tied
from superlaw.validation.reports import shared_slope, slope_between, tied_accuracy, tied_map
from superlaw.validation.reports.measuring import tied_flow
from superlaw.validation.reports.worked_example import worked
from superlaw.validation.sweeps.ensembles import simulations

ROOT = Path(__file__).parents[3]
TIMES = np.geomspace(1.0, 30.0, 9)


def example(student=None, times=TIMES, simulated=False, **task):
    task = {"a": 1.5, "b": 0.5, "n_features": 512} | task
    return worked(derive("tied"), task, {"width": 64} | (student or {}), times, simulated=simulated)


def texts(blocks):
    return [block.text for block in blocks if isinstance(block, (Heading, Paragraph))]


def unflown(points, **_):
    """Return nothing for every point."""
    return dict.fromkeys(points)


@pytest.mark.slow
def test_a_row_compares_the_closure_with_flows(monkeypatch):
    monkeypatch.setattr(tied_accuracy, "DECADES", (1.0, 30.0))
    monkeypatch.setattr(tied_accuracy, "WINDOW", (5.0, 30.0))
    row = tied_accuracy.rows([(PowerLawTask(1.5, 0.5, 64), 32)], None, 0)[0]
    assert set(row) == set(measured("tied")["rows"][0])
    assert row["ratio"] == pytest.approx([1.0, 1.0], abs=0.1)
    assert row["worst"][0] <= row["worst"][1] < 0.15
    assert row["exponent"] == pytest.approx(row["exponent_of_flows"], abs=0.1)
    wrong = tied_accuracy.rows([(PowerLawTask(1.5, 0.5, 64), 8)], None, 0)[0]
    assert wrong["worst"][1] > 0.15
    flow = tied_flow(PowerLawTask(1.5, 0.5, 64), 8, (0.1, 30.0), 0)
    flows = simulations({0: flow})[0]
    closure = solve_tied(PowerLawTask(1.5, 0.5, 64), 8, flows.times).loss[-1]
    assert wrong["ratio"][-1] == pytest.approx(
        closure / np.sqrt(flows.loss[:, -1].prod()), abs=1e-4
    )


def test_measuring_writes_rows_region_and_provenance(tmp_path, monkeypatch):
    stored = measured("tied")
    points = {(row["a"], row["b"], row["n_features"], row["width"]): row for row in stored["rows"]}

    def row(task, width, *_):
        return points[task.a, task.b, task.n_features, width]

    monkeypatch.setattr(tied_accuracy, "_row", row)
    monkeypatch.setattr(tied_accuracy, "simulations", unflown)
    tied_accuracy.main(["--out", str(tmp_path / "tied.json"), "--entropy", "7"])
    found = json.loads((tmp_path / "tied.json").read_text())
    assert (found["rows"], found["region"]) == (stored["rows"], stored["region"])
    assert found["provenance"]["entropy"] == 7
    assert stored["provenance"]["command"] == found["provenance"]["command"]


def test_the_bands_are_those_of_their_rows(tmp_path, monkeypatch):
    monkeypatch.setattr(shared_slope, "DRAWN", 2)
    monkeypatch.setattr(shared_slope, "interpolation", lambda *given: given)

    def row(a, b, n, width, *_):
        return {"a": a, "b": b, "n_features": n, "width": width, "slope": 1.073, "law": 1.0}

    monkeypatch.setattr(shared_slope, "_row", row)
    monkeypatch.setattr(shared_slope, "simulations", unflown)
    report = str(ROOT / "docs" / "results" / "trained.json")
    shared_slope.main(["--out", str(tmp_path / "tied.json"), "--report", report])
    found = json.loads((tmp_path / "tied.json").read_text())
    assert [each["band"] for each in found["regions"]] == [0.08, 0.08]
    points, slopes, drawn = found["interpolation"]
    assert len(points) == len(slopes) == len(drawn) == len({tuple(x) for x in points})
    assert sum(drawn) == 2 + 14 and [1.5, 0.25, 512, 32] in points and min(slopes) < 0.8


def test_the_map_is_that_of_the_committed_validation(tmp_path):
    out, report = tmp_path / "map.json", ROOT / "docs" / "results" / "trained.json"
    tied_map.main(["--out", str(out), "--report", str(report)])
    made, kept = json.loads(out.read_text()), tied.observed()
    assert [made[key] for key in ("rows", "columns", "window")] == [
        kept[key] for key in ("rows", "columns", "window")
    ]
    assert made["provenance"]["report"] == kept["provenance"]["report"]
    rows = {tuple(row[:4]) for row in kept["rows"]}
    assert len(rows) == len(kept["rows"]) and all(k < n for *_, n, k in rows)


def plane(point):
    """A slope that is linear in the places of points, but for a wave."""
    x, n, inverse, ratio = tied.place(*point)
    return 1.0 + 0.1 * x - 0.02 * n - 0.1 * inverse + 0.1 * ratio + 0.05 * math.sin(2.0 * x)


@pytest.mark.slow
def test_slopes_between_points_are_found_with_how_far_left_out_ones_are(monkeypatch):
    monkeypatch.setattr(slope_between, "STARTS", slope_between.STARTS[:1])
    generator = np.random.default_rng(0)
    points = [
        (float(a), float(b), int(n), int(k))
        for a, b, n, k in zip(
            generator.uniform(1.2, 2.4, 60),
            generator.uniform(0.3, 1.0, 60),
            generator.integers(300, 1200, 60),
            generator.integers(16, 90, 60),
            strict=True,
        )
    ]
    slopes = [plane(point) for point in points]
    drawn = [k % 2 == 0 for k in range(60)]
    found = slope_between.interpolation(points, slopes, drawn)
    assert found["left_out"]["n"] == 30 and found["left_out"]["worst"] <= found["band"] < 0.08
    monkeypatch.setitem(tied.MEASURED, "interpolation", found)
    new = (1.71, 0.62, 700, 33)
    assert tied.slope_between(*new) == pytest.approx(plane(new), abs=0.005)
    assert tied.slope_between(*points[0]) == pytest.approx(slopes[0], abs=0.005)
    dealt = slope_between.interpolation(points, generator.permutation(slopes).tolist(), drawn)
    assert dealt["band"] > 0.2


@pytest.mark.slow
def test_a_document_has_the_measured_slope_with_its_band_and_the_curve():
    blocks = example()
    (slope,) = (text for text in texts(blocks) if "by its band" in text)
    known = exponent(PowerLawTask(1.5, 0.5, 512), Student(64, tied=True))
    assert f"{known.exponent:.4g}" in slope and f"{known.band[1]:.4g}" in slope
    (law,) = (b for b in blocks if isinstance(b, Table) and "by the slope" in "".join(b.head))
    first, last = law.rows[0], law.rows[-1]
    assert float(first[1]) == 1.0
    fall = -np.log(float(last[1])) / np.log(float(last[0]) / float(first[0]))
    assert fall == pytest.approx(known.exponent, abs=1e-3)
    assert sum(isinstance(block, Figure) for block in blocks) == 2
    assert any("solved" in block.svg for block in blocks if isinstance(block, Figure))


@pytest.mark.slow
def test_where_no_closure_is_offered_a_document_has_the_slope_and_the_simulation():
    blocks = example({"width": 16}, np.geomspace(1.0, 20.0, 5), simulated=True, n_features=300)
    (why,) = (text for text in texts(blocks) if text.startswith("No curve is solved here"))
    assert "√(8 N)" in why
    (table,) = (b for b in blocks if isinstance(b, Table) and "simulated" in b.head)
    losses = [float(row[1]) for row in table.rows]
    assert losses == sorted(losses, reverse=True)
    assert "simulated" in next(b.svg for b in blocks[::-1] if isinstance(b, Figure))


def test_where_no_slope_is_measured_a_document_says_where_one_is():
    said = texts(example({"width": 64}, b=0.0))
    assert any("only with" in text and "Elsewhere simulate" in text for text in said)
    assert not any("by its band" in text for text in said)


def test_the_accuracy_of_the_closure_is_quoted():
    sentence, rows = accuracy.sentence(derive("tied").about.closure), measured("tied")
    offered = [r for r in rows["rows"] if r["b"] >= 0.25 and 8 * r["n_features"] <= r["width"] ** 2]
    worst = max(row["window_rms"] for row in offered)
    assert f"up to {worst:.1%} in the root mean square" in sentence
    assert f"{len(offered)} tasks" in sentence and rows["provenance"]["date"] in sentence
