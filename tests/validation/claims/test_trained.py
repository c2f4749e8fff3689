"""The claims of trained students at a small size, their readings, and controls that must fail."""

from dataclasses import replace

import numpy as np
import pytest

from superlaw.setting.task import PowerLawTask
from superlaw.theory.laws.tied import BAND, measured_slope
from superlaw.validation.claims.size import SIZES, Conditions
from superlaw.validation.claims.trained import (
    collapse,
    flows,
    fresh_points,
    independent_code,
    one_slope,
    orders,
    other_students,
    speed,
    width_order,
)

SMALL = Conditions(SIZES["small"])
N = SMALL.size.trained.n_features
WIDTH = N // flows.SHARE


@pytest.fixture(scope="module")
def narrow(small):
    return flows.tied(flows.tasks(small), WIDTH, small)


@pytest.fixture(scope="module")
def wide(small):
    return flows.alone(flows.alike(small), small)


def failed(checks):
    return [check.label for check in checks if not check.passed]


@pytest.mark.slow
def test_one_slope_shows_both_students_and_keeps_every_slope(small):
    findings = one_slope.CLAIM.examine(small).findings
    assert [panel.title[:6] for panel in findings.headline.panels] == ["K = N:", "N/K = "]
    titles = [panel.title for panel in findings.panels[0].panels]
    assert titles == ["K = N, theory", "N/K = 16, W trained"]
    rows = findings.readings["slopes"]
    assert len(rows) == 6 + 4 and {row["K"] for row in rows} == {WIDTH, N}
    assert all(row["errors"]["window"] > 0.0 for row in rows)


@pytest.mark.slow
def test_one_slope_detects_a_planted_exponent(small, narrow):
    checks = one_slope.CLAIM.examine(replace(small, planted=1.2)).checks
    shared = [check for check in checks if "slope of N/K" in check.label]
    control = [check for check in checks if "slope of K = N" in check.label]
    assert failed(shared) and failed(control)
    assert failed(one_slope.slope_checks(narrow, 0.8 * measured_slope(N, WIDTH)))


@pytest.mark.slow
def test_one_slope_detects_the_absence_of_superposition(wide):
    shared = measured_slope(N, WIDTH)
    assert len(failed(one_slope.slope_checks(wide, shared))) >= len(wide) / 2
    assert not one_slope.spread_check(wide, SMALL).passed


@pytest.mark.slow
def test_one_slope_detects_equal_targets(narrow):
    equal = {task: runs for task, runs in narrow.items() if task.b == flows.UNLIKE}
    assert failed(one_slope.slope_checks(equal, measured_slope(N, WIDTH)))


@pytest.mark.slow
def test_the_control_detects_shuffled_frequencies(wide, monkeypatch):
    def shuffled(task, times):
        index = np.arange(1.0, N + 1.0)
        lam = np.random.default_rng(0).permutation(task.second_moment(index))
        loss = 0.5 * (lam * task.target(index) ** 2 * np.exp(-2.0 * np.outer(times, lam))).sum(1)
        return float(flows.straight_slope(times, loss, flows.WINDOW))

    assert failed(one_slope.control_checks(wide, SMALL)) == []
    monkeypatch.setattr(flows, "theory_slope", shuffled)
    assert len(failed(one_slope.control_checks(wide, SMALL))) == len(wide)


@pytest.mark.parametrize(
    "power", [1.0, *(pytest.param(power, marks=pytest.mark.slow) for power in (2.0, 3.0))]
)
def test_the_power_that_orders_slopes_is_found(power):
    sizes = np.array([(n, k) for n in (256, 512, 1024) for k in (16, 32, 64)], dtype=float)
    x = np.log(sizes[:, 0]) - power * np.log(sizes[:, 1])
    slope = 1.0 + 0.1 * x - 0.01 * x**2
    assert orders.best_power(sizes, slope) == pytest.approx(power)
    assert orders.misfit(sizes, slope, power) < 1e-10
    assert orders.misfit(sizes, slope, power + 0.5) > 1e-3
    assert orders.misfit(sizes, slope, np.inf) > 1e-3
    fitted = orders.fitted_power(sizes, slope, 0)
    assert fitted.low <= power <= fitted.high


@pytest.mark.parametrize("gain", [0.0, -0.05])
def test_a_drift_with_n_is_found_with_its_error(gain):
    sizes = np.array([(n, k) for n in (256, 512, 1024) for k in (16, 32, 64)], dtype=float)
    x = np.log(sizes[:, 0]) - 2.0 * np.log(sizes[:, 1])
    noise = 0.01 * np.random.default_rng(0).standard_normal(len(x))
    found, error = orders.drift(sizes, 1.0 + 0.1 * x + gain * np.log(sizes[:, 0]) + noise)
    assert abs(found - gain) < 3.0 * error < 0.05
    assert orders.drift(sizes[:4], np.ones(4)) is None


NINE = tuple((n, k) for n in (256, 512, 1024) for k in (16, 45, 100))
ALIKE = tuple((n, round((n / x) ** 0.5)) for n in (256, 512, 1024) for x in (0.125, 0.5, 2.0))


