from dataclasses import replace

import numpy as np
import pytest

import superlaw as sl
from superlaw.notices import Notice
from superlaw.solvers.picture import loss_curve

TASK = sl.PowerLawTask(a=1.5, b=0.25, n_features=10**6)


def test_a_curve_says_what_was_solved_and_what_to_beware_of():
    curve = sl.solve(TASK, times=sl.log_times(1.0, 1e6))
    curve = replace(curve, warnings=(Notice("W-CLOSURE", "0.1 %"), Notice("W-ROUNDING", "late")))
    panel = loss_curve(curve, {"a": 1.5, "n_features": 10**6, "activity": "one"}, 2 / 3)
    assert panel.title == "a = 1.5, n_features = 1e+06, activity = one\nW-CLOSURE, W-ROUNDING"


def test_the_predicted_slope_runs_along_the_curve():
    curve = sl.solve(TASK, times=sl.log_times(1.0, 1e6))
    loss, line = loss_curve(curve, {}, sl.exponent(TASK).exponent).series
    assert "$t^{-0.6667}$" in line.label
    slope = -np.polyfit(np.log(line.x), np.log(line.y), 1)[0]
    assert slope == pytest.approx(2 / 3, rel=1e-9)
    on_curve = np.interp(np.log(line.x), np.log(loss.x), np.log(loss.y))
    assert np.max(np.abs(on_curve - np.log(line.y))) < 0.05


@pytest.mark.parametrize("times", [[1.0], [0.0], [0.0, 1e9]])
def test_a_curve_too_short_for_a_slope_has_none(times):
    curve = sl.solve(sl.PowerLawTask(a=1.5, n_features=4), times=times)
    assert len(loss_curve(curve, {}, 1.0).series) == 1
