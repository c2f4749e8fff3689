"""More flows of tied students: which are run, and how."""

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

POINT = next(iter(more_flows.WIDE))


def ensemble(slope, times=TIMES, seeds=3):
    """Seeds with one power law and slightly other levels, that state an error of 5 %."""
    loss = np.array([[1.0], [1.01], [0.99]])[:seeds] * np.asarray(times) ** -slope
    nothing = np.zeros_like(loss)
    return SimpleNamespace(
        times=times,
        loss=loss,
        observables={ADDED: nothing, CHANGE: nothing},
        thinning_error=np.full(len(times), 0.05),
    )


def test_measuring_writes_a_row_of_every_student(tmp_path, monkeypatch):
    seen = {}

    def simulations(points, **_):
        seen.update(points)
        return {key: ensemble(0.9, np.asarray(each.times)) for key, each in points.items()}

    monkeypatch.setattr(more_flows, "simulations", simulations)
    more_flows.main(["--out", str(tmp_path / "more.json"), "--entropy", "3"])
    found = json.loads((tmp_path / "more.json").read_text())
    for name, points in (("wide", more_flows.WIDE), ("large", more_flows.LARGE)):
        assert [row["n_features"] for row in found[name]] == [x.n_features for x in points]
    assert found["wide"][0]["slope"] == pytest.approx(0.9, abs=1e-3)
    assert more_flows._slope_of(POINT, ensemble(0.9, seeds=1))["scatter"] is None
    roots = {
        kind: {x.options["entropy"] for (k, _), x in seen.items() if k == kind} for kind, _ in seen
    }
    assert roots == {"wide": {3}, "large": {3}}


def test_wide_students_are_trained_as_those_of_the_map():
    point = POINT
    ours = more_flows.points(0)["wide", point].configuration
    task = PowerLawTask(point.a, point.b, point.n_features)
    theirs = flows.point(
        task, Student(point.width, tied=True), Conditions(SIZES["full"])
    ).configuration
    np.testing.assert_array_equal(ours.pop("times"), theirs.pop("times"))
    assert {**theirs, "seeds": more_flows.WIDE[point]} == ours
