"""Direct flows as a method of `solve`: what comes out, what it costs, and who is refused."""

import math

import numpy as np
import pytest
from scipy import stats

from superlaw.setting.case import case
from superlaw.setting.optimizer import SGD, GradientFlow
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.solvers import direct
from superlaw.solvers.solve import solve

TASK, STUDENT, TIMES = PowerLawTask(1.5, 0.5, 32), Student(8), np.array([0.0, 1.0, 10.0])


@pytest.fixture(scope="module")
def flows():
    from superlaw.validation.training.simulate import simulate

    return simulate(TASK, STUDENT, TIMES, optimizer=GradientFlow(), seeds=3)


def test_the_loss_is_the_log_mean_of_seeds_with_their_scatter(flows):
    found = solve(TASK, STUDENT, TIMES, method="direct", seeds=3)
    logs = np.log(flows.loss)
    np.testing.assert_allclose(found.loss, np.exp(logs.mean(axis=0)), rtol=1e-14)
    scatter = np.sqrt(np.sum((flows.loss - flows.mean) ** 2, axis=0) / 2.0) / flows.mean
    np.testing.assert_allclose(found.scatter, scatter, atol=1e-14)
    half = stats.t.interval(0.95, 2, scale=logs[:, 1:].std(axis=0, ddof=1) / math.sqrt(3))[1]
    np.testing.assert_allclose(found.error_band[1:], np.exp(half) - 1.0 + 1e-3, rtol=1e-9)
    assert found.error_band[0] == pytest.approx(1e-3)
    dead = flows.observables["dead_fraction"].mean(axis=0)
    np.testing.assert_allclose(found.observables["dead_fraction"], dead)
    assert "log-mean of 3 population flows" in found.method


def test_the_local_slope_adds_up_to_the_loss():
    times = np.geomspace(1.0, 30.0, 40)
    found = solve(TASK, STUDENT, times, method="direct", seeds=2)
    fallen = np.trapezoid(found.local_slope, np.log(times))
    assert fallen == pytest.approx(math.log(found.loss[0] / found.loss[-1]), rel=1e-3)


def test_the_local_slope_has_its_error_over_seeds():
    found, single = (
        solve(TASK, STUDENT, times, method="direct", seeds=3) for times in (TIMES, TIMES[1:2])
    )
    error = found.observables["local_slope_error"]
    assert error[0] == 0.0 < error[1] < found.local_slope[1]
    assert single.local_slope[0] == pytest.approx(found.local_slope[1], rel=1e-12)


def test_one_flow_has_no_scatter_and_says_so():
    found = solve(TASK, STUDENT, [1.0], method="direct", seeds=1)
    assert (found.error_band, found.scatter) == (None, None)
    assert [notice.code for notice in found.warnings] == ["W-SEEDS"]
    alone = solve(TASK, Student(activation="relu"), [1.0], method="direct")
    assert (alone.warnings, alone.scatter) == ((), None)


def test_a_tolerance_of_the_flow_is_used_and_stated():
    loose = solve(TASK, STUDENT, [10.0], method="direct", seeds=2, optimizer=GradientFlow(rtol=0.1))
    tight = solve(TASK, STUDENT, [10.0], method="direct", seeds=2)
    assert loose.loss[0] != tight.loss[0]
    assert loose.error_band[0] - tight.error_band[0] == pytest.approx(0.099, abs=0.05)


@pytest.mark.parametrize("student", [Student(8, activation="linear"), Student(8, tied=True)])
def test_other_students_have_flows_too(student):
    assert solve(TASK, student, [1.0], method="direct", seeds=2).success


def test_auto_says_why_it_did_not_run_flows():
    assert 'method="direct" (--method direct) runs them' in solve(TASK, STUDENT, [1.0]).method
    wide = solve(PowerLawTask(1.5, 0.5, 4096), Student(512), [1.0])
    assert "up to N = 2048 only" in wide.method
    linear = Student(1024, activation="linear")
    late = solve(PowerLawTask(1.5, 0.0, 2048), linear, [1e7])
    assert "too long" in late.method
    assert "direct" not in solve(TASK, times=[1.0]).method


