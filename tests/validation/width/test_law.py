"""`sl.width_law`: what it answers, what it refuses, what it says of itself."""

import json

import numpy as np
import pytest

import superlaw as sl
from superlaw.cli import main
from superlaw.setting.frequencies import by_law, checked
from superlaw.solvers.width.budget import trained_budget
from superlaw.theory.laws import width as laws
from superlaw.validation.width import law, prediction
from superlaw.validation.width.represented import local_exponent, n_represented, regime

EVEN = np.full(200, 1.0 / 200.0)
NAMES = ["widths", "lower", "random", "predicted", "band", "regime", "exponent", "represented",
         "warnings"]  # fmt: skip


def test_an_answer_orders_bounds_and_prediction():
    found = sl.width_law(EVEN, [20])
    assert list(found.to_dict()) == NAMES
    for low, middle, high, band in zip(
        found.lower, found.predicted, found.random, found.band, strict=True
    ):
        assert low < band[0] < middle < band[1] < high
    assert found.regime == ("strong",) and found.represented == (1.0,)
    assert [notice.code for notice in found.warnings] == ["W-CLOSURE"]
    assert "without a ½" in str(found)


@pytest.mark.slow
def test_a_task_is_its_frequencies():
    task = sl.PowerLawTask(a=1.2, n_features=300)
    assert sl.width_law(task, [20]) == sl.width_law(task, [20])
    by_task, by_array = sl.width_law(task, [20]), sl.width_law(by_law("power", 300, a=1.2), [20])
    assert by_task.random == pytest.approx(by_array.random, rel=1e-9)
    assert by_task.predicted == pytest.approx(by_array.predicted, rel=1e-9)
    assert by_task.lower == (None,)


def test_up_to_two_features_a_dimension_lose_nothing():
    found = sl.width_law(np.full(40, 1 / 40), [10, 20, 39])
    assert found.predicted[1:] == (0.0, 0.0) and found.lower[1:] == (0.0, 0.0)
    assert found.exponent == (None, None, None)
    assert found.regime == ("strong", "weak", "weak")


@pytest.mark.slow
def test_independent_features_have_a_closure_and_no_bound():
    found = sl.width_law(EVEN, [20], activity="bernoulli")
    assert found.lower == found.predicted == found.band == found.represented == (None,)
    assert [notice.code for notice in found.warnings] == ["W-BOUND"]
    assert found.random[0] > sl.width_law(EVEN, [20]).random[0]


@pytest.mark.parametrize(
    ("m", "ridge", "counted", "loss"),
    [
        (10, 0.08, 8, 0.7653),
        (10, 0.04, 16, 0.6172),
        (10, 0.02, 23, 0.5335),
        (10, 0.01, 45, 0.4194),
        (10, 0.002, 104, 0.2596),
        (30, 0.02, 33, 0.4519),
        (30, 0.01, 59, 0.3222),
        (30, 0.005, 118, 0.1932),
        (30, 0.002, 200, 0.0513),
    ],
)
def test_a_ridge_decides_who_is_represented(m, ridge, counted, loss):
    """Against trained minima of i^-1, n = 200: counts within 35 %, losses within the band."""
    p = by_law("power", 200, a=1.0)
    shown = n_represented(p, m, ridge)
    assert shown == pytest.approx(counted, rel=0.35)
    low, high = prediction.trained(p, m, ridge, shown).band
    assert low < loss < high


def test_a_ridge_makes_superposition_weak():
    p = by_law("power", 200, a=1.0)
    weak, between, strong = (
        sl.width_law(p, [30], ridge=ridge).regime[0] for ridge in (0.02, 0.005, 1e-4)
    )
    assert (weak, between, strong) == ("weak", "transition", "strong")


def test_weak_superposition_loses_what_it_ignores():
    p = by_law("power", 200, a=1.0)
    found = sl.width_law(p, [30], ridge=0.02)
    shown = round(200 * found.represented[0])
    ignored = float(np.sum(laws.ignored_loss(p[shown:])))
    assert ignored < found.predicted[0] < 1.2 * ignored


