import numpy as np
import pytest

from superlaw.solvers.closures import accuracy, measurements

PROVENANCE = {"version", "command", "entropy", "seeds", "date"}
ROUNDING = 2e-4
"""Ratios, errors and deviations are kept to four digits; a deviation is made of three of them."""


@pytest.mark.parametrize("closure", measurements.CLOSURES)
def test_measured_numbers_carry_their_provenance(closure):
    numbers = measurements.measured(closure)
    assert set(numbers["provenance"]) == PROVENANCE
    assert max(row["seeds"] for row in numbers["rows"]) == numbers["provenance"]["seeds"]


def test_fresh_flows_are_others_than_those_that_the_band_is_made_of():
    numbers = measurements.measured("row_replica")
    fresh = numbers["fresh"]
    assert set(fresh["provenance"]) == PROVENANCE
    assert fresh["provenance"]["entropy"] != numbers["provenance"]["entropy"]
    known = {(row["a"], row["b"], row["n_features"], row["width"]) for row in numbers["rows"]}
    between = {(row["a"], row["b"], row["n_features"], row["width"]) for row in fresh["rows"]}
    assert not known & between


def test_deviation_spread_and_scatter_stand_at_every_time():
    numbers = measurements.measured("row_replica")
    for row in (*numbers["rows"], *numbers["fresh"]["rows"]):
        assert len(row["spread"]) == len(row["scatter"]) == len(numbers["times"])
        ended = len(numbers["times"]) - len(row["deviation"])
        assert ended == 0 if row["bias"] else 0 <= ended < len(numbers["times"])
        assert len(row["last"]) == row["seeds"] and row["last"] == sorted(row["last"])
        assert np.log(row["last"]).std(ddof=1) == pytest.approx(row["spread"][-1], abs=1e-3)


def test_the_worst_deviation_of_tied_columns_is_that_of_their_ratios():
    for row in measurements.measured("tied")["rows"]:
        pairs = zip(row["ratio"], row["error"], row["worst"], strict=True)
        for ratio, error, worst in pairs:
            assert worst >= abs(ratio - 1.0) - 2.0 * error - ROUNDING
        assert row["worst"] == sorted(row["worst"])


def test_the_sentence_quotes_the_file(monkeypatch):
    rows = [{"deviation": [0.0, -0.1]}, {"deviation": [0.02, 0.25]}, {"deviation": []}]
    region = {"N": (64, 128), "N/K": (2, 4), "a": (1.5, 2.0), "b": (0.0, 1.0)}
    source = {"version": "9.9", "command": "", "entropy": 0, "seeds": 3, "date": "2030-01-02"}
    numbers = {"rows": rows, "times": [0.1, 30.0], "provenance": source}
    monkeypatch.setattr(accuracy, "measured", lambda _: numbers)
    monkeypatch.setattr(accuracy, "region", lambda _, **__: region)
    text = accuracy.sentence("row_replica")
    assert "6.3% in the median and by 28% at most" in text
    assert "2 tasks and widths with $N$ = 64 to 128" in text
    assert "each at up to 2 times until 30" in text
    assert "(superlaw 9.9, 2030-01-02)" in text


def test_a_loss_stands_until_it_has_risen_too_far():
    loss = np.array([4.0, 2.0, 2.01, 1.0, 1.03, 1.07, 0.5])
    np.testing.assert_allclose(accuracy.risen(loss), [0, 0, 0.005, 0, 0.03, 0.07, 0], atol=1e-12)
    assert accuracy.standing(loss) == 5  # 0.07/2.07 is above 3 %, 0.03/2.03 is not
    assert accuracy.standing(loss[:5]) == 5


def test_a_closure_that_was_not_measured_is_refused(refused):
    with refused("closure", "row_replica"):
        measurements.measured("row_replicas")