@pytest.mark.parametrize(
    ("task", "student", "options", "name", "rule"),
    [
        (PowerLawTask(1.5, 0.5, 2049), STUDENT, {}, "n_features", "at most 2048"),
        (
            PowerLawTask(1.5, 0.5, 2048),
            Student(1024),
            {"times": [1e6]},
            "seeds",
            "within 0.2 hours",
        ),
        (
            PowerLawTask(1.5, 0.5, 32, amplitude="symmetric"),
            STUDENT,
            {},
            "amplitude",
            "'uniform' or",
        ),
        (TASK, None, {}, "width", "below N to solve"),
        (TASK, STUDENT, {"seeds": 0}, "seeds", "at least 1"),
        (TASK, STUDENT, {"seeds": 2, "method": "closure"}, "seeds", "left out with closure"),
        (TASK, STUDENT, {"rtol": 1e-3}, "rtol", "left out with direct"),
        (TASK, STUDENT, {"resume": "run.npz"}, "resume", "left out with direct"),
        (TASK, STUDENT, {"optimizer": SGD(0.05)}, "optimizer", "gradient flow"),
        (TASK, Student(activation="relu"), {"seeds": 2}, "seeds", "left out, or 1"),
    ],
)
def test_refusals_name_the_argument(refused, task, student, options, name, rule):
    with refused(name, rule):
        solve(task, student, **{"times": [1.0], "method": "direct"} | options)


def test_a_method_whose_condition_fails_is_refused_for_that(refused):
    tied = Student(16, tied=True)
    for method in ("auto", "closure"):
        with refused("b", r"at least 1/4 to solve \(closure\).*method=\"direct\""):
            solve(PowerLawTask(1.5, 0.0, 32), tied, [1.0], method=method)
    assert solve(PowerLawTask(1.5, 0.0, 32), tied, [1.0], method="direct", seeds=2).success


def test_a_flow_that_diverges_is_no_success(monkeypatch):
    def failing(*_, **__):
        return np.empty((1, 0)), {}, "seed 0 diverged"

    monkeypatch.setattr("superlaw.validation.training.direct.flows", failing)
    found = solve(TASK, STUDENT, [1.0], method="direct", throw=False)
    assert (found.status, found.message, len(found.loss)) == ("not_finite", "seed 0 diverged", 0)


def test_the_estimate_grows_as_flows_do():
    def seconds(n, width, last):
        return direct.estimated_seconds(case(PowerLawTask(1.5, 0.0, n), Student(width)), last, 2)

    assert 4.0 < seconds(1024, 128, 1e4) / seconds(512, 64, 1e4) < 8.0
    assert 6.0 < seconds(512, 64, 1e6) / seconds(512, 64, 1e4) < 10.0


@pytest.mark.parametrize(
    ("student", "a", "n", "last", "rtol", "measured"),
    [
        (Student(4, tied=True), 1.5, 512, 1e3, 1e-3, 0.94),
        (Student(64, tied=True), 1.5, 512, 1e4, 1e-3, 2.7),
        (Student(256, tied=True), 1.5, 512, 30.0, 1e-3, 1.8),
        (Student(8, tied=True), 1.5, 1024, 1e3, 1e-3, 3.4),
        (Student(512, tied=True), 1.5, 1024, 1e3, 1e-3, 19.1),
        (Student(17, tied=True), 1.2, 1200, 1e3, 1e-3, 3.3),
        (Student(85, tied=True), 2.4, 900, 1e3, 1e-3, 9.7),
        (Student(256, tied=True), 1.5, 512, 1e3, 5e-3, 1.8),
        (Student(64), 1.5, 1024, 1e3, 1e-3, 2.5),
        (Student(256), 1.5, 512, 1e3, 1e-3, 2.7),
        (Student(8, embedding="trained"), 1.5, 512, 1e3, 1e-3, 3.9),
        (Student(256, embedding="trained"), 1.5, 512, 1e3, 1e-3, 9.3),
        (Student(64, activation="linear"), 1.5, 1024, 1e3, 1e-3, 1.1),
        (Student(256, activation="linear"), 1.5, 512, 1e3, 1e-3, 3.3),
    ],
)
def test_the_estimate_is_within_a_factor_of_two_of_what_was_measured(
    student, a, n, last, rtol, measured
):
    """Processor seconds of one flow in single precision on the machine of the benchmarks."""
    studied = case(PowerLawTask(a, 0.5, n), student, GradientFlow(rtol=rtol))
    seconds = direct.flow_seconds(studied, last, "float32", [float(n)])
    assert 0.5 < seconds / measured < 2.0
