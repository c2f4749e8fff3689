"""Controls that must fail: each claim about trained students, of what it is not true of."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from superlaw.curves import log_times
from superlaw.setting.optimizer import GradientFlow
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.solve import solve
from superlaw.theory.laws.tied import measured_slope
from superlaw.validation.claims.size import SIZES, Conditions, Map
from superlaw.validation.claims.trained import (
    flows,
    fresh_points,
    one_slope,
    other_students,
    sooner,
    speed,
    width_order,
)
from superlaw.validation.training.features import Features
from superlaw.validation.training.students import flow_of

EXTENT = Map(64, 1, 1e3, (1.5, 2.0), (0.0, 1.0), (), (), 3, 4)
TINY = Conditions(replace(SIZES["small"], trained=EXTENT))


@pytest.fixture(scope="module")
def wide():
    """K = N of every task by the same code, b = 0 included."""
    return flows.alone(flows.tasks(TINY), TINY)


@pytest.fixture
def without_superposition(monkeypatch, wide):
    """K = N by the same code in the place of the narrow student of each task."""
    plain = flows.run

    def run(students, *how):
        own = {key: wide[key[0]] for key in students if key[1] == sooner.NARROW}
        return own | plain({key: x for key, x in students.items() if key not in own}, *how)

    monkeypatch.setattr(flows, "run", run)


def labels(checks):
    return [check.label for check in checks if not check.passed]


def shuffled_theory(task, times):
    """The loss of K = N whose frequencies have been dealt anew to the targets."""
    index = np.arange(1.0, task.n_features + 1.0)
    lam = np.random.default_rng(0).permutation(task.second_moment(index))
    return 0.5 * (lam * task.target(index) ** 2 * np.exp(-2.0 * np.outer(times, lam))).sum(1)


def even_flow(task, width):
    """A tied student whose frequencies are dealt to the targets anew at every step: even ones."""
    times = log_times(0.1, flows.WINDOW[1], flows.PER_DECADE)
    plain, generator = Features.of(task, np.float32), np.random.default_rng(0)
    student = Student(width, tied=True).on(len(plain.p))
    features = replace(plain, p=np.full_like(plain.p, plain.p.mean()))
    flow = flow_of(features, student, GradientFlow(5e-3), generator, np.array([1]))
    losses = []
    for t in times:
        flow.advance(t, 10**6)
        losses.append(float(flow.measure()["loss"]))
    return SimpleNamespace(times=times, loss=np.array([losses]))


@pytest.mark.slow
def test_one_slope_is_not_shared_when_frequencies_are_drawn_anew_at_every_step():
    """The slope depends on b again, by more than a quarter of what it does for K = N.

    Dealt to other targets once and for all, frequencies leave most slopes where they were: the
    claim is that a matters little, and as many features are learned in the same time.
    """
    every = other_students.corners(Conditions(SIZES["full"]))
    tasks = [task for task in every if task.a == min(x.a for x in every)]
    runs = {task: even_flow(task, 32) for task in tasks}
    assert labels(one_slope.slope_checks(runs, measured_slope(512, 32)))
    assert labels([one_slope.spread_check(runs, TINY)])


def test_points_without_superposition_are_not_on_the_law(monkeypatch):
    """K = N by theory in the place of each drawn student."""

    def alone(task):
        times = log_times(0.1, flows.WINDOW[1], flows.PER_DECADE)
        return SimpleNamespace(times=times, loss=solve(task, times=times).loss[None])

    monkeypatch.setattr(
        flows, "run", lambda drawn, *_: {key: alone(task) for key, (task, _) in drawn.items()}
    )
    assert labels(fresh_points.run(TINY).checks)


@pytest.mark.slow
def test_points_with_equal_targets_are_not_on_the_law(monkeypatch):
    points = [(replace(task, b=0.0), width) for task, width in fresh_points.draw(TINY)]
    monkeypatch.setattr(fresh_points, "draw", lambda _: points)
    assert labels(fresh_points.run(TINY).checks)


@pytest.mark.usefixtures("without_superposition")
def test_times_to_a_loss_detect_shuffled_frequencies(monkeypatch):
    plain = speed.by_theory

    def by_theory(task, times):
        longer, share = plain(task, times)
        if task.n_features != EXTENT.n_features:  # that which stands for N = ∞
            return longer, share
        return longer, shuffled_theory(task, longer) / flows.first_loss(task)

    def control():
        checks = [check for check in sooner.run(TINY).checks if "K = N" in check.label]
        assert len(checks) == 2
        return labels(checks)

    assert control() == []
    monkeypatch.setattr(speed, "by_theory", by_theory)
    assert control()


@pytest.mark.usefixtures("without_superposition")
def test_times_to_a_loss_are_not_those_of_the_absence_of_superposition():
    """K = N by the same code in the place of the narrow student: neither sooner nor later."""
    checks = [check for check in sooner.run(TINY).checks if "speed-up" in check.label]
    assert len(checks) == 3
    assert labels(checks) == [check.label for check in checks]


def test_other_students_detect_that_they_are_the_same(wide):
    """The tied student in the place of the others, and the flow in the place of Adam."""
    runs = {task: each for task, each in wide.items() if task.b}
    same = other_students._spreads({"tied": runs, "W fixed": runs}, TINY)
    assert labels(same) == ["W fixed, spread over (a, b)"]
    adaptive = {(task, 1e-3): each for task, each in runs.items()}
    slow = other_students._adaptive(runs, adaptive, replace(TINY, planted=2.0))
    assert labels(slow) == [check.label for check in slow]
    (first, *_, last) = runs.values()
    swapped = dict(zip(runs, (last, first), strict=True))
    assert labels(other_students._sampled(runs, swapped, TINY))


def test_the_order_of_widths_detects_shuffled_sizes():
    """Slopes that N/K² orders by construction, dealt anew to other (N, K)."""
    sizes = np.array(width_order_sizes(), dtype=float)
    slope = np.array([measured_slope(int(n), int(k)) for n, k in sizes])
    wobble = 0.01 * np.random.default_rng(0).standard_normal(len(slope))
    true = width_order._law(sizes, slope + wobble, TINY)
    assert labels(true) == labels(width_order._rivals(sizes, slope + wobble)) == []
    dealt = np.random.default_rng(1).permutation(slope) + wobble
    assert len(labels(width_order._law(sizes, dealt, TINY))) > len(sizes) / 3
    assert labels(width_order._rivals(sizes, dealt))


def width_order_sizes():
    """The (N, K) of the full map at which the law is claimed."""
    low, high = width_order.INSIDE
    return [(n, k) for n, k in SIZES["full"].trained.widths if low <= n / k**2 <= high]


def test_the_order_of_widths_detects_the_absence_of_superposition():
    """K = N by theory in the place of every student: its slope knows no K."""
    times = log_times(0.1, flows.WINDOW[1], flows.PER_DECADE)
    sizes = np.array(width_order_sizes(), dtype=float)
    slope = np.array(
        [
            np.mean(
                [flows.theory_slope(PowerLawTask(*ab, n), times) for ab in width_order.EXPONENTS]
            )
            for n in sizes[:, 0].astype(int).tolist()
        ]
    )
    checks = width_order._law(sizes, slope, TINY)
    assert labels(checks) == [check.label for check in checks]
