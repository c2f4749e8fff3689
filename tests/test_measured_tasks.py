"""Measured frequencies wherever a task is taken: as the power law they are made of, and broken."""

import json

import numpy as np
import pytest

import superlaw as sl
from superlaw.cli import main
from superlaw.setting.table import MEASURED
from superlaw.theory.derivations import derive
from superlaw.validation.reports.coverage import coverage
from superlaw.validation.reports.worked_example import worked

N = 400
TIMES = np.array([1.0, 10.0, 100.0, 1000.0])
RANK = np.arange(1.0, N + 1.0)


def pair(**options):
    """Return a power law, and the same as measured."""
    law = sl.PowerLawTask(1.5, 0.25, N, **options)
    named = {k: v for k, v in options.items() if k != "density"}
    return law, sl.MeasuredTask(law.probability(RANK), law.target(RANK), **named)


def broken(activity="one"):
    """Return a broken power law whose importances follow no rank."""
    p = np.where(RANK < 20, RANK**-0.8, 20**0.8 * RANK**-1.6)
    scatter = np.exp(0.5 * np.random.default_rng(3).standard_normal(N))
    return sl.MeasuredTask(p / p.sum(), scatter, activity=activity)


CASES = [
    ({}, {}, None),
    ({}, {}, sl.SGD(lr=0.3)),
    ({}, {}, sl.SGD(lr=0.1, momentum=0.5)),
    ({}, {"depth": 2}, None),
    ({"activity": "bernoulli"}, {}, None),
    ({"activity": "bernoulli", "amplitude": "symmetric"}, {}, None),
    ({}, {"width": 100, "activation": "linear"}, None),
]


@pytest.mark.parametrize(("task", "student", "optimizer"), CASES)
def test_a_measured_power_law_is_solved_as_the_law(task, student, optimizer):
    law, measured = pair(**task)
    times = TIMES[:1] if student.get("width") else TIMES
    one, other = (
        sl.solve(each, sl.Student(**student), times, optimizer=optimizer)
        for each in (law, measured)
    )
    allowed = 2e-3 if student.get("width") else 1e-9
    np.testing.assert_allclose(other.loss, one.loss, rtol=allowed)


@pytest.mark.parametrize(("task", "student", "optimizer"), [c for c in CASES if c[2] is None][:-1])
def test_slopes_by_decade_are_those_of_the_solved_curve(task, student, optimizer):
    measured = broken(task.get("activity", "one"))
    found = sl.exponent(measured, sl.Student(**student), optimizer)
    assert found.exponent is None and found.regime == "local"
    times = np.array([each.start for each in found.decades] + [found.decades[-1].end])
    loss = sl.solve(measured, sl.Student(**student), times).loss
    slopes = np.log10(loss[:-1] / loss[1:])
    np.testing.assert_allclose([each.slope for each in found.decades], slopes, atol=2e-3)


def test_slopes_under_sgd_are_those_of_its_mean():
    optimizer = sl.SGD(lr=0.5)
    found = sl.exponent(broken(), optimizer=optimizer).decades
    times = np.array([each.end for each in found])
    loss = sl.solve(broken(), times=times, optimizer=optimizer).loss
    assert [each.slope for each in found[1:]] == pytest.approx(
        list(np.log10(loss[:-1] / loss[1:])), abs=2e-3
    )


def test_the_front_is_the_rank_being_learned():
    _, measured = pair()
    lam = 4.0 / 3.0 * measured.frequencies
    for each in sl.exponent(measured).decades:
        assert each.front == pytest.approx((2.0 * lam * each.end >= 1.0).sum(), abs=2, rel=0.05)


def test_the_cross_talk_of_a_measured_power_law_is_that_of_the_law():
    law, measured = pair()
    one, other = (sl.exponent(task, sl.Student(width=100)) for task in (law, measured))
    assert other.unit_slope == pytest.approx(one.unit_slope, rel=0.01)
    assert other.regime == "local" and "Interference" in str(other)


