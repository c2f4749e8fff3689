"""Reference values of geometry, each within its tolerance.

`reference_geometry.csv`: computed by other code before this package had any, from exact
constructions, from the closed forms of the null, from toy models trained elsewhere, and from the
token embeddings of wordllama 0.4.0.post1.
"""

import ast
import csv
import json
import re
from pathlib import Path

import numpy as np
import pytest

from superlaw.solvers.spectra import codes, ensembles
from superlaw.validation.claims.geometry.toys import CODES

ROOT = Path(__file__).parents[3]
with open(Path(__file__).with_name("reference_geometry.csv"), encoding="utf-8") as stream:
    ROWS = list(csv.DictReader(stream))
FEATURES = {
    "digon": codes.simplex(2),
    "triangle": codes.simplex(3),
    "pentagon": codes.polygon(5),
    "tetrahedron": codes.simplex(4),
    "octahedron": codes.cross_polytope(3),
    "icosahedron": codes.icosahedron(),
    "hemicube16": codes.half_cube(),
    "Petersen10": codes.petersen(),
    "Schlaefli27": codes.schlaefli(),
}
NAMES = {"hemicube16 (Clebsch)": "half 5-cube (Clebsch)"}
WORDS = {
    "mean square overlap * d": lambda v: v["dimension"] * v["mean_square_overlap"],
    "mean overlap": lambda v: v["mean_overlap"],
    "capacity ratio": lambda v: v["capacity"],
    "z of frame potential": lambda v: v["frame_potential_z"],
    "largest eigenvalue / (n/d)": lambda v: v["extreme_levels"][0],
    "smallest eigenvalue / (n/d)": lambda v: v["extreme_levels"][1],
    "tight-frame deviation": lambda v: v["tight_frame_deviation"],
    "median cv2": lambda v: v["median_spread"],
    "null median cv2": lambda v: v["chance_median_spread"],
}


def _of(case):
    return [row for row in ROWS if row["case"] == case]


def _note(row):
    return dict(part.split("=") for part in row["note"].split(" ") if part.count("=") == 1)


@pytest.mark.parametrize("row", _of("code"), ids=lambda row: row["parameters"])
def test_exact_codes(row):
    scheme = codes.exact_scheme(FEATURES[row["parameters"]])
    cosines, valencies, multiplicities = map(ast.literal_eval, row["value"].split(" | "))
    np.testing.assert_allclose(scheme.cosines, cosines, atol=float(row["tolerance"]))
    assert scheme.valencies.tolist() == valencies
    assert scheme.multiplicities.tolist() == multiplicities
    note = _note(row)
    assert scheme.dimension == int(note["rank"])
    assert scheme.levels.max() == pytest.approx(float(note["lambda"]), rel=1e-5)
    assert scheme.dimension / scheme.size == pytest.approx(float(note["D"]), rel=1e-5)
    assert scheme.krein.min() > -1e-9


@pytest.mark.parametrize("row", _of("null_frame_potential"), ids=lambda row: row["parameters"])
def test_null_of_the_frame_potential(row):
    n, d = (int(part.split("=")[1]) for part in row["parameters"].split(" "))
    mean, deviation = ensembles.frame_potential(n, d)
    assert mean == pytest.approx(float(row["value"]), rel=1e-7)
    assert deviation == pytest.approx(float(_note(row)["sd"]), rel=1e-5)
    tight = float(row["note"].split("z of tight frame=")[1].split(" ")[0])
    assert (n * n / d - mean) / deviation == pytest.approx(tight, rel=1e-4)


@pytest.mark.parametrize("row", _of("wordllama"), ids=lambda row: row["quantity"])
def test_token_embeddings(row):
    told = json.loads((ROOT / "docs" / "results" / "wordllama.json").read_text("utf-8"))
    found = WORDS[row["quantity"]](told["geometry"]["unit rows"]["versions"][0])
    allowed = float(row["tolerance"].split(" ")[0])
    kind = {"rel": allowed} if "rel" in row["tolerance"] else {"rel": 0.0, "abs": allowed}
    assert found == pytest.approx(float(row["value"]), **kind)


def _expected(row):
    """Return the toy model and what it formed in the reference, in our names."""
    n, d, p = (part.split("=")[1] for part in row["parameters"].split(" ")[:3])
    formed = {NAMES.get(name, name): k for name, k in json.loads(row["value"]).items()}
    named = {
        "scheme of {} in {}".format(*re.findall(r"[nd]=(\d+)", name)) if "n=" in name else name: k
        for name, k in formed.items()
    }
    return f"{n} features in {d} dimensions, p = {float(p):g}", named


@pytest.mark.parametrize("row", _of("toy"), ids=lambda row: row["parameters"].split(" seed")[0])
def test_toy_models(row):
    """Those that are trained here form what they formed there, one start of them at least."""
    toy, named = _expected(row)
    assert toy in {str(each) for toys in CODES.values() for each in toys}
    told = json.loads((ROOT / "docs" / "results" / "geometry.json").read_text("utf-8"))
    (claim,) = (claim for claim in told["claims"] if claim["name"] == "toys")
    starts = [each["formed"] for each in claim["readings"]["formed"] if each["toy"] == toy]
    assert set(named) in [set(formed) for formed in starts]