TRAINED = {
    (0.0, 200, 6): 0.52518374, (0.0, 200, 20): 0.052395251, (0.0, 200, 70): 0.002021578,
    (0.0, 1000, 100): 0.0092399288, (1.2, 400, 5): 0.40290738, (1.2, 400, 50): 0.0056126737,
    (1.5, 400, 12): 0.052217256, (2.0, 400, 12): 0.01164052, (2.0, 400, 50): 0.00037854861,
}  # fmt: skip
"""Trained minima, one active feature: a, n and m."""


@pytest.mark.parametrize(("a", "n", "m"), sorted(TRAINED))
def test_trained_minima_are_within_the_band(a, n, m):
    p = by_law("power", n, a=a) if a else by_law("even", n)
    low, high = prediction.trained(p, m, 0.0, n).band
    assert low < TRAINED[a, n, m] < high


def test_the_narrow_band_is_for_what_was_trained():
    assert prediction.relative_band(by_law("power", 400, a=1.5), 20) == 0.2
    assert prediction.relative_band(by_law("power", 400, a=1.0), 20) == 0.5
    assert prediction.relative_band(by_law("exponential", 400, scale=39.0), 20) == 0.5
    assert prediction.relative_band(EVEN, 20) == 0.15
    assert prediction.relative_band(EVEN, 70) == 0.5


def test_a_bound_whose_certificate_fails_is_left_out(monkeypatch):
    monkeypatch.setattr(law, "lower_bound", lambda n, m: None)
    found = sl.width_law(EVEN, [20])
    assert found.lower == (None,)
    assert "certificate failed" in str(found)


def test_local_exponents_are_those_of_a_power_law():
    m = np.array([8.0, 16.0, 40.0])
    assert local_exponent(m, 3.0 * m**-1.5) == pytest.approx([1.5] * 3)
    assert local_exponent(m, np.array([1.0, 0.0, 0.0])) == [None] * 3
    assert [regime(k, 50, 10) for k in (20, 21, 50)] == ["weak", "transition", "strong"]


def test_laws_by_name():
    for name, rule in (("power", {"a": 1.2}), ("exponential", {"scale": 9.0}), ("linear", {})):
        p = by_law(name, 50, **rule)
        assert checked(p) is not None and p.sum() == pytest.approx(1.0)
    assert by_law("exponential", 50, scale=9.0)[9] / by_law("exponential", 50, scale=9.0)[0] == (
        pytest.approx(np.exp(-1.0))
    )


