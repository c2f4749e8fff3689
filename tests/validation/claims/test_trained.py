"""The claims of trained students at a small size, their readings, and controls that must fail."""

from dataclasses import replace

import numpy as np
import pytest

from superlaw.setting.task import PowerLawTask
from superlaw.theory.laws.tied import BAND, measured_slope
from superlaw.validation.claims.size import SIZES, Conditions, Map
from superlaw.validation.claims.trained import (
    flows,
    fresh_points,
    one_slope,
    other_students,
    width_order,
)

TINY = Conditions(
    replace(
        SIZES["small"],
        trained=Map(256, 2, 1e3, (1.5, 2.0), (0.0, 0.5, 1.0), (8,), ((256, 16), (256, 23)), 5),
    )
)
WIDTH = 256 // flows.SHARE


@pytest.fixture(scope="module")
def narrow():
    return {task: flows.tied(task, WIDTH, TINY) for task in flows.tasks(TINY)}


@pytest.fixture(scope="module")
def wide():
    return {task: flows.alone(task, TINY) for task in flows.alike(TINY)}


def failed(checks):
    return [check.label for check in checks if not check.passed]


def test_one_slope_holds_where_it_takes_seconds():
    findings = one_slope.CLAIM.examine(TINY).findings
    assert failed(findings.checks) == []
    assert [panel.title[:6] for panel in findings.headline.panels] == ["K = N:", "N/K = "]
    assert "N/K = 8" in findings.panels[3].title and "against" in findings.panels[4].title


@pytest.mark.parametrize("planted", [0.8, 1.2])
def test_one_slope_detects_a_planted_exponent(planted):
    checks = one_slope.CLAIM.examine(replace(TINY, planted=planted)).checks
    shared = [check for check in checks if "slope of N/K" in check.label]
    control = [check for check in checks if "slope of K = N" in check.label]
    assert failed(shared) and failed(control)


def test_one_slope_detects_the_absence_of_superposition(wide):
    shared = measured_slope(256, WIDTH)
    assert len(failed(one_slope.slope_checks(wide, shared))) >= len(wide) / 2
    assert not one_slope.spread_check(wide, TINY).passed


def test_one_slope_detects_equal_targets(narrow):
    equal = {task: runs for task, runs in narrow.items() if task.b == flows.UNLIKE}
    assert failed(one_slope.slope_checks(equal, measured_slope(256, WIDTH)))


def test_the_control_detects_shuffled_frequencies(wide, monkeypatch):
    def shuffled(task, times):
        index = np.arange(1.0, 257.0)
        lam = np.random.default_rng(0).permutation(task.second_moment(index))
        loss = 0.5 * (lam * task.target(index) ** 2 * np.exp(-2.0 * np.outer(times, lam))).sum(1)
        return float(flows.straight_slope(times, loss, flows.WINDOW))

    assert failed(one_slope.control_checks(wide, TINY)) == []
    monkeypatch.setattr(flows, "theory_slope", shuffled)
    assert len(failed(one_slope.control_checks(wide, TINY))) == len(wide)


@pytest.mark.parametrize("power", [1.0, 2.0, 3.0])
def test_the_power_that_orders_slopes_is_found(power):
    sizes = np.array([(n, k) for n in (256, 512, 1024) for k in (16, 32, 64)], dtype=float)
    x = np.log(sizes[:, 0]) - power * np.log(sizes[:, 1])
    slope = 1.0 + 0.1 * x - 0.01 * x**2
    assert width_order.best_power(sizes, slope) == pytest.approx(power)
    assert width_order.misfit(sizes, slope, power) < 1e-10
    assert width_order.misfit(sizes, slope, power + 0.5) > 1e-3


def test_the_measured_slope_is_one_at_half_the_square_of_the_width():
    assert measured_slope(512, 32) == 1.0
    assert measured_slope(2048, 64) == 1.0
    assert measured_slope(2048, 32) - measured_slope(512, 32) == pytest.approx(0.115 * np.log(4))


def test_the_order_does_not_hold_far_below_one_eighth():
    """At the same N/K² = 1/32 the slope falls with N: no law of N/K² alone."""
    slopes = [
        flows.slope(flows.tied(PowerLawTask(1.5, 1.0, n), width, TINY))
        for n, width in ((256, 91), (512, 128))
    ]
    assert slopes[0] - slopes[1] > 0.05
    assert abs(slopes[0] / measured_slope(256, 91) - 1.0) > BAND


def test_corners_are_the_extreme_tasks_without_equal_targets():
    found = {(task.a, task.b) for task in other_students.corners(Conditions(SIZES["small"]))}
    assert found == {(1.1, 0.25), (1.1, 1.0), (2.5, 0.25), (2.5, 1.0)}


def test_points_are_drawn_anew_with_every_entropy_and_inside_their_ranges():
    points = [point for e in range(20) for point in fresh_points.draw(replace(TINY, entropy=e))]
    assert len({(task.a, task.b, task.n_features, width) for task, width in points}) == 100
    for task, width in points:
        assert 1.2 <= task.a <= 2.4 and 0.3 <= task.b <= 1.0 and 300 <= task.n_features <= 900
        assert 0.06 < task.n_features / width**2 < 4.5


def test_theory_slope_is_that_of_the_closed_form():
    task, times = PowerLawTask(1.5, 0.5, 10**6), flows.log_times(1.0, 1e3, 10)
    assert flows.theory_slope(task, times) == pytest.approx(1.0, abs=0.01)
