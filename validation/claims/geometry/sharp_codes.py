"""The codes that have names are tight schemes, and keep their names in any basis and some noise."""

from __future__ import annotations

import numpy as np

from superlaw.curves import Array
from superlaw.solvers.spectra import codes
from superlaw.solvers.spectra.blocks import blocks
from superlaw.solvers.spectra.geometry import geometry
from superlaw.validation.claims.check import Check
from superlaw.validation.claims.claim import Claim, Findings
from superlaw.validation.claims.size import Conditions

CODES: dict[str, Array] = {
    "digon": codes.simplex(2),
    "triangle": codes.simplex(3),
    "pentagon": codes.polygon(5),
    "tetrahedron": codes.simplex(4),
    "icosahedron": codes.icosahedron(),
    "Petersen": codes.petersen(),
    "half 5-cube (Clebsch)": codes.half_cube(),
    "Schläfli": codes.schlaefli(),
    "24-cell": codes.cell24(),
    "Gosset": codes.gosset(),
}
NOISE, ROUNDING = 0.05, 1e-9
"""Length of what is added to each unit feature; what exact features leave."""


def run(conditions: Conditions) -> Findings:
    """Compare the frame potential of each code with the least there is; name it when disguised."""
    rng = np.random.default_rng(conditions.draws("sharp_codes"))
    checks, named, least = [], 0, np.inf
    for name, features in CODES.items():
        scheme = codes.exact_scheme(features)
        n, d = len(features), scheme.dimension
        potential = geometry(features)["raw"].overlaps.frame_potential
        predicted = conditions.planted * n * n / d
        label = f"frame potential of the {name}, {n} in {d} dimensions"
        checks.append(Check(label, predicted, potential, tolerance=ROUNDING))
        named += [block.name for block in blocks(_disguised(features, rng))] == [name]
        least = min(least, float(scheme.krein.min()))
    whole = float(len(CODES))
    label = f"codes named in a random basis with noise {NOISE:g}, of {len(CODES)}"
    checks.append(Check(label, conditions.planted * whole, float(named), tolerance=ROUNDING))
    label = "1 + least Krein parameter of all"
    checks.append(Check(label, 1.0 - ROUNDING, 1.0 + least, bound="above"))
    return Findings(tuple(checks))


def _disguised(features: Array, rng: np.random.Generator) -> Array:
    """Return features in another order and basis, with noise in the space that they span."""
    u, sizes, _ = np.linalg.svd(features, full_matrices=False)
    kept = sizes > ROUNDING
    found = rng.permutation(u[:, kept] * sizes[kept])
    basis, _ = np.linalg.qr(rng.normal(size=(found.shape[1],) * 2))
    noise = rng.normal(size=found.shape)
    noise *= NOISE / np.linalg.norm(noise, axis=1, keepdims=True)
    return np.asarray(found @ basis + noise)


CLAIM = Claim(
    name="sharp_codes",
    statement=(
        "Ten codes from the digon to the Gosset polytope are tight, with Krein parameters that "
        "are not negative, and are named in any order and basis and in noise."
    ),
    step="G6",
    solver="tight frames, and relations that close under products",
    run=run,
    takes=("entropy",),
)
