"""The geometry of a matrix in a file, or of the columns of a trained student."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from superlaw.arguments import refuse
from superlaw.solvers.spectra.geometry import geometry
from superlaw.validation.sweeps.grid import RUN, SEED, Point
from superlaw.validation.sweeps.measures.options import (
    MATRIX,
    SIMULATE,
    VALUE,
    Found,
    check_taken,
    codes,
)
from superlaw.validation.sweeps.measures.training import trained

_FRAME = ("capacity", "haar_capacity", "level_spread", "spread", "haar_spread")


def measured(point: Point) -> Found:
    """Return the capacity of features and what stands beside it."""
    given = point.run
    if "matrix" in given:
        _check_matrix(point)
        return _matrix(given.pop("matrix"), point.seed, given)
    check_taken(point, given, SIMULATE, "no matrix")
    runs = trained(point)
    if "capacity" not in runs.observables:
        refuse("student", "one whose W is trained", point.student, "E.g. student.tied = true.")
    last = {name: float(runs.observables[name][:, -1].mean()) for name in _FRAME}
    return {VALUE: last["capacity"], "loss": float(runs.mean[-1]), **last}


def _matrix(path: Any, seed: int | None, options: Mapping[str, Any]) -> Found:
    """Return what is found of the raw matrix of a file."""
    more = dict(options) if seed is None else {**options, "entropy": seed}
    found = geometry(path, **more)
    raw = found.versions[0].to_dict()
    names = ("rank", "mean_square_overlap", "chance_mean_square_overlap", "chance_capacity",
             "participation", "frame_potential_z", "localised_fraction")  # fmt: skip
    return {
        VALUE: raw["capacity"],
        "n_features": found.n_features,
        "dimension": found.dimension,
        **{name: raw[name] for name in names},
        **codes(found.warnings),
    }


def _check_matrix(point: Point) -> None:
    for name, value in point.fields.items():
        if name != SEED and not name.startswith(f"{RUN}."):
            refuse(name, "left out with a matrix", value, "Its file says all.")
    check_taken(point, point.run, MATRIX, "a matrix", seeded=True)
