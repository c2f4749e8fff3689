"""How far tied students lie from the measured slope that tasks share: at the corners of regions.

`python -m superlaw.validation.reports.shared_slope --out tied.json` measures it again.
"""

from __future__ import annotations

import math
from itertools import product
from typing import Any

from superlaw import storage
from superlaw.setting.task import PowerLawTask
from superlaw.theory.laws.tied import RISE, measured_slope
from superlaw.validation.claims.trained.flows import WINDOW, slope
from superlaw.validation.reports.measuring import SEEDS, options, tied_flows

REGIONS = (
    {"a": (1.3, 2.4), "b": (0.4, 1.0), "N": (450, 900), "N/K²": (0.125, 2.0)},
    {"a": (1.2, 2.4), "b": (0.3, 1.0), "N": (300, 1200), "N/K²": (0.0625, 4.0)},
)
"""Ranges whose ends are compared, in every combination, and N/K² = ½ besides; each wider than the
one before, with a band of its own."""
MIDDLE = 0.5
COMMAND = "python -m superlaw.validation.reports.shared_slope"


def main(arguments: list[str] | None = None) -> None:
    """Measure the band of the shared slope and write it to a file."""
    given = options(COMMAND, "Where the shared slope holds.").parse_args(arguments)
    out = storage.output_file(given.out, (".json",))
    storage.write_json(out, measured(given.runs, given.entropy))


def measured(runs: str | None, entropy: int) -> dict[str, Any]:
    """Return what `superlaw.theory.laws.tied` reads: regions, their bands, provenance."""
    return {
        "provenance": storage.provenance(COMMAND, entropy=entropy, seeds=SEEDS),
        "rise": RISE,
        "window": WINDOW,
        "regions": [_compared(region, runs, entropy) for region in REGIONS],
    }


def _compared(
    region: dict[str, tuple[float, float]], runs: str | None, entropy: int
) -> dict[str, Any]:
    """Return the rows of a region and their largest deviation, rounded up to a hundredth."""
    shares = (region["N/K²"][0], MIDDLE, region["N/K²"][1])
    points = product(region["a"], region["b"], region["N"], shares)
    rows = [_row(*point, runs, entropy) for point in points]
    worst = max(abs(row["slope"] / row["law"] - 1.0) for row in rows)
    return {"region": region, "band": math.ceil(100.0 * worst) / 100.0, "rows": rows}


def _row(
    a: float, b: float, n: float, share: float, runs: str | None, entropy: int
) -> dict[str, Any]:
    """Return the slope at one point, and what the law says."""
    width = round((n / share) ** 0.5)
    found = tied_flows(PowerLawTask(a, b, int(n)), width, WINDOW, runs, entropy)
    law = measured_slope(int(n), width)
    at = {"a": a, "b": b, "n_features": n, "width": width}
    return at | {"slope": round(slope(found), 4), "law": round(law, 4)}


if __name__ == "__main__":
    main()
