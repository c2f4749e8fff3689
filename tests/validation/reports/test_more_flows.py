"""More flows of tied students: what is compared, and a control that must fail."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.validation.claims.size import SIZES, Conditions
from superlaw.validation.claims.trained import flows
from superlaw.validation.reports import more_flows
from superlaw.validation.reports.large_n import TIMES
from superlaw.validation.training.extrapolation import ADDED, CHANGE

POINT = more_flows.COLUMNS[0]


def ensemble(slope, times=TIMES):
    """Seeds with one power law and slightly other levels, that state an error of 5 %."""
    loss = np.array([[1.0], [1.01], [0.99]]) * np.asarray(times) ** -slope
    nothing = np.zeros_like(loss)
    return SimpleNamespace(
        times=times,
        loss=loss,
        observables={ADDED: nothing, CHANGE: nothing},
        thinning_error=np.full(len(times), 0.05),
    )


@pytest.mark.parametrize(("slope", "beyond"), [(0.9, 0.0), (0.91, 1.0), (1.0, 13.5)])
def test_a_loss_is_as_near_as_it_says_or_not(slope, beyond):
    """At t = 10³ a slope off by .01 is 6.9 % of the loss, 5.3 % beyond two standard errors."""
    row = more_flows.compared(POINT, ensemble(slope), ensemble(0.9))
    assert row["beyond"] == pytest.approx(beyond, abs=0.4)
    assert (row["beyond"] > 1.0) == (slope > 0.9)
    assert row["n_classes"] == 16 * row["width"]


def test_measuring_writes_a_row_of_every_student(tmp_path, monkeypatch):
    seen = {}

    def simulations(points, **_):
        seen.update(points)
        return {key: ensemble(0.9, np.asarray(each.times)) for key, each in points.items()}

    monkeypatch.setattr(more_flows, "simulations", simulations)
    more_flows.main(["--out", str(tmp_path / "more.json"), "--entropy", "3"])
    found = json.loads((tmp_path / "more.json").read_text())
    for name, points in (("columns", more_flows.COLUMNS), ("large", more_flows.LARGE)):
        assert [row["n_features"] for row in found[name]] == [x.n_features for x in points]
    assert found["widest"]["slope"] == pytest.approx(0.9, abs=1e-3)
    roots = {
        kind: {x.options["entropy"] for (k, _), x in seen.items() if k == kind} for kind, _ in seen
    }
    assert roots == {"whole": {3}, "thinned": {4}, "widest": {3}, "large": {3}}


def test_the_widest_student_is_trained_as_those_of_the_map():
    point = more_flows.WIDEST
    ours = more_flows.points(0)["widest", point].configuration
    task = PowerLawTask(point.a, point.b, point.n_features)
    theirs = flows.point(
        task, Student(point.width, tied=True), Conditions(SIZES["full"])
    ).configuration
    np.testing.assert_array_equal(ours.pop("times"), theirs.pop("times"))
    assert {**theirs, "seeds": more_flows.WIDEST_SEEDS} == ours
