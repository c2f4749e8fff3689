"""The map of slopes of tied students, one row a point, for answers where no band is stated.

`python -m superlaw.validation.reports.tied_map --report docs/results/trained.json --out
tied_map.json` reads it off a saved validation; it flies nothing.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from superlaw import storage
from superlaw.validation.claims.trained.flows import WINDOW

COMMAND = "python -m superlaw.validation.reports.tied_map"
CLAIMS = ("one_slope", "width_order")
"""Claims whose slopes are points of the map."""
COLUMNS = ("a", "b", "N", "K", "slope", "seeds", "window", "fit")
"""Of a row: the point, its slope, and the errors by source."""


def main(arguments: list[str] | None = None) -> None:
    """Write the map of a validation to a file."""
    parser = argparse.ArgumentParser(prog=COMMAND, description="The map of slopes, row by row.")
    parser.add_argument("--report", required=True, help="of superlaw validate trained, .json")
    parser.add_argument("--out", required=True, help="file to write, .json")
    given = parser.parse_args(arguments)
    out = storage.output_file(given.out, (".json",))
    storage.write_json(out, mapped(json.loads(Path(given.report).read_text("utf-8"))))


def mapped(report: dict[str, Any]) -> dict[str, Any]:
    """Return what `superlaw.theory.laws.tied.near` reads: every point with K < N, each once."""
    claims = {claim["name"]: claim for claim in report["claims"]}
    every = [row for name in CLAIMS for row in claims[name]["readings"]["slopes"]]
    known = {tuple(row[name] for name in COLUMNS[:4]): row for row in every if row["K"] < row["N"]}
    asked = report["configuration"]
    source = storage.provenance(
        COMMAND, entropy=asked["entropy"], seeds=max(row["seeds"] for row in known.values())
    )
    rows = [[*place, *(round(x, 4) for x in _numbers(row))] for place, row in sorted(known.items())]
    return {
        "provenance": source | {"report": asked["date"]},
        "window": WINDOW,
        "columns": COLUMNS,
        "rows": rows,
    }


def _numbers(row: dict[str, Any]) -> tuple[float, ...]:
    return row["slope"], *(row["errors"][source] for source in COLUMNS[5:])


if __name__ == "__main__":
    main()