def rescaled_curves(powers, sizes=NINE):
    """Curves that are one curve, bent between two slopes, at rescaled times and losses."""
    sizes = np.array(sizes, dtype=float)
    scale = np.log(sizes) - np.log(sizes).mean(axis=0)
    times = np.geomspace(12.0, 1e3, 20)
    u = np.log(times) - np.log(100.0) + (scale @ powers[:2])[:, None]
    bent = -0.6 * u - 0.8 * np.logaddexp(0.0, u)
    return times, np.exp(bent - (scale @ powers[2:])[:, None]), sizes


@pytest.mark.slow
def test_a_rescaling_is_found_where_there_is_one_and_not_for_shuffled_sizes():
    planted = np.array([0.5, -1.0, -0.25, 0.5])
    times, losses, sizes = rescaled_curves(planted)
    found = collapse.rescaled(times, losses, sizes, 0)
    assert found.misfit < 0.01 < 0.1 < found.unscaled
    assert found.powers == pytest.approx(planted, abs=0.05)
    shuffled = sizes[np.random.default_rng(1).permutation(len(sizes))]
    assert collapse.rescaled(times, losses, shuffled, 0).misfit > 0.1


def test_curves_of_one_combination_are_told_from_those_of_another():
    _, losses, sizes = rescaled_curves(np.array([0.5, -1.0, 0.0, 0.0]), ALIKE)
    assert collapse.within_groups(losses, sizes, 2.0) < 0.02
    assert collapse.within_groups(losses, sizes, 1.0) > 0.05
    assert collapse.within_groups(losses[:1], sizes[:1], 1.0) is None


def test_another_code_is_told_from_other_students():
    generator = np.random.default_rng(0)
    tasks = [PowerLawTask(a, b, 512) for b in independent_code.FOUND for a in independent_code.A]
    other = np.array([independent_code.found(task) for task in tasks])
    own = other[:, None] + 0.005 * generator.standard_normal((25, 4))
    limit = independent_code.LIMIT
    assert independent_code.deviation(own, other) < limit
    assert independent_code.deviation(own, 1.1 * other) > limit
    assert independent_code.deviation(own, generator.permutation(other)) > limit
    assert independent_code.deviation(own, np.tile(other[:5], 5)) > limit
    wide = np.array([flows.theory_slope(task, flows.log_times(0.1, 1e3, 10)) for task in tasks])
    assert independent_code.deviation(own, wide) > limit


def test_what_is_told_of_a_speed_is_the_largest_gain_over_students_and_levels():
    def row(student, *gains):
        against = {"K = N, theory": [*gains], "N = ∞, theory": [3.0 * x for x in gains]}
        return {"a": 1.1, "b": 0.0, "student": student, "levels": (0.5, 0.1), "sooner": against}

    (found,) = speed.verdicts([row("x", 0.5, 2.0), row("y", 1.5, 1.0)])
    said = speed.sentence(found)
    assert said.startswith("Up to 2.0 times sooner than K = N, 6.0 times than at N = ∞ (x, at 0.1")
    assert said.endswith("tenfold is not reached.")
    (slow,) = speed.verdicts([row("x", 0.5, 0.1)])
    assert speed.sentence(slow).startswith("Never sooner: at best 2.0 times as late")
    (fast,) = speed.verdicts([row("x", 0.5, 11.0)])
    assert "not reached" not in speed.sentence(fast)


def test_the_measured_slope_is_one_at_half_the_square_of_the_width():
    assert measured_slope(512, 32) == 1.0
    assert measured_slope(2048, 64) == 1.0
    assert measured_slope(2048, 32) - measured_slope(512, 32) == pytest.approx(0.115 * np.log(4))


@pytest.mark.slow
def test_the_order_does_not_hold_far_below_one_eighth():
    """At the same N/K² = 1/32 the slope falls with N: no law of N/K² alone."""
    slopes = [
        flows.slope(each)
        for n, width in ((256, 91), (512, 128))
        for each in flows.tied([PowerLawTask(1.5, 1.0, n)], width, SMALL).values()
    ]
    assert slopes[0] - slopes[1] > 0.05
    assert abs(slopes[0] / measured_slope(256, 91) - 1.0) > BAND


def test_corners_are_the_extreme_tasks_without_equal_targets():
    found = {(task.a, task.b) for task in other_students.corners(Conditions(SIZES["small"]))}
    assert found == {(1.1, 0.25), (1.1, 1.0), (2.5, 0.25), (2.5, 1.0)}


def test_points_are_drawn_anew_with_every_entropy_and_inside_their_ranges():
    points = [point for e in range(20) for point in fresh_points.draw(replace(SMALL, entropy=e))]
    assert len({(task.a, task.b, task.n_features, width) for task, width in points}) == 80
    for task, width in points:
        assert 1.2 <= task.a <= 2.4 and 0.3 <= task.b <= 1.0 and 300 <= task.n_features <= 900
        assert 0.06 < task.n_features / width**2 < 4.5


def test_theory_slope_is_that_of_the_closed_form():
    task, times = PowerLawTask(1.5, 0.5, 10**6), flows.log_times(1.0, 1e3, 10)
    assert flows.theory_slope(task, times) == pytest.approx(1.0, abs=0.01)


def test_the_law_is_not_claimed_where_it_was_seen_to_fail():
    low, high = width_order.INSIDE
    assert low < 256 / 45**2 < 2048 / 32**2 < high
    assert not low < 512 / 128**2 and width_order.FAR[1] < 512 / 128**2 < width_order.FAR[0]
