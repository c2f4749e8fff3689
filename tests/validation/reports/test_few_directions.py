import json
from pathlib import Path

import numpy as np
import pytest

from superlaw.setting.task import PowerLawTask
from superlaw.solvers.closures.row_replica import solve_closure
from superlaw.validation.reports import few_directions

STORED = Path(__file__).parents[3] / "docs" / "results" / "few_directions.json"
K, N = 48, 1200


@pytest.fixture(scope="module")
def columns():
    W = np.random.default_rng(5).standard_normal((K, N))
    return W / np.linalg.norm(W, axis=0)


def test_one_direction_makes_rows_differ_and_all_fields_alike(columns):
    w = columns[:, 0]
    seen = few_directions.fields(np.outer(w, w), columns)
    assert seen["directions"] == pytest.approx(1.0)
    assert seen["alike"] == pytest.approx(1.0)
    assert seen["size of B"] == pytest.approx(1.0 / K)
    cosine = 3.0 * K / (K + 2.0)
    assert seen["kurtosis"] == pytest.approx(cosine**2, rel=0.15)
    assert seen["sizes of rows"] == pytest.approx(np.sqrt(cosine - 1.0), rel=0.1)
    assert seen["spread of overlaps"] == pytest.approx(np.sqrt(cosine - 1.0) / K, rel=0.1)


def test_many_directions_make_rows_alike_and_fields_independent(columns):
    orthogonal = np.linalg.qr(np.random.default_rng(6).standard_normal((K, K)))[0]
    seen = few_directions.fields(orthogonal, columns)
    assert seen["directions"] == pytest.approx(K)
    assert seen["sizes of rows"] == pytest.approx(0.0, abs=1e-9)
    assert seen["kurtosis"] == pytest.approx(3.0 * K / (K + 2.0), rel=0.02)
    assert seen["alike"] == pytest.approx(1.0 / np.sqrt(K), rel=0.5)


def test_sizes_are_those_of_the_closure_over_the_mean_of_flows(tmp_path, monkeypatch):
    for name, value in (("CELLS", ((4, 0.5),)), ("N_FEATURES", 64), ("SEEDS", 2)):
        monkeypatch.setattr(few_directions, name, value)
    monkeypatch.setattr(few_directions, "TIMES", (0.5, 2.0))
    out = tmp_path / "directions.json"
    few_directions.main(["--out", str(out), "--entropy", "3"])
    (row,) = json.loads(out.read_text())["rows"]
    task = PowerLawTask(few_directions.A, 0.5, 64)
    flows = [few_directions._flow(task, 16, seed) for seed in (3, 4)]
    closure = solve_closure(task, 16, True, np.array([0.5, 2.0])).observables["frobenius"]
    mean = np.mean([[at["size of B"] for at in flow] for flow in flows], axis=0)
    np.testing.assert_allclose(row["size of B"], closure / mean, rtol=0.02)
    alike = np.mean([flow[1]["alike"] for flow in flows])
    assert row["alike"][1] == pytest.approx(alike, rel=1e-3)


@pytest.fixture
def page(docs_script):
    return docs_script("closure_directions")


def test_the_stored_rows_are_those_of_the_script(page):
    kept = json.loads(STORED.read_text())
    assert [(row["share"], row["b"]) for row in kept["rows"]] == list(few_directions.CELLS)
    assert kept["times"] == list(few_directions.TIMES)
    assert kept["provenance"]["command"] == few_directions.COMMAND
    assert len(list(page.sections())) == 4


@pytest.mark.parametrize(
    ("name", "share", "value"),
    [("size of B", 16, 0.9), ("spread of overlaps", 16, 0.6), ("size of B", 4, 1.3)],
)
def test_the_page_is_not_written_if_its_words_do_not_hold(page, name, share, value):
    kept = json.loads(STORED.read_text())
    row = next(row for row in kept["rows"] if row["share"] == share)
    row[name] = [value] * 3
    with pytest.raises(ValueError, match="untrue"):
        page._said(kept)
