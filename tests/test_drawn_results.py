"""Results are drawn on given axes, shown in notebooks, and become tables of other packages."""

import re
import sys
from functools import cache

import numpy as np
import pytest
from matplotlib.figure import Figure

import superlaw as sl
from superlaw.results import DrawnResult

TIMES = sl.log_times(1.0, 30.0, 4)
ROWS = np.sin(np.arange(60.0) ** 2).reshape(12, 5)
GRID = {"task.a": [1.5, 2.0], "task.b": [0.0, 0.25, 0.5]}


TASK = sl.PowerLawTask(a=1.5, b=0.25, n_features=32)
MAKERS = {
    "Solution": lambda: sl.solve(sl.PowerLawTask(1.5, 0.25, 4000), times=TIMES),
    "Ensemble": lambda: sl.simulate(TASK, times=TIMES, seeds=3),
    "PowerLawFit": lambda: sl.fit_power_law((TIMES, 2.0 * TIMES**-0.7), model="straight"),
    "Geometry": lambda: sl.geometry(ROWS),
    "OverlapLaw": lambda: sl.overlap_law([ROWS, ROWS[:, :4], ROWS[:, :3]]),
    "WidthLaw": lambda: sl.width_law(np.full(40, 1 / 40), [5, 8]),
    "SweepTable": lambda: sl.sweep(GRID, executor="serial"),
}
SLOW = ("Geometry", "OverlapLaw", "WidthLaw")
KINDS = [pytest.param(name, marks=pytest.mark.slow if name in SLOW else ()) for name in MAKERS]


@pytest.fixture(scope="module")
def found():
    """Return a function that makes a result once."""
    return cache(lambda name: MAKERS[name]())


def test_every_drawn_result_is_here():
    known = {kind.__name__ for kind in DrawnResult.__subclasses__()}
    assert known - {"Explanation"} <= set(MAKERS)  # that has tests of its own


@pytest.mark.parametrize("name", KINDS)
def test_axes_in_axes_out(found, refused, name):
    axes = Figure().subplots()
    if name != "Geometry":
        assert found(name).plot(axes) is axes
        assert axes.has_data() or axes.images
        labels = (axes.get_xlabel(), axes.get_ylabel())
        assert all(labels), labels
    else:
        with refused("axes", "several panels"):
            found(name).plot(axes)
    assert found(name).plot().figure is not axes.figure
    with refused("axes", "Axes"):
        found(name).plot("axes")


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=() if n == "Solution" else pytest.mark.slow) for n in MAKERS]
)
def test_a_notebook_shows_a_table_and_a_figure(found, name):
    text = found(name)._repr_html_()
    assert text.count("<table>") == 1 and text.count("<svg") == 1
    assert len(re.findall("<tr>", text)) <= 12
    assert "nan" not in text


@pytest.mark.parametrize("name", KINDS)
def test_columns_become_a_data_frame(found, name):
    pytest.importorskip("pandas")
    frame, columns = found(name).to_dataframe(), found(name).columns()
    assert list(frame.columns) == list(columns)
    for key, column in columns.items():
        for one, other in zip(frame[key], column, strict=True):
            assert one == other or (other is None and one != one) or one is other or one != one


def test_bands_are_shaded_where_the_error_is(found):
    runs = found("Ensemble")
    (band,) = [s for s in runs.picture().series if s.upper is not None]
    np.testing.assert_allclose(band.upper - runs.mean, runs.standard_error, rtol=1e-9)


@pytest.mark.slow
def test_the_band_of_a_width_law_is_shaded(found):
    (band,) = [s for s in found("WidthLaw").picture().series if s.upper is not None]
    assert np.all(band.upper > band.y)


def test_a_table_becomes_a_dataset(found, refused):
    pytest.importorskip("xarray")
    table = found("SweepTable")
    data = table.to_xarray()
    assert dict(data.sizes) == {"task.a": 2, "task.b": 3}
    assert float(data["value"].sel({"task.a": 2.0, "task.b": 0.25})) == 0.75
    assert data["value"].dtype == float and data.attrs["measure"] == "exponent"
    with refused("table", "whole"):
        table.where(task__a=2.0).to_xarray()


@pytest.mark.parametrize(
    ("method", "package"), [("to_dataframe", "pandas"), ("to_xarray", "xarray")]
)
def test_what_is_not_installed_is_said(found, monkeypatch, method, package):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(sl.ArgumentError, match=rf"{method} must have {package}.*\[tables\]"):
        getattr(found("SweepTable"), method)()


@pytest.mark.slow
def test_a_report_shows_its_verdicts():
    report = sl.validate("two_layer", size="small")
    text = report._repr_html_()
    assert "PASS" in text and text.count("<svg") == 1