def test_formulas_of_codes():
    assert laws.clear_code_loss(1.0) == pytest.approx(4.0 / 3.0)
    assert laws.clear_code_gain(0.5) == 2.5
    assert laws.isolated_norm(0.1, 0.4) == pytest.approx(0.25)
    assert laws.crowded_threshold(0.0, 0.8) == pytest.approx(0.3)
    assert laws.exponent_range(2.0) == (2.0, 2.5)
    m = laws.best_width(1e6, 0.5, 2.0, 1.5, 3.0)
    cost = [2.0 * (1e6 / k) ** -0.5 + 3.0 * k**-1.5 for k in (0.99 * m, m, 1.01 * m)]
    assert cost[1] < min(cost[0], cost[2])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"widths": [10, 200]}, "widths must be below the number of features, 200"),
        ({"widths": [20, 10]}, "widths must be ascending"),
        ({"widths": [10.5]}, "widths must be a whole number"),
        ({"widths": [1]}, "widths must be at least 2"),
        ({"widths": []}, "widths must be at least one number"),
        ({"widths": 10}, "widths must be a sequence"),
        ({"frequencies": [0.5, 0.3]}, "frequencies must be of sum 1"),
        ({"frequencies": [0.3, 0.7]}, "frequencies must be descending"),
        ({"frequencies": [1.5, -0.5]}, "frequencies must be finite and above 0"),
        ({"frequencies": [np.nan, 0.5]}, "frequencies must be finite and above 0"),
        ({"frequencies": "words"}, "frequencies must be an array of numbers"),
        ({"frequencies": np.ones((2, 2)) / 4}, "frequencies must be a one-dimensional"),
        ({"activity": "two"}, "activity must be one of"),
        ({"density": 2.0}, "density must be 1"),
        ({"density": 0.3, "activity": "bernoulli"}, "frequencies must be of sum 0.3"),
        ({"ridge": -1.0}, "ridge must be at least 0"),
        ({"ridge": 1.0, "activity": "bernoulli"}, "ridge must be 0"),
        ({"frequencies": sl.PowerLawTask(1.2, 0.5, 200)}, "b must be 0"),
        ({"frequencies": sl.PowerLawTask(1.2)}, "n_features must be"),
        ({"frequencies": sl.PowerLawTask(1.2, 0, 9), "density": 1.0}, "density must be left out"),
        (
            {"frequencies": sl.PowerLawTask(1.2, 0, 99, amplitude="constant")},
            "amplitude must be 'uniform'",
        ),
    ],
)
def test_bad_input_is_refused_by_name(arguments, message):
    given = {"frequencies": EVEN, "widths": [10]} | arguments
    with pytest.raises(sl.ArgumentError, match=message):
        sl.width_law(given.pop("frequencies"), given.pop("widths"), **given)


def _answer(capsys, *arguments):
    code = main(["width", "--json", *arguments])
    return code, json.loads(capsys.readouterr().out)


def test_the_command_answers_with_one_object(capsys, tmp_path):
    plot, out = tmp_path / "width.svg", tmp_path / "width.json"
    code, found = _answer(
        capsys, "--law", "even", "-N", "50", "--widths", "10,25", "--activity", "one",
        "--density", "1", "--plot", str(plot), "--out", str(out),
    )  # fmt: skip
    assert code == 0 and list(found) == NAMES and found["widths"] == [10, 25]
    assert found["lower"][0] < found["predicted"][0] < found["random"][0]
    assert "<svg" in plot.read_text() and json.loads(out.read_text()) == found


def test_measured_frequencies_come_from_a_file(capsys, tmp_path):
    file = tmp_path / "words.csv"
    p = by_law("power", 100, a=1.1)
    file.write_text("frequency\n" + "\n".join(map(repr, p.tolist())) + "\n")
    counts = tmp_path / "counts.csv"
    counts.write_text("count\n" + "\n".join(map(repr, (7e4 * p).tolist())) + "\n")
    for given in (file, counts):
        code, found = _answer(capsys, "--frequencies", str(given), "--widths", "10")
        assert code == 0
        assert found["predicted"][0] == pytest.approx(trained_budget(p, 10))


def test_a_file_without_a_header_does_not_lose_its_first_line(capsys, tmp_path):
    file = tmp_path / "words.csv"
    file.write_text("0.5\n0.3\n0.2\n")
    assert main(["width", "--frequencies", str(file), "--widths", "2"]) == 2
    assert "the first line names no columns" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--law", "even", "-N", "50"], "widths must be given"),
        (["--law", "even", "--widths", "10"], "n_features must be given"),
        (
            [*"--law even -N 9 --widths 3 --activity bernoulli --density 20".split()],
            "density must be below 9: ",
        ),
        (["-N", "50", "--widths", "10"], "a must be"),
        (["--law", "even", "-a", "1", "-N", "50", "--widths", "10"], "a must be left out"),
        (["--law", "even", "-N", "50", "--widths", "10,x"], "widths must be a number"),
        (["--frequencies", "none.csv", "--widths", "10"], "frequencies must be a file"),
        (["--frequencies", "x.csv", "-N", "5", "--widths", "2"], "n_features must be left out"),
    ],
)
def test_bad_command_lines_are_refused(capsys, arguments, message):
    assert main(["width", *arguments]) == 2
    assert message in capsys.readouterr().err
