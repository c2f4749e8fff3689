"""Figures and the report page of geometry: the laws of chance, the blocks, everything inside."""

import json

import numpy as np
import pytest

from superlaw.cli import main
from superlaw.solvers.spectra import codes, ensembles, pictures
from superlaw.solvers.spectra.geometry import geometry
from superlaw.validation.geometry import page

RNG = np.random.default_rng(9)
RANDOM = geometry(RNG.normal(size=(600, 30)))
MIXED = np.zeros((9, 4))
MIXED[:5, :2], MIXED[5:, 2:] = codes.polygon(5), codes.cross_polytope(2)


def _units(n, d):
    W = RNG.normal(size=(n, d))
    return W / np.linalg.norm(W, axis=1, keepdims=True)


@pytest.mark.parametrize(("n", "d"), [(900, 60), (200, 150), (60, 240)])
def test_eigenvalues_of_random_features_follow_the_law(n, d):
    found = geometry(_units(n, d))["raw"]
    law = ensembles.marchenko_pastur_levels(d / n, found.rank)
    seen = found.eigenvalues[: found.rank] * d / n
    assert law.sum() == pytest.approx(d, rel=1e-3)
    assert np.max(np.abs(seen - law)) < 0.15 * law[0]
    low, high = ensembles.marchenko_pastur(n, d)
    assert low < law[-1] and law[0] < high


def test_density_in_bins_adds_up_and_is_that_of_a_uniform_cosine_in_three_dimensions():
    edges = np.linspace(-1.0, 1.0, 41)
    for d in (1, 2, 7, 500):
        assert np.sum(ensembles.bin_density(edges, d) * np.diff(edges)) == pytest.approx(1.0)
    np.testing.assert_allclose(ensembles.bin_density(edges, 3), 0.5, rtol=1e-9)


def test_spectrum_of_random_features_lies_on_its_line():
    raw, _, law = pictures.spectrum(RANDOM).series
    assert np.max(np.abs(raw.y / law.y - 1.0)) < 0.08


def test_histogram_of_random_features_lies_on_its_line():
    raw, _, law = pictures.overlaps(RANDOM).series
    near = np.abs(law.x) < 0.2
    drawn = np.interp(law.x[near], raw.x, raw.y)
    np.testing.assert_allclose(drawn, law.y[near], rtol=0.15)


def test_dimensionality_has_lines_of_codes_where_the_data_are():
    from superlaw.figures.drawing import draw

    panel = pictures.dimensionality(geometry(MIXED))
    features = panel.series[0]
    assert np.sort(np.unique(np.round(features.y, 6))).tolist() == [0.4, 0.5]
    axes = draw(panel)
    told = {text.get_text() for text in axes.texts}
    assert {"digon: 1/2", "pentagon: 2/5"} <= told and "alone: 1" not in told


def test_cosines_stand_block_by_block():
    panel = pictures.gram(geometry(MIXED))
    assert [label for label in panel.y if label] == ["pentagon", "digon", "digon"]
    np.testing.assert_allclose(np.diag(panel.values), 1.0)
    np.testing.assert_allclose(panel.values[:5, 5:], 0.0, atol=1e-12)
    np.testing.assert_allclose(panel.values[5:7, 5:7], [[1, -1], [-1, 1]], atol=1e-12)


def test_large_blocks_are_shown_in_part():
    found = geometry(RNG.uniform(1.0, 1.2, (90, 1)) * _units(90, 5))
    assert found.block_cosines.shape == (64, 64)
    assert "64 of 90" in pictures.gram(found).title


def test_features_shown_are_few_and_reach_both_ends():
    found = geometry(RNG.normal(size=(3000, 2)) * np.geomspace(0.1, 10.0, 3000)[:, None])
    x = pictures.dimensionality(found).series[0].x
    norms = np.sqrt(found["raw"].features.square_norms)
    assert len(x) == pictures.SHOWN and (x[0], x[-1]) == (norms.min(), norms.max())


@pytest.fixture
def undrawn(monkeypatch):
    """Pages say what a figure would show: drawing takes half a second each."""

    def shown(picture):
        return f"<figure>{picture.title}</figure>"

    monkeypatch.setattr(page, "embedded", shown)


@pytest.mark.parametrize("matrix", [np.eye(3), np.ones((4, 3)), np.array([[1.0], [2.0]])])
def test_matrices_that_leave_little_to_draw_have_a_page(undrawn, matrix):
    assert "</html>" in page.page(geometry(matrix))


def _run(tmp_path, *more):
    np.save(tmp_path / "m.npy", MIXED)
    np.save(tmp_path / "n.npy", RNG.normal(size=(20, 3)))
    names = {"m": str(tmp_path / "m.npy"), "n": str(tmp_path / "n.npy")}
    return main(["geometry", *(names.get(word, word) for word in more)])


def test_command_writes_a_report_of_one_matrix_or_of_several(undrawn, tmp_path, capsys):
    assert _run(tmp_path, "m", "--out", str(tmp_path / "r")) == 0
    text = (tmp_path / "r" / "index.html").read_text()
    assert text.count("<figure") == 4 and "pentagon" in text
    told = json.loads((tmp_path / "r" / "geometry.json").read_text())
    assert told["n_features"] == 9 and (tmp_path / "r" / "manifest.json").exists()
    assert _run(tmp_path, "m", "n", "--out", str(tmp_path / "s")) == 0
    text = (tmp_path / "s" / "index.html").read_text()
    assert "Overlaps at 2 widths" in text and "W-WIDTHS" in text
    assert _run(tmp_path, "m", "--out", str(tmp_path / "a.json")) == 0
    assert json.loads((tmp_path / "a.json").read_text())["rank"] == 4
    capsys.readouterr()
    assert _run(tmp_path, "m", "--out", str(tmp_path / "a.txt")) == 2
    assert "ending in .csv or .npz or .json" in capsys.readouterr().err


@pytest.mark.slow
def test_a_drawn_report_needs_nothing_else(tmp_path):
    plot, folder = tmp_path / "m.svg", tmp_path / "r"
    assert _run(tmp_path, "m", "--out", str(folder), "--plot", str(plot)) == 0
    text = (folder / "index.html").read_text()
    assert text.count("<svg") == 4
    assert "http" not in text.replace("http://www.w3.org", "")
    assert plot.read_text().startswith("<?xml")
    assert _run(tmp_path, "m", "n", "--plot", str(plot)) == 0
    assert "random directions" in plot.read_text()
