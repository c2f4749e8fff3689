"""The goals of geometry judge what was measured, and a child process measures itself."""

import numpy as np
import pytest

from benchmarks.geometry import MEGABYTES, _measured, goals, page
from superlaw import storage


def _rows(seconds, megabytes, growth):
    first = {"n_features": 100_000, "dimension": 512, "seconds": 3 * seconds, "cpu": seconds}
    last = first | {"n_features": 10**6, "cpu": 10 * growth * seconds}
    return [row | {"megabytes": megabytes} for row in (first, last)]


@pytest.mark.parametrize(
    ("measured", "met"),
    [
        ((5.0, 70.0, 1.0), [True, True, True]),
        ((11.0, 70.0, 1.0), [False, True, True]),
        ((5.0, 210.0, 1.0), [True, False, True]),
        ((5.0, 70.0, 1.2), [True, True, False]),
    ],
)
def test_each_goal_is_met_or_missed(measured, met):
    rows = _rows(*measured)
    assert [is_met for *_, is_met in goals(rows)] == met
    source = storage.provenance("python -m benchmarks.geometry", entropy=0, seeds=1)
    told = page({"provenance": source, "rows": rows})
    assert told.count("**missed**") == met.count(False)
    assert source["date"] in told and source["command"] in told


def test_memory_is_what_is_held_besides_the_file(tmp_path):
    path = tmp_path / "m.npy"
    np.save(path, np.random.default_rng(0).normal(size=(4_000, 64)).astype(np.float16))
    found = _measured(str(path))
    assert 0.0 < found["cpu"] and 0.0 < found["seconds"]
    assert 0.0 < found["megabytes"] < MEGABYTES
