"""superlaw report: one page of any saved result, read back from its folder or file."""

import re

import numpy as np
import pytest

import superlaw as sl
from superlaw.results import equal
from superlaw.storage import write_json
from superlaw.validation.reports.saved import load
from superlaw.validation.reports.tables import tables
from superlaw.validation.sweeps.folder import read_sweep
from superlaw.validation.width.law import WidthLaw

TASK = "-a 1.5 -b 0.25 -N 32 --t-end 5 --per-decade 4"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _page(path, n_figures=1):
    text = path.read_text(encoding="utf-8")
    assert text.count("<svg") == n_figures and text.count("<table>") >= 1
    assert "@software{superlaw," in text and not re.search(r"\bnan\b|(src|href)=.(?!#)", text)
    return text


@pytest.mark.slow
def test_a_curve_and_an_ensemble_become_pages(run, as_json, folder):
    run("solve", *TASK.split(), "--out", "curve.npz")
    told = as_json("report", "curve.npz")
    assert told == {"kind": "Solution", "path": "curve.npz", "page": "curve.html"}
    assert "<li>task: a = 1.5, b = 0.25, n_features = 32</li>" in _page(folder / "curve.html")
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


def test_answers_in_json_become_pages_that_say_how_they_were_made(run, as_json, folder):
    times = sl.log_times(1, 1e3, 3)
    rows = [f"{t:.17g},{0.8 * t**-0.5:.17g}" for t in times]
    (folder / "c.csv").write_text("\n".join(["times,loss", *rows]))
    run("fit", "c.csv", "--model", "straight", "--out", "fit.json")
    assert as_json("report", "fit.json")["kind"] == "PowerLawFit"
    text = _page(folder / "fit.html")
    assert "<td>exponent</td><td>0.5</td>" in text and "model = straight" in text
    assert re.search(r"superlaw [\d.]+, \d{4}-\d\d-\d\dT", text)


def test_an_answer_without_a_manifest_says_so(run, folder):
    none = (None, None)
    law = WidthLaw((2, 3), (0.1, 0.05), (0.4, 0.3), none, none, ("strong",) * 2, (1.0, 1.0), none)
    write_json("width.json", law)
    assert run("report", "width.json")[0] == 0
    text = _page(folder / "width.html")
    assert "no manifest" in text and "lower bound" in text


def test_a_folder_that_has_its_page_keeps_it(run, folder):
    (folder / "geo").mkdir()
    matrix = {"n_features": 8, "dimension": 3, "versions": [{"name": "raw"}], "blocks": []}
    write_json("geo/geometry.json", matrix)
    (folder / "geo" / "index.html").write_text("the page with its figures")
    assert run("report", "geo")[0] == run("report", "geo", "--out", "copy.html")[0] == 0
    assert (folder / "geo" / "index.html").read_text() == "the page with its figures"
    assert (folder / "copy.html").read_text() == "the page with its figures"
    run("report", "geo/geometry.json")
    assert "<caption>versions</caption>" in _page(folder / "geo" / "geometry.html", n_figures=0)


def test_pages_made_of_numbers_alone_have_figures(as_json, folder):
    matrices = [np.random.default_rng(d).normal(size=(40, d)) for d in (4, 6, 9)]
    write_json("geometry.json", sl.geometry(matrices[0]))
    as_json("report", "geometry.json")
    assert "Spectrum of the frame operator" in (folder / "geometry.html").read_text()
    write_json("law.json", law := sl.overlap_law(matrices))
    assert equal(load("law.json").picture, law.picture())
    checks = [{"label": "x", "predicted": 2.0, "measured": m, "passed": m < 3} for m in (2.1, 9.0)]
    rows = [
        {"name": "x", "verdict": verdict, "checks": [check]}
        for verdict, check in zip(("PASS", "FAIL"), checks, strict=True)
    ]
    write_json("report.json", {"claims": rows, "configuration": {}, "passed": False})
    series = load("report.json").picture.series
    assert [each.y.tolist() for each in series[:2]] == [[1.05], [4.5]]


def test_every_answer_is_known_by_its_keys(folder):
    task = sl.PowerLawTask(a=1.5, n_features=16)
    found = {
        "Exponent": sl.exponent(task),
        "Solution": sl.solve(task, times=[1.0, 2.0]),
        "Ensemble": sl.simulate(task, times=[1.0, 2.0], seeds=2),
    }
    for kind, result in found.items():
        write_json(f"{kind}.json", result)
        assert load(f"{kind}.json").kind == kind


def test_tables_of_plain_data_leave_nothing_out():
    data = {"a": 1.5, "in": {"b": [1, 2]}, "rows": [{"name": "x", "v": 1, "more": [{"w": 2}]}],
            "t": [1, 2], "l": [3, 4], "e": [None, 5], "none": None}  # fmt: skip
    assert list(tables(data)) == [
        ("", [("", ""), ("a", "1.5"), ("in.b", "1, 2")]),
        ("rows", [("name", "v"), ("x", "1")]),
        ("x: more", [("w",), ("2",)]),
        ("", [("t", "l", "e"), ("1", "3", "–"), ("2", "4", "5")]),
    ]
    ten = {f"c{k}": k for k in range(10)}
    assert next(iter(tables({"rows": [ten]})))[1][:2] == [("c0", "0"), ("c1", "1")]
