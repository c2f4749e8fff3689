"""Overlaps against width: random features follow 1/d, others what was planted."""

import json

import numpy as np
import pytest

import superlaw as sl
from superlaw.cli import main
from superlaw.validation.geometry.pictures import overlaps_against_width

RNG = np.random.default_rng(2)
WIDTHS = (8, 16, 32, 64)
RANDOM = [RNG.normal(size=(400, d)) for d in WIDTHS]
COMMON = [W + 0.6 * np.sign(RNG.normal(size=W.shape[1])) for W in RANDOM]
"""Every cosine is raised by the same: overlaps do not fall to 0."""


def test_random_features_follow_the_random_law():
    law = sl.overlap_law(RANDOM[::-1])
    assert law.widths == WIDTHS and law.warnings == ()
    for name in ("raw", "centred"):
        curve = law[name]
        assert abs(curve.exponent - 1.0) < 4.0 * curve.line.standard_error < 0.1
        np.testing.assert_allclose(curve.level, 1.0, atol=0.01)
        assert (curve.welch < curve.mean_square).all()
        assert (curve.error / curve.mean_square < 0.01).all()


def test_a_common_mean_is_seen_raw_and_gone_centred():
    law = sl.overlap_law(COMMON)
    assert law["raw"].exponent < 0.5 and law["raw"].disparity > 1.0
    assert law["centred"].exponent == pytest.approx(1.0, abs=0.02)
    assert law["centred"].disparity < 0.03  # six standard deviations, 2/N each


def test_the_error_of_a_mean_square_is_that_of_features_drawn_again():
    """Features of two kinds: drawn again, their shares differ and with them the mean square."""

    def draw():
        crowded = RNG.normal(size=(200, 6)) * np.where(RNG.random((200, 1)) < 0.3, 1.0, 0.2)
        return crowded + np.where(np.arange(6) == 0, 1.0, 0.0)

    found = [sl.geometry(draw(), sampled_rows=200)["raw"].overlaps for _ in range(40)]
    spread = np.std([each.mean_square for each in found], ddof=1)
    told = np.mean([each.mean_square_error for each in found])
    assert told == pytest.approx(spread, rel=0.4)


def test_two_widths_are_a_check_and_no_exponent():
    law = sl.overlap_law(RANDOM[:2])
    assert [curve.exponent for curve in law.curves] == [None] * 3
    assert [notice.code for notice in law.warnings] == ["W-WIDTHS"]
    assert law["raw"].disparity < 0.02
    repeated = sl.overlap_law([*RANDOM[:2], RANDOM[0]])
    assert repeated["raw"].exponent is None and len(repeated.models) == 3


def test_command_answers_and_writes(tmp_path, capsys):
    files = []
    for d, W in zip(WIDTHS, RANDOM, strict=True):
        files.append(str(tmp_path / f"m{d}.npy"))
        np.save(files[-1], W)
    out = tmp_path / "law.json"
    assert main(["geometry", *files, "--json", "--out", str(out)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == json.loads(out.read_text())
    assert told["widths"] == list(WIDTHS) and len(told["models"]) == 4
    raw = told["versions"][0]
    assert raw["interval"][0] < 1.0 < raw["interval"][1]
    assert main(["geometry", *files[:2]]) == 0
    assert "W-WIDTHS" in capsys.readouterr().out


def test_figure_has_each_version_chance_and_bound():
    panel = overlaps_against_width(sl.overlap_law(RANDOM).curves)
    labels = [series.label for series in panel.series if series.label]
    assert [label.split(",")[0] for label in labels] == [
        "raw", "centred", "cleaned", "random directions", "Welch bound",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "name", "words"),
    [
        (RANDOM[0], "matrices", "sequence of matrices"),
        ("m.npy", "matrices", "sequence of matrices"),
        ([], "matrices", "two widths"),
        (RANDOM[:1], "matrices", "two widths"),
        ([RANDOM[0], RANDOM[0]], "matrices", "two widths"),
        ([RANDOM[0], "missing.npy"], "matrix", "no such file"),
        ([RANDOM[0], np.ones(3)], "matrix", "a matrix of numbers"),
        ([RANDOM[0], np.eye(3)], "matrices", "overlap in each version"),
    ],
)
def test_what_is_no_family_is_refused(refused, given, name, words):
    with refused(name, words):
        sl.overlap_law(given)
