"""How far tied students lie from the slope that tasks share, and slopes between measured ones.

`python -m superlaw.validation.reports.shared_slope --report docs/results/trained.json --out
tied.json` measures it again: corners of regions and points drawn at random by flows of its own,
besides the slopes of a saved validation.
"""

from __future__ import annotations

import json
import math
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from superlaw import storage
from superlaw.setting.task import PowerLawTask
from superlaw.theory.laws.tied import RISE, measured_slope
from superlaw.validation.claims.trained.flows import WINDOW, slope
from superlaw.validation.reports.measuring import SEEDS, options, tied_flow
from superlaw.validation.reports.slope_between import Point, interpolation
from superlaw.validation.sweeps.ensembles import simulations
from superlaw.validation.training.ensemble import Ensemble

REGIONS = (
    {"a": (1.3, 2.4), "b": (0.4, 1.0), "N": (450, 900), "N/K²": (0.125, 2.0)},
    {"a": (1.2, 2.4), "b": (0.3, 1.0), "N": (300, 1200), "N/K²": (0.0625, 4.0)},
)
"""Ranges whose ends are compared, in every combination, and N/K² = ½ besides; each wider than the
one before, with a band of its own."""
MIDDLE = 0.5
DRAWN, STREAM = 24, 16
"""Points drawn at random from the wider region, in logarithm of N and N/K², and from which child
of the root."""
MAPPED = ("one_slope", "width_order")
"""Claims whose slopes are points of the interpolation."""
LEAST_B, SOME_N, SOME_X = 0.25, (250, 2100), (0.06, 4.5)
"""Where slopes of a validation are of use: least b, ranges of N and N/K²."""
COMMAND = "python -m superlaw.validation.reports.shared_slope"
Region = dict[str, tuple[float, float]]
Place = tuple[float, float, float, int]
"""a, b, N and K of a flow."""


def main(arguments: list[str] | None = None) -> None:
    """Measure where slopes are shared, and slopes between, and write them to a file."""
    parser = options(COMMAND, "Where the shared slope holds.")
    parser.add_argument("--report", required=True, help="of superlaw validate trained, .json")
    given = parser.parse_args(arguments)
    out = storage.output_file(given.out, (".json",))
    report = json.loads(Path(given.report).read_text("utf-8"))
    storage.write_json(out, measured(given.runs, given.entropy, report))


def measured(runs: str | None, entropy: int, report: dict[str, Any]) -> dict[str, Any]:
    """Return what `superlaw.theory.laws.tied` reads: regions, their bands, slopes, provenance."""
    chosen: list[list[Place]] = [*map(_corners, REGIONS), draw(entropy)]
    points = {
        point: tied_flow(PowerLawTask(point[0], point[1], int(point[2])), point[3], WINDOW, entropy)
        for of in chosen
        for point in of
    }
    flows = simulations(points, runs=runs, progress=True)
    *by_region, drawn = [[_row(*point, flows[point]) for point in of] for of in chosen]
    regions = [*map(_compared, REGIONS, by_region)]
    corners = [row for region in regions for row in region["rows"]]
    own = [(row["a"], row["b"], row["n_features"], row["width"]) for row in (*corners, *drawn)]
    slopes = [row["slope"] for row in (*corners, *drawn)]
    fresh = _fresh(report)
    mapped = {point: slope for point, slope in _mapped(report).items() if point not in own}
    given = {**dict(zip(own, slopes, strict=True)), **fresh, **mapped}
    is_drawn = [point in fresh or point in own[len(corners) :] for point in given]
    return {
        "provenance": storage.provenance(COMMAND, entropy=entropy, seeds=SEEDS)
        | {"report": report["configuration"]["date"]},
        "rise": RISE,
        "window": WINDOW,
        "regions": regions,
        "interpolation": interpolation([*given], [*given.values()], is_drawn),
    }


def draw(entropy: int) -> list[Place]:
    """Return a, b, N and K of the points drawn at random."""
    generator, (*_, wide) = np.random.default_rng([entropy, STREAM]), REGIONS
    points: list[Place] = []
    for _ in range(DRAWN):
        a, b = (round(float(generator.uniform(*wide[name])), 2) for name in ("a", "b"))
        n, x = (float(np.exp(generator.uniform(*np.log(wide[name])))) for name in ("N", "N/K²"))
        points.append((a, b, round(n), round((n / x) ** 0.5)))
    return points


def _mapped(report: dict[str, Any]) -> dict[Point, float]:
    """Return the slopes of a validation that are of use, by a, b, N and K."""
    claims = {claim["name"]: claim for claim in report["claims"]}
    rows = [row for name in MAPPED for row in claims[name]["readings"]["slopes"]]
    return {
        (row["a"], row["b"], row["N"], row["K"]): row["slope"]
        for row in rows
        if row["b"] >= LEAST_B
        and SOME_N[0] <= row["N"] <= SOME_N[1]
        and SOME_X[0] <= row["N"] / row["K"] ** 2 <= SOME_X[1]
    }


def _fresh(report: dict[str, Any]) -> dict[Point, float]:
    """Return the slopes of the points that a validation drew at random."""
    (claim,) = (claim for claim in report["claims"] if claim["name"] == "fresh_points")
    tasks = [run["task"] | run["student"] for run in claim["runs"]]
    return {
        (task["a"], task["b"], task["n_features"], task["width"]): check["measured"]
        for task, check in zip(tasks, claim["checks"], strict=True)
    }


def _corners(region: Region) -> list[Place]:
    """Return a, b, N and K of the points of a region that are compared."""
    shares = (region["N/K²"][0], MIDDLE, region["N/K²"][1])
    return [
        (a, b, n, round((n / share) ** 0.5))
        for a, b, n, share in product(region["a"], region["b"], region["N"], shares)
    ]


def _compared(region: Region, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the rows of a region and their largest deviation, rounded up to a hundredth."""
    worst = max(abs(row["slope"] / row["law"] - 1.0) for row in rows)
    return {"region": region, "band": math.ceil(100.0 * worst) / 100.0, "rows": rows}


def _row(a: float, b: float, n: float, width: int, found: Ensemble) -> dict[str, Any]:
    """Return the slope at one point, and what the law says."""
    law = measured_slope(int(n), width)
    at = {"a": a, "b": b, "n_features": n, "width": width}
    return at | {"slope": round(slope(found), 4), "law": round(law, 4)}


if __name__ == "__main__":
    main()
