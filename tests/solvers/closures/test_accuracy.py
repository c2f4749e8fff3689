import pytest

from superlaw.setting.task import PowerLawTask
from superlaw.solvers.closures import accuracy

PROVENANCE = {"version", "command", "entropy", "seeds", "date"}
ROUNDING = 2e-4
"""Ratios, errors and deviations are kept to four digits; a deviation is made of three of them."""


@pytest.mark.parametrize("closure", accuracy.CLOSURES)
def test_measured_numbers_carry_their_provenance(closure):
    numbers = accuracy.measured(closure)
    assert set(numbers["provenance"]) == PROVENANCE
    assert {row["seeds"] for row in numbers["rows"]} == {numbers["provenance"]["seeds"]}


@pytest.mark.parametrize("closure", accuracy.CLOSURES)
def test_the_worst_deviation_is_that_of_the_ratios_beyond_two_errors(closure):
    for row in accuracy.measured(closure)["rows"]:
        pairs = zip(row["ratio"], row["error"], row["worst"], strict=True)
        for ratio, error, worst in pairs:
            assert worst >= abs(ratio - 1.0) - 2.0 * error - ROUNDING
        assert row["worst"] == sorted(row["worst"])


def test_the_sentence_quotes_the_file(monkeypatch):
    rows = [
        {"ratio": [1.0, 0.9], "worst": [0.0, 0.05]},
        {"ratio": [1.02, 1.3], "worst": [0.01, 0.25]},
    ]
    region = {"N": [64, 128], "N/K": [2, 4], "a": [1.5, 2.0], "b": [0.0, 1.0]}
    source = {"version": "9.9", "command": "", "entropy": 0, "seeds": 3, "date": "2030-01-02"}
    numbers = {"rows": rows, "region": region, "provenance": source}
    monkeypatch.setattr(accuracy, "measured", lambda _: numbers)
    text = accuracy.sentence("row_replica")
    assert "6.0% in the median" in text
    assert "25% at most" in text
    assert "2 tasks and widths with $N$ = 64 to 128" in text
    assert "3 seeds (superlaw 9.9, 2030-01-02)" in text


def test_a_closure_that_was_not_measured_is_refused(refused):
    with refused("closure", "row_replica"):
        accuracy.measured("row_replicas")


def test_outside_the_region_that_was_compared_a_curve_is_unvalidated():
    inside, outside = PowerLawTask(1.5, 0.0, 1024), PowerLawTask(1.5, 0.0, 100_000)
    assert "W-UNVALIDATED" not in {n.code for n in accuracy.notices(inside, 512, True, 100.0)}
    (notice,) = accuracy.notices(outside, 10_000, True, 100.0)
    assert notice.code == "W-UNVALIDATED"
    assert "N = 100000" in notice.message
