"""The band that a closure states: what it is made of, where it ends, and that it is kept."""

import itertools
import math

import numpy as np
import pytest

from superlaw.curves import Array
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.closures import accuracy, bands, measurements
from superlaw.solvers.solution import Solution

TIMES = np.array(measurements.measured("row_replica")["times"])
BIASED, FREE = (measurements.compared(trains_bias=kind) for kind in (True, False))


def _band(a, b, width, times=TIMES, n=512, bias=True) -> Array:
    return bands.lattice_band(PowerLawTask(a, b, n), width, bias, times)


def _cell(**wanted):
    (row,) = (row for row in BIASED if all(row[key] == x for key, x in wanted.items()))
    return row


def _stated(row):
    """Half-width of a compared cell, from its numbers, by loops."""
    half, scatter = [], []
    for k in range(len(TIMES)):
        near = range(max(0, k - 1), min(len(TIMES), k + 2))
        square = [row["spread"][min(max(j, 0), len(TIMES) - 1)] ** 2 for j in (k - 1, k, k + 1)]
        error = math.sqrt(sum(square) / 3.0 * (1.0 / row["seeds"] + 1.0 / bands.SEEDS))
        deviation = max(abs(row["deviation"][j]) for j in near)
        half.append(math.exp(deviation + bands.ERRORS * error) - 1.0 + measurements.FLOW_TOLERANCE)
        found = [row["scatter"][min(max(j, 0), len(TIMES) - 1)] ** 2 for j in (k - 1, k, k + 1)]
        scatter.append(math.sqrt(sum(found) / 3.0))
    return half, scatter


def test_at_a_cell_that_was_compared_the_band_is_its_own():
    for row in BIASED[::7]:
        found = _band(row["a"], row["b"], row["width"])
        half, scatter = _stated(row)
        np.testing.assert_allclose(found.half_width, half, rtol=1e-9)
        np.testing.assert_allclose(found.scatter, scatter, rtol=1e-9)


def test_between_cells_it_lies_between_theirs_and_reaches_both():
    low, high = (_band(1.3, b, 64) for b in (0.25, 0.5))
    middle = _band(1.3, 0.375, 64)
    for part in ("half_width", "scatter"):
        ends = getattr(low, part), getattr(high, part)
        assert np.all(getattr(middle, part) >= np.minimum(*ends) * 0.999)
        assert np.all(getattr(middle, part) <= np.maximum(*ends) * 1.001)
    near = _band(1.3, 0.25 + 1e-7, 64)
    np.testing.assert_allclose(near.half_width, low.half_width, rtol=1e-5)


def test_between_widths_the_logarithm_of_n_over_k_counts():
    ends = [_cell(a=1.3, b=0.0, share=share) for share in (4, 8)]
    found = _band(1.3, 0.0, 91)  # 512/91 is 4√2 within 1 %
    deviation = np.mean([bands._widest(np.abs(row["deviation"])) for row in ends], axis=0)
    assert np.all(found.half_width > np.expm1(deviation))
    known = [_band(1.3, 0.0, row["width"]).half_width for row in ends]
    np.testing.assert_allclose(found.half_width, np.mean(known, axis=0), rtol=0.02, atol=2e-3)


def test_between_times_it_is_interpolated_and_later_it_is_unknown():
    times = np.array([0.0, 0.01, 0.1, math.sqrt(0.1 * TIMES[1]), TIMES[-1], 2.0 * TIMES[-1]])
    half = _band(1.3, 0.5, 64, times).half_width
    assert half[0] == half[1] == half[2]
    assert half[3] == pytest.approx(0.5 * (half[2] + _band(1.3, 0.5, 64).half_width[1]))
    assert np.isfinite(half[4]) and np.isnan(half[5])


@pytest.mark.parametrize(
    ("a", "b", "n", "width"),
    [(1.01, 0.5, 512, 64), (2.6, 0.5, 512, 64), (1.5, 1.1, 512, 64), (1.5, 0.5, 512, 16),
     (1.5, 0.5, 256, 32), (1.5, 0.5, 10**5, 10**4)],
)  # fmt: skip
def test_outside_of_what_was_compared_nothing_is_stated(a, b, n, width):
    found = _band(a, b, width, n=n)
    assert np.all(np.isnan([found.half_width, found.scatter]))


def test_where_a_cell_ends_the_band_ends_and_the_notice_says_when(monkeypatch):
    free = measurements.compared(trains_bias=False)
    cut = tuple(row | {"deviation": row["deviation"][: 7 if row["b"] else 11]} for row in free)
    monkeypatch.setattr(bands, "compared", lambda _, *, trains_bias: cut)
    here = {"a": 1.5, "n": 512, "width": 64, "bias": False}
    whole, part, between = (_band(b=b, **here) for b in (0.0, 0.5, 0.25))
    assert np.isfinite(whole.half_width).all()
    for found in (part, between):
        assert np.isfinite(found.half_width).tolist() == [True] * 7 + [False] * 4
    row = next(row for row in cut if (row["a"], row["b"], row["share"]) == (1.5, 0.5, 8))
    assert part.half_width[6] > math.expm1(max(np.abs(row["deviation"][5:])))
    bare = Solution(TIMES, np.ones(11), "success", "", "made up")
    curve = accuracy.with_lattice_band(bare, PowerLawTask(1.5, 0.5, 512), 64, trains_bias=False)
    assert "measured without bias where t > 100;" in curve.warnings[0].message


