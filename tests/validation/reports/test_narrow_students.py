import json
from pathlib import Path

import numpy as np
import pytest
from scipy.special import betainc, ndtr

from superlaw.setting.task import PowerLawTask
from superlaw.solvers.closures.row_replica import N_REPLICAS, RowReplicas
from superlaw.validation.reports import closure_accuracy, narrow_students

STORED = Path(__file__).parents[3] / "docs" / "results" / "narrow_students.json"
TASK, WIDTH = PowerLawTask(1.3, 0.0, 64), 8


@pytest.mark.parametrize("width", [4, 32])
def test_bounded_marks_are_as_rare_as_cosines(width):
    """Of x² ~ B(1/2, (K − 1)/2) for the cosine x of two random directions."""
    marks = np.linspace(-3.0, 3.0, 7)
    x = narrow_students.as_cosines(marks, width) / np.sqrt(width)
    inside = betainc(0.5, (width - 1) / 2, x**2)
    np.testing.assert_allclose(0.5 * (1.0 + np.sign(x) * inside), ndtr(marks), rtol=1e-9)


def test_variants_change_what_they_name_and_nothing_else():
    stands = RowReplicas(TASK, WIDTH, trains_bias=True).model
    same = narrow_students.variant(TASK, WIDTH, False, N_REPLICAS).model
    for mine, other in zip(stands, same, strict=True):
        np.testing.assert_array_equal(mine, other)
    bounded = narrow_students.variant(TASK, WIDTH, True, N_REPLICAS).model
    assert abs(bounded.marks).max() < abs(stands.marks).max()
    assert abs(bounded.nodes).max() < np.sqrt(WIDTH) * 1.05 < abs(stands.nodes).max()
    for model in (stands, bounded):
        np.testing.assert_allclose(np.mean(model.marks**2, axis=-1), 1.0, rtol=1e-9)
        assert np.sum(model.node_weights * model.nodes**2) == pytest.approx(1.0)
    np.testing.assert_array_equal(bounded.bulk_marks, stands.bulk_marks)
    more = narrow_students.variant(TASK, WIDTH, False, 2 * N_REPLICAS)
    assert more.sizes.R == more.model.marks.shape[-1] == 2 * N_REPLICAS
    assert more.model.marks.max() > stands.marks.max()


def test_each_variant_is_compared_with_the_same_flows(tmp_path, monkeypatch):
    monkeypatch.setattr(narrow_students, "CELLS", ((1.3, 32, 2),))
    monkeypatch.setattr(closure_accuracy, "SPAN", (0.1, 1.0))
    variants = (("few rows", False, 2), ("bounded", True, 2), ("more rows", False, 3))
    monkeypatch.setattr(narrow_students, "VARIANTS", variants)
    out = tmp_path / "narrow.json"
    narrow_students.main(["--out", str(out)])
    found = json.loads(out.read_text())
    assert found["times"] == [0.1, 1.0]
    (row,) = found["rows"]
    assert (row["width"], row["seeds"]) == (2, 2)
    deviations = row["deviation"]
    assert list(deviations) == [name for name, *_ in narrow_students.VARIANTS]
    for deviation in deviations.values():
        assert abs(deviation[0]) < 0.02
    assert len({deviation[-1] for deviation in deviations.values()}) == len(deviations)


def test_the_stored_comparison_is_that_of_the_script():
    kept = json.loads(STORED.read_text())
    rows = [(r["task"]["a"], r["task"]["n_features"], r["seeds"]) for r in kept["rows"]]
    assert rows == list(narrow_students.CELLS)
    assert kept["provenance"]["command"] == narrow_students.COMMAND


def test_the_page_quotes_the_largest_entries_of_its_table(docs_script):
    told, shown = docs_script("closure_narrow").sections()
    heads, _, *rows = (line.strip("| ").split(" | ") for line in shown.splitlines())
    for variant, words in (("both", "is {} in place"), ("as it stands", "in place of {};")):
        cells = (row[k] for row in rows for k, head in enumerate(heads) if head.endswith(variant))
        assert words.format(max(cells, key=lambda cell: abs(float(cell.rstrip("%"))))) in told
