import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superlaw.setting.optimizer import SGD
from superlaw.setting.stability import largest_stable_lr
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.solve import solve
from superlaw.theory.exponents import exponent
from superlaw.theory.laws import tied
from superlaw.theory.laws.sequential import VISIBLE_WITHIN, features_needed

SLOPE = 0.02
"""Late local slopes still carry corrections of this relative size."""
PREFACTOR = 0.1
"""The leak's prefactor is its leading order; it is approached slowly."""


@given(a=st.floats(0.1, 5.0), b=st.floats(-2.0, 5.0))
def test_regime_follows_the_hypotheses(a, b):
    answer = exponent(PowerLawTask(a=a, b=b))
    if a + 2 * b > 1 + 1e-9:
        assert answer.exponent == pytest.approx((a + 2 * b - 1) / a, rel=1e-12)
        assert answer.regime == "power law"
    elif a + 2 * b < 1 - 1e-9:
        assert answer.exponent is None
        assert answer.regime == "not summable"


def test_exponent_is_1_at_b_half_for_every_a():
    assert [exponent(PowerLawTask(a=a, b=0.5)).exponent for a in (0.5, 1.1, 3.0)] == [1.0] * 3


def test_no_exponent_where_there_is_none():
    assert exponent(PowerLawTask(a=0.5, b=0.25)).regime == "logarithmic"
    assert exponent(PowerLawTask(a=1.5, n_features=1)).regime == "exponential"
    coupled = PowerLawTask(a=1.5, activity="bernoulli")
    assert exponent(coupled, optimizer=SGD()).regime == "open"
    for answer in (exponent(PowerLawTask(a=0.5, b=0.25)), exponent(coupled, optimizer=SGD())):
        assert answer.exponent is None and answer.prefactor is None


def test_not_summable_loss_stays_up_until_the_last_features_are_learned():
    task = PowerLawTask(a=0.5, b=0.1, n_features=10**6)
    slope = solve(task, times=[1.0 / task.second_moment(10.0**6) / 1e4]).local_slope
    assert slope[0] < 0.05


def test_logarithmic_loss_falls_by_equal_amounts_a_decade():
    loss = solve(PowerLawTask(a=0.5, b=0.25, n_features=10**16), times=[1e9, 1e10, 1e11]).loss
    first, second = -np.diff(loss)
    assert second == pytest.approx(first, rel=SLOPE)


@pytest.mark.parametrize(
    ("a", "b", "n"),
    [(1.5, 0.25, 10**6), (2.0, 1.0, 1024), (1.5, 0.0, 10**9), (3.0, 0.0, 10**6), (1.2, 2.0, 10**4),
     (5.0, 0.0, 10**8), (0.6, 0.6, 10**6)],
)  # fmt: skip
def test_visible_window_shows_the_exponent(a, b, n):
    answer = exponent(PowerLawTask(a, b, n))
    slope = solve(PowerLawTask(a, b, n), times=np.geomspace(*answer.visible, 100)).local_slope
    assert np.max(np.abs(slope / answer.exponent - 1.0)) < VISIBLE_WITHIN
    beyond = solve(PowerLawTask(a, b, n), times=[3.0 * answer.visible[1]]).local_slope
    assert beyond[0] / answer.exponent - 1.0 > VISIBLE_WITHIN


def test_finite_size_trap_is_announced():
    answer = exponent(PowerLawTask(a=1.1, b=0.0, n_features=1024))
    assert answer.visible is None
    assert answer.warnings[0].code == "W-FINITE-SIZE"
    slopes = solve(PowerLawTask(1.1, 0.0, 1024), times=np.geomspace(10, 1e4, 7)).local_slope
    assert slopes.min() < 0.25 and slopes.max() > 2.4
    enough = 10 ** math.ceil(features_needed(PowerLawTask(1.1), answer.exponent))
    first, last = exponent(PowerLawTask(1.1, 0.0, enough)).visible
    assert last > 10.0 * first


def test_prefactor_is_that_of_the_curve():
    task = PowerLawTask(a=1.5, b=0.5, n_features=10**12)
    answer = exponent(task)
    loss = solve(task, times=[1e6]).loss[0]
    assert loss / 1e6**-answer.exponent == pytest.approx(answer.prefactor, rel=1e-6)


@pytest.mark.parametrize(("b", "regime"), [(2.0, "leak"), (1.0, "power law")])
def test_leak_decides_if_and_only_if_b_exceeds_a(b, regime):
    task = PowerLawTask(a=1.2, b=b, n_features=10**9, activity="bernoulli")
    answer = exponent(task)
    assert answer.regime == regime
    assert solve(task, times=[1e6]).local_slope[0] == pytest.approx(answer.exponent, rel=SLOPE)