@pytest.mark.parametrize(
    ("a", "b", "n", "width", "where"),
    [(1.5, 1.2, 2048, 128, "b = 1.2, N = 2048"), (1.5, 1.0, 512, 300, "N/K = 1.70667")],
)
def test_without_bias_the_notice_names_what_was_not_compared(a, b, n, width, where):
    bare = Solution(TIMES, np.ones(11), "success", "", "made up")
    task = PowerLawTask(a, b, n)
    curve = accuracy.with_lattice_band(bare, task, width, trains_bias=False)
    (notice,) = curve.warnings
    assert f"no band was measured without bias where {where};" in notice.message


@pytest.mark.parametrize("bias", [True, False])
def test_between_all_that_was_compared_there_is_a_band(bias):
    for a, b, share in itertools.product((1.05, 1.2, 2.5), (0.0, 0.9, 1.0), (2, 2.5, 4, 10, 16)):
        for n in (512, 1024):
            half = _band(a, b, round(n / share), n=n, bias=bias).half_width
            assert np.isfinite(half[: None if bias or share >= 4 else 8]).all()


def test_a_curve_carries_its_band_and_a_notice_quotes_it():
    task, times = PowerLawTask(2.5, 0.25, 512), np.array([1.0, 1e4, 1e5])
    bare = Solution(times, np.ones(3), "success", "", "made up")
    found = accuracy.with_lattice_band(bare, task, 64, trains_bias=True)
    known = _band(2.5, 0.25, 64, times)
    np.testing.assert_array_equal(found.error_band, known.half_width)
    np.testing.assert_array_equal(found.scatter, known.scatter)
    assert [notice.code for notice in found.warnings] == ["W-UNVALIDATED", "W-CLOSURE"]
    unknown, quoted = (notice.message for notice in found.warnings)
    assert "where t = 100000;" in unknown
    told = f"within a factor {1.0 + known.half_width[1]:.3g} of each other"
    assert known.half_width[1] > 1.0 and told in quoted and "t = 1e+04" in quoted
    assert found.to_dict()["error_band"][2] is None and found.to_dict()["scatter"][2] is None


def test_without_a_band_there_is_none():
    bare = Solution(np.array([1.0]), np.ones(1), "success", "", "made up")
    found = accuracy.with_lattice_band(bare, PowerLawTask(3.0, 0.0, 512), 64, trains_bias=True)
    assert (found.error_band, found.scatter) == (None, None)
    assert [notice.code for notice in found.warnings] == ["W-UNVALIDATED"]
    narrow = accuracy.with_lattice_band(bare, PowerLawTask(1.3, 0.0, 512), 64, trains_bias=True)
    assert narrow.warnings == () and narrow.error_band[0] < accuracy.SMALL


def test_tied_columns_take_the_rows_of_their_n_over_k_squared():
    times = np.array([1.0, 1000.0, 2000.0])
    found = bands.tied_band(PowerLawTask(1.5, 0.5, 512), 128, times)
    rows = bands.tied_rows(512 / 128**2)
    assert {row["width"] for row in rows} == {64, 91, 128} and min(row["b"] for row in rows) > 0
    worst = max(row["worst"][-1] for row in rows)
    error = math.sqrt(np.mean([row["error"][-1] ** 2 for row in rows]) * 2.0 * (0.5 + 0.25))
    half = (1.0 + worst) * math.exp(bands.ERRORS * error) - 1.0
    assert found.half_width[1] == pytest.approx(half)
    assert np.isnan(found.half_width[2])
    assert np.all(np.isnan(bands.tied_band(PowerLawTask(1.5, 0.5, 2048), 256, times).half_width))


def _misses(part, cells, monkeypatch):
    """Return which curves leave part of a band that is made without one value of a, b or N/K."""
    found = []
    for name, cell in itertools.product(("a", "b", "share"), cells):
        rest = tuple(row for row in cells if row[name] != cell[name])
        monkeypatch.setattr(bands, "compared", lambda _, *, trains_bias, rest=rest: rest)
        half = _band(cell["a"], cell["b"], cell["width"], bias=cell["bias"]).half_width
        stated = part * np.log1p(half[: len(cell["deviation"])])
        if np.isfinite(stated).any():
            found.append(bool(np.any(np.abs(cell["deviation"]) > stated)))
    return found


@pytest.mark.parametrize(("cells", "least"), [(BIASED, 250), (FREE, 50)])
def test_the_band_between_others_holds_what_was_left_out(cells, least, monkeypatch):
    stated = _misses(1.0, cells, monkeypatch)
    assert len(stated) > least and np.mean(stated) <= bands.MISSED
    assert np.mean(_misses(1.0 / 3.0, cells, monkeypatch)) > bands.MISSED
