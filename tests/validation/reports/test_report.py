"""A report says what ran, what was allowed and whether it was wrong on purpose."""

import json

import pytest
from matplotlib.figure import Figure

from superlaw.validation.claims.size import SIZES
from superlaw.validation.reports.page import trained
from superlaw.validation.validate import validate


@pytest.fixture(scope="module")
def report():
    return validate("two_layer", "leak", size="small")


@pytest.fixture(scope="module")
def page(report):
    return report.to_html()


@pytest.mark.slow
def test_report_is_one_page_with_figures_and_every_number(report, tmp_path):
    page = report.save(tmp_path).read_text()
    panels = sum(len(result.findings.panels) for result in report.claims)
    assert page.count("<svg") == panels == len(report.pictures)
    assert "<script" not in page and "<img" not in page
    numbers = json.loads((tmp_path / "report.json").read_text())
    measured = numbers["claims"][0]["checks"][0]["measured"]
    assert measured == report.claims[0].checks[0].measured
    facts = json.loads((tmp_path / "manifest.json").read_text())
    small = SIZES["small"].sequential.n_features
    assert facts["configuration"]["size"]["sequential"]["n_features"] == small


def test_a_figure_is_drawn_on_given_axes(report, refused):
    axes = Figure().subplots()
    assert report.plot(axes, panel=1) is axes
    assert axes.get_title() == report.pictures[1].title and axes.has_data()
    assert report.plot().figure is not axes.figure
    with refused("panel", f"below {len(report.pictures)}"):
        report.plot(panel=len(report.pictures))


@pytest.mark.slow
def test_page_says_what_ran(report, page):
    version = report.configuration["version"]
    assert f"superlaw {version}, {report.date}" in page
    assert "N = 192, K = 192; SGD, lr 0.02; 1 seed; t up to 300" in page
    assert "nothing: theory against theory" in page
    assert "A tolerance in per cent is\nrelative to the predicted value" in page


@pytest.mark.slow
def test_an_honest_report_does_not_speak_of_planted_errors(report, page):
    assert "Negative control" not in page + report.table()
    assert report.to_dict()["planted"] is None


def test_a_planted_report_says_so_first_and_draws_what_it_planted():
    honest, planted = validate("leak", size="small"), validate("leak", size="small", planted=1.2)
    page, words = planted.to_html(), "frequency exponent times 1.2"
    assert page.index(words) < page.index("<table")
    assert words in planted.table().splitlines()[0]
    assert words in planted.to_dict()["planted"]
    dashed = [result.findings.panels[0].series[1] for r in (honest, planted) for result in r.claims]
    assert all(series.style == "dashed" for series in dashed)
    assert abs(dashed[0].y[-1] / dashed[1].y[-1] - 1.0) > 0.1


def test_what_was_simulated_alike_is_said_once():
    def run(width, lr):
        return {
            "task": {"n_features": 64},
            "student": {"width": width},
            "optimizer": {"name": "sgd", "lr": lr, "batch": 4, "momentum": 0.0},
            "seeds": 8,
            "t_end": 100.0,
        }

    said = trained([run(8, 0.05), run(16, 0.05), run(8, 0.05), run(None, 0.1)])
    assert said == [
        "N = 64, K = 8, 16; SGD, lr 0.05, batch 4; 8 seeds; t up to 100",
        "N = 64, K = 64; SGD, lr 0.1, batch 4; 8 seeds; t up to 100",
    ]
