"""Slopes at large N: how they are read, and a control that must fail."""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from superlaw.validation.reports import large_n
from superlaw.validation.training.extrapolation import ADDED, CHANGE

POINT = large_n.Point(1.5, 0.5, 4096, 16, 256)


def ensemble(slope, seeds=2, change=0.0):
    """Thinned flows with a power law, whose extrapolation of lower order has another slope."""
    loss = np.tile(large_n.TIMES**-slope, (seeds, 1)) * np.array([[1.0], [1.1]])[:seeds]
    drift = change * np.tile(np.log(large_n.TIMES), (seeds, 1))
    return SimpleNamespace(
        loss=loss, observables={ADDED: drift, CHANGE: drift}, thinning_error=np.full(12, 0.05)
    )


def test_a_slope_has_its_errors():
    row = large_n.read(POINT, ensemble(0.9, change=0.03))
    assert row["slope"] == pytest.approx(0.9, abs=1e-3)
    assert row["extrapolation_error"] == pytest.approx(0.03, abs=1e-3)
    assert (row["seeds_error"], row["stated_error"], row["n_classes"]) == (0.0, 0.05, 256)


@pytest.mark.parametrize(("slope", "off"), [(0.9, 0.0), (1.0, 0.44)])
def test_thinned_flows_are_compared_with_whole_ones(slope, off):
    """A loss whose slope is wrong by 0.1 is off by as much as the window is long."""
    row = large_n.checked(POINT, ensemble(slope), ensemble(0.9))
    first, last = np.log(large_n.TIMES[[0, -1]])
    assert row["worst"] == pytest.approx((slope - 0.9) * last, abs=1e-3)
    assert row["rms"] <= row["worst"] and row["whole_slope"] == pytest.approx(0.9, abs=1e-3)
    assert row["worst"] - 0.1 * first * (off > 0.0) == pytest.approx(off, abs=0.01)


def test_measuring_writes_rows_and_what_was_not_run(tmp_path, monkeypatch):
    seen = []

    def simulations(points, **_):
        seen.extend(points.values())
        return dict.fromkeys(points, ensemble(0.9))

    monkeypatch.setattr(large_n, "simulations", simulations)
    large_n.main(["--out", str(tmp_path / "large_n.json"), "--entropy", "3"])
    found = json.loads((tmp_path / "large_n.json").read_text())
    assert found["provenance"]["entropy"] == 3
    whole, thinned = (
        [x.options["entropy"] for x in seen if ("n_classes" in x.options) == is_thinned]
        for is_thinned in (False, True)
    )
    n_large = len(large_n.LARGE)
    assert whole == [3, 3]
    assert thinned == [4, 4] + n_large * [3]  # other seeds than those compared with
    assert (len(found["checked"]), len(found["large"])) == (2, n_large)
    small, large = (large_n._seconds(replace(POINT, n_classes=m)) for m in (256, 512))
    assert 2.5 * small < large < 5.0 * small and found["left"][0]["seconds"] > 1.0


def test_slopes_tell_how_seeds_scatter():
    runs = ensemble(0.9)
    runs.loss[1] *= large_n.TIMES**0.02  # a slope of 0.88
    row = large_n.slopes(replace(POINT, n_classes=None), runs)
    assert row["scatter"] == pytest.approx(0.02 / 2**0.5, abs=1e-4)
    assert row["seeds_error"] == pytest.approx(0.01, abs=1e-4)


def test_one_seed_does_not_tell_how_seeds_scatter():
    row = large_n.read(POINT, ensemble(0.9, seeds=1, change=0.03))
    assert row["seeds_error"] is None and row["scatter"] is None
    assert row["extrapolation_error"] == pytest.approx(0.03, abs=1e-3)
