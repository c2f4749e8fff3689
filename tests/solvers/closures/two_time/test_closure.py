"""The two-time closure as its user meets it, and beside what it must agree with."""

import numpy as np
import pytest

import superlaw as sl
from superlaw.solvers.closures.two_time import march
from superlaw.solvers.closures.two_time.closure import march_times

TASK, STUDENT = sl.PowerLawTask(1.5, 0.0, 96), sl.Student(24)


@pytest.fixture(scope="module")
def curve():
    return sl.solve(TASK, STUDENT, [0.0, 0.05, 1.0, 3.0, 10.0], method="two-time")


def test_it_starts_as_the_student_does(curve):
    exact = sl.solve(TASK, STUDENT, [0.0, 0.05], method="closure")
    assert curve.loss[0] == pytest.approx(exact.loss[0], rel=1e-9)
    assert curve.loss[1] == pytest.approx(exact.loss[1], rel=2e-3)


def test_it_is_near_the_mean_of_direct_flows(curve):
    direct = sl.solve(TASK, STUDENT, [1.0, 3.0, 10.0], method="direct", seeds=12)
    scatter = direct.scatter / 12**0.5
    off = curve.loss[2:] / direct.loss - 1.0
    assert np.all(np.abs(off) < 0.04 + 3.0 * scatter)


def test_it_says_what_it_is_and_what_it_saw(curve):
    assert curve.success
    assert curve.method.startswith("closure (two times")
    assert {"trace", "frobenius", "dead_fraction", "loss_diagonal"} <= set(curve.observables)
    assert np.all(np.diff(curve.observables["trace"]) > 0.0)
    assert curve.local_slope[-1] > curve.local_slope[2] > 0.0
    again = sl.solve(TASK, STUDENT, [0.0, 0.05, 1.0, 3.0, 10.0], method="two-time")
    np.testing.assert_array_equal(again.loss, curve.loss)


def test_it_is_never_chosen_and_refuses_what_it_cannot_do():
    assert "row replicas" in sl.solve(TASK, STUDENT, [1.0]).method
    with pytest.raises(sl.ArgumentError, match="method must be one of auto, closure here"):
        sl.solve(TASK, sl.Student(24, bias=False), [1.0], method="two-time")
    with pytest.raises(sl.ArgumentError, match="resume"):
        sl.solve(TASK, STUDENT, [1.0], method="two-time", resume="x.npz")
    with pytest.raises(sl.ArgumentError, match="memory"):
        sl.solve(sl.PowerLawTask(1.5, 0.0, 10**6), STUDENT, [1e80], method="two-time")


def test_a_march_that_leaves_all_numbers_keeps_what_it_reached(monkeypatch):
    whole_round = march.March._round

    def spoilt(self, n, new):
        whole_round(self, n, new)
        if n == 6:
            self.rows.S[:, 0, n] = np.nan

    monkeypatch.setattr(march.March, "_round", spoilt)
    found = sl.solve(TASK, STUDENT, [0.05, 0.1, 3.0], method="two-time", throw=False)
    assert found.status == "not_finite"
    np.testing.assert_array_equal(found.times, [0.05, 0.1])
    assert np.all(np.isfinite(found.loss))
    with pytest.raises(sl.NumericsError):
        sl.solve(TASK, STUDENT, [0.05, 0.1, 3.0], method="two-time")


def test_times_of_a_march_are_dense_and_reach_the_last():
    times = march_times(1e4)
    assert times[-1] >= 1e4
    assert times[-2] < 1e4
    assert np.all(np.diff(times)[1:] <= 1.5 * np.diff(times)[:-1] * (1.0 + 1e-12))
    hardly_later = times[7] * (1.0 + 1e-12)
    assert march_times(hardly_later)[-1] >= hardly_later
