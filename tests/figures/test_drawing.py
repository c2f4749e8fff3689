"""Figures show the data, and their legends hide none of it."""

import numpy as np

from superlaw.figures.drawing import draw, figure, svg
from superlaw.figures.panels import HeatMap, Maps, Panel, Row, Series

X = np.geomspace(1.0, 1e4, 30)


def _panel(n_curves):
    series = [
        Series(f"curve {k} with a label of some length", X, X**-0.1 * k)
        for k in range(1, n_curves + 1)
    ]
    return Panel("Title", "time t", "loss", tuple(series))


def test_figures_show_the_data():
    panel = _panel(1)
    axes = draw(panel)
    assert (axes.get_lines()[0].get_xydata()[:, 1] == panel.series[0].y).all()
    assert axes.get_xscale() == "log"
    assert svg(panel) == svg(panel)


def test_powers_of_ten_are_letters():
    axes = draw(Panel("Title", "x", "y", (Series("one", X[:9], 0.3 * X[:9] ** -2),)))
    axes.get_figure().canvas.draw()
    told = {x.get_text() for x in axes.get_yticklabels(which="both")}
    assert {"10⁻³", "10⁻¹"} <= told
    narrow = draw(Panel("Title", "x", "y", (Series("one", np.array([1.0, 3.0]), X[:2]),)))
    narrow.get_figure().canvas.draw()
    assert "2·10⁰" in {x.get_text() for x in narrow.get_xticklabels(which="both")}


def test_the_legend_stands_outside_the_axes():
    axes = draw(_panel(8))
    figure = axes.get_figure()
    figure.canvas.draw()
    legend, plot = axes.get_legend().get_window_extent(), axes.get_window_extent()
    assert legend.y1 < plot.y0
    assert 0.0 <= legend.x0 and legend.x1 <= figure.bbox.x1 and legend.y0 >= 0.0
    assert plot.height > 0.4 * figure.bbox.height


def test_a_row_shows_panels_on_the_same_scales_with_one_legend():
    one, other = _panel(2), _panel(3)
    drawn = figure(Row("Both", (one, other)))
    left, right = drawn.get_axes()
    assert left.get_ylim() == right.get_ylim() and left.get_xlim() == right.get_xlim()
    assert left.get_ylabel() and not right.get_ylabel()
    assert left.get_legend() is None and right.get_legend() is None
    assert len(drawn.legends[0].get_texts()) == 2
    assert svg(Row("Both", (one, other))).count("<svg") == 1


def test_a_series_without_a_label_is_not_in_the_legend():
    named, other = _panel(2).series
    silent = Series("", other.x, other.y)
    legend = draw(Panel("Title", "x", "y", (named, silent))).get_legend()
    assert [text.get_text() for text in legend.get_texts()] == [named.label]


def test_maps_have_one_scale_of_colours_and_no_empty_axes():
    values = np.arange(6.0).reshape(2, 3)
    one = HeatMap("One", "x", "y", ("1", "2", "3"), ("4", "5"), values, (0.0, 5.0))
    drawn = figure(Maps("Four", (one,) * 4))
    *maps, scale = drawn.get_axes()
    assert len(maps) == 4 and all(axes.get_title() == "One" for axes in maps)
    assert [axes.images[0].get_clim() for axes in maps] == [(0.0, 5.0)] * 4
    assert (maps[3].images[0].get_array() == values).all()
    assert scale.get_position().x0 > maps[2].get_position().x1


def test_the_legend_says_what_dots_and_grey_bands_are():
    line, y = Series("theory, a = 1", X, X), 1.1 * X
    dots = [Series(f"simulated, a = {k}", X, y, style="points", paired=True) for k in (1, 2)]
    same = Series("theory, a = 1", X, y, style="points", paired=True)
    panel = Panel("", "x", "y", (line, *dots, line, same), shaded=(10.0, 100.0))
    told = [text.get_text() for text in draw(panel).get_legend().get_texts()]
    assert sorted(told) == ["simulated", "span used", "theory, a = 1", "theory, a = 1"]