def test_many_features_are_put_together_within_the_stated_error():
    rng = np.random.default_rng(8)
    p = np.sort(np.exp(2.5 * rng.standard_normal(20_000)))[::-1]
    task = sl.MeasuredTask(p / p.sum(), np.exp(rng.standard_normal(20_000)))
    for student in (sl.Student(), sl.Student(depth=2)):
        classes, every = (
            sl.solve(task, student, TIMES, features=features) for features in ("auto", "all")
        )
        assert "20000" not in classes.method and "feature classes" in classes.method
        error = abs(classes.loss / every.loss - 1.0)
        assert (error <= classes.error_bound).all() and classes.error_bound.max() < 1e-3


def test_training_follows_the_solved_curve_of_a_broken_law():
    task, sgd = broken(), sl.SGD(lr=0.2)
    runs = sl.simulate(task, times=TIMES[:2], optimizer=sgd, seeds=4, workers=1)
    curve = sl.solve(task, times=TIMES[:2], optimizer=sgd)
    assert (abs(runs.mean - curve.loss) < 5.0 * runs.standard_error).all()


def test_what_needs_a_and_b_is_refused_by_name():
    task = broken("bernoulli")
    with pytest.raises(sl.ArgumentError, match="task must be a power law to predict"):
        sl.exponent(task, optimizer=sl.SGD())
    with pytest.raises(sl.ArgumentError, match="task must be a power law to solve"):
        sl.solve(broken(), sl.Student(width=200, tied=True))
    with pytest.raises(sl.ArgumentError, match='features must be "all" with measured'):
        sl.simulate(broken(), sl.Student(width=8), features="classes")
    with pytest.raises(sl.ArgumentError, match="importances must be 1"):
        sl.width_law(broken(), [10])
    with pytest.raises(sl.ArgumentError, match="a PowerLawTask or a MeasuredTask"):
        sl.exponent([0.5, 0.5])


def test_widths_of_a_measured_task_are_those_of_its_frequencies():
    p = broken().frequencies[:40]
    task = sl.MeasuredTask(p / p.sum())
    assert sl.width_law(task, [10]).predicted == sl.width_law(task.frequencies, [10]).predicted


def test_the_coverage_says_what_measured_frequencies_need():
    cases = coverage().cases
    for kind in ("plain", "two_layer", "superposed"):
        laws = [entry for case in cases if case.student == kind for entry in case.laws]
        assert any(str(MEASURED) in entry["conditions"] for entry in laws)


@pytest.fixture
def words(tmp_path):
    file = tmp_path / "words.csv"
    rows = (
        f"{p!r},{a!r}"
        for p, a in zip(
            *map(np.ndarray.tolist, (broken().frequencies, broken().importances)), strict=True
        )
    )
    file.write_text("frequency,importance\n" + "\n".join(rows) + "\n")
    return file


@pytest.mark.parametrize(
    "command",
    [
        ("exponent",),
        ("solve", "--t-end", "10"),
        ("simulate", "--t-end", "1", "--seeds", "2", "--optimizer", "sgd", "--workers", "1"),
    ],
)
def test_a_file_is_taken_where_a_task_is(words, command, capsys):
    assert main([*command, "--frequencies", str(words), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    if command[0] == "exponent":
        assert answer["decades"][0].keys() == {"from", "to", "slope", "front"}


def test_a_file_and_a_law_are_not_mixed(words, capsys):
    assert main(["exponent", "--frequencies", str(words), "-a", "2"]) == 2
    assert "a must be left out with measured frequencies" in capsys.readouterr().err


def test_a_worked_example_has_slopes_and_a_curve(words):
    blocks = worked(derive("sequential"), {"frequencies": str(words)}, {}, TIMES)
    text = str(blocks)
    assert "frequencies are measured" in text and "features learned" in text and "Solved" in text