def test_leak_prefactor():
    task = PowerLawTask(a=1.2, b=2.0, n_features=10**9, activity="bernoulli")
    answer = exponent(task)
    loss = solve(task, times=[1e6]).loss[0]
    assert loss / 1e6**-answer.exponent == pytest.approx(answer.prefactor, rel=PREFACTOR)


@pytest.mark.parametrize(("b", "regime"), [(1.5, "noise"), (0.5, "power law")])
def test_noise_decides_if_and_only_if_2b_exceeds_a(b, regime):
    task = PowerLawTask(1.5, b, 10**7, activity="bernoulli", amplitude="symmetric")
    optimizer = SGD(lr=0.1, batch=8)
    answer = exponent(task, optimizer=optimizer)
    assert answer.regime == regime
    times = np.geomspace(1e3, 3e4, 13)
    slope = solve(task, times=times, optimizer=optimizer).local_slope[-2]
    assert slope == pytest.approx(answer.exponent, rel=SLOPE)


@pytest.mark.parametrize("optimizer", [SGD(lr=0.4, batch=1), SGD(0.04, 1, momentum=0.9)])
def test_one_active_feature_keeps_its_exponent_under_sgd(optimizer):
    task = PowerLawTask(1.5, 1.5, 10**9)
    answer = exponent(task, optimizer=optimizer)
    curve = solve(task, times=[0.99e6, 1e6, 1.01e6], optimizer=optimizer)
    assert curve.local_slope[1] == pytest.approx(answer.exponent, rel=1e-3)
    assert curve.loss[1] / 1e6**-answer.exponent == pytest.approx(answer.prefactor, rel=1e-3)


def test_momentum_is_refused_where_its_noise_is_shared(refused):
    task = PowerLawTask(1.5, 0.5, activity="bernoulli", amplitude="symmetric")
    with refused("optimizer"):
        exponent(task, optimizer=SGD(momentum=0.5))


@pytest.mark.parametrize("a", [1.5, 2.0])
def test_two_layer_exponent_is_the_slope_of_the_curve(a):
    task, student = PowerLawTask(a, 0.5, 10**9), Student(depth=2)
    slope = solve(task, student, [1e6]).local_slope[0]
    assert slope == pytest.approx(exponent(task, student).exponent, rel=1e-3)


def test_flat_start_brings_logarithms():
    answer = exponent(PowerLawTask(1.5, 0.5), Student(depth=2, init_profile="flat"))
    assert answer.warnings[0].code == "W-LOGARITHM"


@pytest.mark.parametrize("batch", [1, 4])
def test_unstable_learning_rates_are_refused_with_the_bound(refused, batch):
    task = PowerLawTask(1.5, 0.5, 100)
    bound = largest_stable_lr(task, batch)
    rho = [
        (1 - lr * lam) ** 2 + lr**2 / batch * (task.fourth_moment(i) - lam**2)
        for lr in (0.999 * bound, 1.001 * bound)
        for i, lam in ((1.0, task.second_moment(1.0)),)
    ]
    assert rho[0] < 1.0 < rho[1]
    with refused("lr"):
        exponent(task, optimizer=SGD(lr=10.0 * batch, batch=batch))


@pytest.mark.parametrize(
    ("task", "student", "name"),
    [
        (PowerLawTask(1.5, activity="bernoulli"), Student(depth=2), "activity"),
        (PowerLawTask(3.0, -0.9), Student(depth=2), None),
    ],
)
def test_two_layer_hypotheses(refused, task, student, name):
    if name is None:
        assert exponent(task, student).exponent == pytest.approx(0.2 / 2.1)
        return
    with refused(name):
        exponent(task, student)


TIED = {"a": 1.5, "b": 0.5, "n_features": 512, "width": 32}


def _tied(amplitude="uniform", **changed):
    case = TIED | changed
    width, student = case.pop("width"), {}
    if "init" in case:
        student["init"] = case.pop("init")
    return exponent(PowerLawTask(**case, amplitude=amplitude), Student(width, tied=True, **student))


def test_tied_students_have_a_measured_slope_with_its_band_and_its_source():
    answer, source = _tied(), tied.MEASURED["provenance"]
    assert (answer.regime, answer.window) == ("universal", (12.0, 1000.0))
    slope, band = tied.slope_between(1.5, 0.5, 512, 32), tied.MEASURED["interpolation"]["band"]
    assert answer.exponent == slope == pytest.approx(1.03, abs=0.03)
    assert answer.band == pytest.approx((slope * (1.0 - band), slope * (1.0 + band)))
    assert source["command"] in answer.explanation and "Measured, not derived" in answer.explanation
    assert "1 + 0.115 ln(2N/K²) = 1, whatever the data" in answer.explanation
    assert "band" in str(answer) and answer.to_dict()["band"] == answer.band
    assert _tied(a=2.2, b=0.9).exponent == pytest.approx(slope, rel=0.15)
    assert _tied(width=16).exponent - slope == pytest.approx(0.115 * math.log(4.0), abs=0.06)


