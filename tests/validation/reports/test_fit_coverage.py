"""The coverage of the errors of fits, in a small form."""

import json
from pathlib import Path

import pytest

from superlaw.validation.reports import fit_coverage

COMMITTED = Path(__file__).parents[3] / "docs" / "results" / "fit_coverage.json"


@pytest.mark.slow
def test_a_scenario_is_measured_as_it_was():
    """A few of the committed fits come out again; one that is too sure of itself would not hold."""
    again = fit_coverage.row(fit_coverage.SCENARIOS[0], 12)
    assert abs(again["median"] - again["truth"]) < 0.01 and again["pull"] < 2.0


def test_committed_medians_are_the_truth_where_the_noise_is_white():
    rows = json.loads(COMMITTED.read_text("utf-8"))["rows"]
    assert len(rows) == len(fit_coverage.SCENARIOS)
    for row in rows[:8]:
        assert abs(row["median"] - row["truth"]) < 0.01 and row["refused"] < 0.05
