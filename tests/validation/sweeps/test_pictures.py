"""The figure of a sweep shows each number where its point is."""

import numpy as np

import superlaw as sl

GRID = {"task.a": [1.25, 1.5, 2.0], "task.b": [0.0, 0.5]}


def test_a_map_has_each_number_at_its_point():
    found = sl.sweep(GRID, executor="serial").picture()
    assert (found.x, found.y) == (("0", "0.5"), ("1.25", "1.5", "2"))
    expected = [[(a + 2 * b - 1) / a for b in GRID["task.b"]] for a in GRID["task.a"]]
    np.testing.assert_allclose(found.values, expected, rtol=1e-12)


def test_one_field_makes_a_line():
    found = sl.sweep({"task.a": [1.25, 2.0]}, executor="serial").picture()
    (series,) = found.series
    np.testing.assert_allclose((series.x, series.y), ([1.25, 2.0], [0.2, 0.5]), rtol=1e-12)