@pytest.mark.parametrize(
    "changed",
    [
        {"a": 1.1},
        {"b": 0.0},
        {"n_features": 10**4, "width": 141},
        {"n_features": None},
        {"width": 128},
        {"width": 10},
        {"init": 0.3},
        {"amplitude": "constant"},
    ],
)
def test_outside_what_was_measured_no_slope_is_given_and_where_it_was_is_said(changed):
    answer = _tied(**changed)
    assert (answer.exponent, answer.regime, answer.band) == (None, "open", None)
    assert "n_features 300 to 1200" in answer.explanation


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"b": 0.25}, "this very point has the slope 1.097 over 12 ≤ t ≤ 1000"),
        ({"width": 256}, "this very point has the slope 0.59"),
        ({"b": 0.27}, "points (a = 1.5, b = 0.25, N = 512, K = 32) has the slope 1.097"),
        ({"a": 1.12, "b": 0.05}, "points (a = 1.1, b = 0, N = 512, K = 32) has the slope 0.5"),
        ({"n_features": 10**5}, None),
        ({"n_features": 10**6, "width": 1400}, None),
        ({"a": 9.0}, None),
        ({"n_features": None}, None),
        ({"init": 0.3}, None),
        ({"amplitude": "constant"}, None),
    ],
)
def test_where_no_slope_is_stated_the_nearest_observed_one_is_told(changed, said):
    answer = _tied(**changed)
    assert (answer.exponent, answer.band) == (None, None)
    assert ("Observed, not a law" in answer.explanation) == (said is not None)
    assert (said or "") in answer.explanation
    source = tied.observed()["provenance"]
    assert said is None or f"{source['command']}, {source['version']}" in answer.explanation
    assert ("within reach have" in answer.explanation) == ("points (" in (said or ""))


def test_where_slopes_change_fast_both_ends_are_told():
    """Between b = 0 and ¼ the slope changes by half: the nearest point alone would mislead."""
    low, high = re.search(r"reach have (.+) to (.+) \[", _tied(a=1.35, b=0.1).explanation).groups()
    assert float(low) < 0.65 and float(high) > 1.05


@pytest.mark.parametrize("student", [{"activation": "linear"}, {"bias": False}])
def test_no_slope_is_told_of_students_that_were_not_mapped(student):
    answer = exponent(PowerLawTask(1.5, 0.5, 512), Student(32, tied=True, **student))
    assert answer.exponent is None and "Observed" not in answer.explanation
    several = PowerLawTask(1.5, 0.5, 512, activity="bernoulli")
    assert "Observed" not in exponent(several, Student(32, tied=True)).explanation


@pytest.mark.parametrize("mapped", tied.MEASURED["regions"], ids=lambda x: f"{x['band']:g}")
def test_no_compared_flow_lies_outside_the_band(mapped):
    """At every corner of a region, and in its middle, of flows that the package ran."""
    rows = mapped["rows"]
    assert len(rows) == 24
    worst = 0.0
    for row in rows:
        law = tied.measured_slope(row["n_features"], row["width"])
        worst = max(worst, abs(row["slope"] / law - 1.0))
    assert 0.3 * mapped["band"] < worst <= mapped["band"]


def test_the_regions_lie_in_one_another():
    narrow, wide = (mapped["region"] for mapped in tied.MEASURED["regions"])
    for name, (low, high) in narrow.items():
        assert wide[name][0] <= low < high <= wide[name][1]
    assert (wide["a"], wide["b"], wide["N/K²"]) == ([1.2, 2.4], [0.3, 1.0], [1 / 16, 4.0])


def test_the_interpolation_goes_through_its_points_and_not_through_those_of_other_widths():
    known, off, far = tied.MEASURED["interpolation"], [], []
    for mapped in tied.MEASURED["regions"]:
        for row in mapped["rows"]:
            at, width = (row["a"], row["b"], row["n_features"]), row["width"]
            off.append(tied.slope_between(*at, width) / row["slope"] - 1.0)
            far.append(tied.slope_between(*at, 2 * width) / row["slope"] - 1.0)
    assert max(map(abs, off)) < known["band"]
    assert sum(abs(x) > known["band"] for x in far) > len(far) / 2


def test_the_band_is_that_of_points_left_out():
    left = tied.MEASURED["interpolation"]["left_out"]
    assert left["n"] >= 20 and left["rms"] < left["worst"] <= tied.MEASURED["interpolation"]["band"]
    assert tied.MEASURED["interpolation"]["band"] < tied.MEASURED["regions"][0]["band"]
