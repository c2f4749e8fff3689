import json
from dataclasses import replace

import pytest

from superlaw.validation.claims.claim import SIZES, SUITES, Check, claim
from superlaw.validation.validate import validate

NETWORKS = pytest.mark.slow  # minutes, where the sequential claims take seconds
CLAIMS = [
    *SUITES["sequential"],
    *(pytest.param(name, marks=NETWORKS) for name in SUITES["superposed"]),
]
SMALL = SIZES["small"]
PLANTED = 1.4
"""A wrong frequency exponent that the small form must notice in every claim."""


@pytest.mark.parametrize("name", CLAIMS)
def test_claim_holds_in_its_small_form(name):
    result = claim(name)(0, SMALL)
    failed = [check for check in result.checks if not check.passed]
    assert failed == []
    assert result.name == name and result.statement and result.equation


@pytest.mark.parametrize("name", CLAIMS)
def test_planted_exponent_is_detected(name):
    assert not claim(name)(0, replace(SMALL, planted=PLANTED)).passed


@pytest.mark.slow
def test_every_claim_holds_in_full_and_none_with_a_planted_error():
    assert validate("sequential", seeds=8).passed
    planted = validate("sequential", seeds=8, planted=1.1)
    assert not any(result.passed for result in planted.claims)


def test_checks_compare_with_what_they_allow():
    assert Check("", 1.0, 1.05, 0.02, z=2.5).passed
    assert not Check("", 1.0, 1.1, 0.02, z=5.0).passed
    assert Check("", 1.0, 1.05, tolerance=0.06).passed
    assert not Check("", 1.0, 1.05, tolerance=0.04).passed
    assert Check("", 1.0, 0.9, bound="below").passed
    assert not Check("", 1.0, 1.1, bound="below").passed
    assert Check("", 1.0, 1.1, bound="above").passed
    assert not Check("", 1.0, float("nan"), bound="above").passed


def test_report_is_one_page_with_figures_and_every_number(tmp_path):
    report = validate("two_layer", "leak", size="small")
    page = report.save(tmp_path).read_text()
    assert page.count("<svg") == sum(len(c.panels) for c in report.claims) == len(report.plot())
    assert "<script" not in page and "<img" not in page
    numbers = json.loads((tmp_path / "report.json").read_text())
    measured = numbers["claims"][0]["checks"][0]["measured"]
    assert measured == report.claims[0].checks[0].measured
    facts = json.loads((tmp_path / "manifest.json").read_text())
    assert facts["configuration"]["size"]["n_features"] == SMALL.n_features


def test_figures_show_the_data(tmp_path):
    from superlaw.validation.figures.drawing import draw, svg

    (panel,) = claim("two_layer")(0, SMALL).panels
    axes = draw(panel)
    line = axes.get_lines()[0].get_xydata()
    assert (line[:, 1] == panel.series[0].y).all()
    assert axes.get_xscale() == "log"
    assert svg(panel) == svg(panel)


@pytest.mark.parametrize(
    ("names", "arguments", "name"),
    [
        (("modse",), {}, "claim"),
        ((), {"size": "huge"}, "size"),
        ((), {"seeds": 1}, "seeds"),
        ((), {"n_features": 3}, "n_features"),
        ((), {"planted": -1.0}, "planted"),
    ],
)
def test_bad_arguments_are_refused(refused, names, arguments, name):
    with refused(name):
        validate(*names, **arguments)
