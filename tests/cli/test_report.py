"""superlaw report: one page of any saved result, read back from its folder or file."""

import re

import pytest

import superlaw as sl
from superlaw.validation.sweeps.folder import read_sweep

TASK = "-a 1.5 -b 0.25 -N 32 --t-end 5 --per-decade 4"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _page(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("<svg") >= 1 and text.count("<table>") == 2
    assert "@software{superlaw," in text and not re.search(r"\bnan\b|(src|href)=.(?!#)", text)
    return text


@pytest.mark.slow
def test_a_curve_and_an_ensemble_become_pages(run, as_json, folder):
    run("solve", *TASK.split(), "--out", "curve.npz")
    told = as_json("report", "curve.npz")
    assert told == {"kind": "Solution", "path": "curve.npz", "page": "curve.html"}
    assert "<td>task.a</td><td>1.5</td>" in _page(folder / "curve.html")
    run("simulate", *TASK.split(), "--seeds", "2", "--out", "runs")
    assert as_json("report", "runs", "--out", "page.html")["kind"] == "Ensemble"
    assert "one standard error" in _page(folder / "page.html")
    assert as_json("report", "runs/curve.csv")["kind"] == "Ensemble"


def test_a_sweep_comes_back_as_it_was(as_json, folder):
    table = sl.sweep({"task.a": [1.5, 2.0], "student.depth": [1, 3]}, "solve", out="map",
                     fixed={"task.n_features": 32})  # fmt: skip
    found = read_sweep("map")
    assert found.rows[::2] == table.rows[::2] and found.curves == table.curves
    assert found.counts == table.counts
    assert as_json("report", "map")["kind"] == "SweepTable"
    assert "failed, or not measured yet" in _page(folder / "map" / "index.html")


def test_what_is_no_result_is_refused(run, folder):
    (folder / "empty").mkdir()
    (folder / "curve.csv").write_text("times,loss\n1,1\n")
    (folder / "curve.manifest.json").write_text('{"configuration": {}}')
    for path in ("empty", "missing", "curve.csv", "curve.npz"):
        code, out, err = run("report", path)
        assert (code, out, err.count("\n")) == (2, "", 1), path
    assert run("report")[0] == 2
    run("solve", *TASK.split(), "--out", "good.npz")
    code, _, err = run("report", "good.npz", "--out", "page.txt")
    assert code == 2 and "ending in .html" in err
