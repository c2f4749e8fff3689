"""Figures show the data, and their legends hide none of it."""

import numpy as np

from superlaw.validation.figures.drawing import draw, svg
from superlaw.validation.figures.panels import Panel, Series

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


def test_the_legend_stands_outside_the_axes():
    axes = draw(_panel(8))
    figure = axes.get_figure()
    figure.canvas.draw()
    legend, plot = axes.get_legend().get_window_extent(), axes.get_window_extent()
    assert legend.y1 < plot.y0
    assert 0.0 <= legend.x0 and legend.x1 <= figure.bbox.x1 and legend.y0 >= 0.0
    assert plot.height > 0.4 * figure.bbox.height
