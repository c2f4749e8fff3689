"""The page of students whose embedding is trained, from the committed numbers of its validation.

`python docs/trained.py` times the small validation.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import claims
import large_n
import more_flows
import other_maps
import paired_flows
import readings
import thinning_errors
from captions import figure

from superlaw.storage import provenance, write_json, write_text

DOCS = Path(__file__).parent
REPORT = DOCS / "results" / "trained.json"
SMALL = DOCS / "results" / "trained_small.json"
SMALL_GOAL = 5.0
"""Minutes that the small validation may take in continuous integration."""
RUNS = DOCS.parent / "build" / "runs"
"""Flows are kept here, so that a generation that was cut off goes on."""
NAMES = """Other students differ from it as their names say: *W fixed* and *W and B trained* are
ŷ = ReLU(WᵀB W x + β), *columns of norm 0.3* are shorter at the start, *SGD* and *Adam* train the
tied student on samples; *K = N* is ŷ = ReLU(B x + β), without superposition."""
HEADLINE = DOCS / "figures" / "one_slope.svg"
"""Also the figure of the README."""
FIGURES = {
    "one_slope": (0, 2, 3),
    "independent_code": (0,),
    "fresh_points": (0,),
    "other_students": (1, 2, 3),
    "sooner": (0,),
    "width_order": (0, 1, 2, 3, 4, 5),
}
"""Panels shown on the page, by claim."""


def measure(size: str = "full") -> None:
    """Run the validation and keep its numbers and figures."""
    from superlaw.figures.drawing import svg
    from superlaw.validation.validate import validate

    report = validate("trained", size=size, runs=str(RUNS), progress=True)
    claims.keep("trained", report, FIGURES)
    (headline,) = (c.findings.headline for c in report.claims if c.findings.headline)
    write_text(HEADLINE, svg(headline))
    other_maps.draw()


def time_small() -> None:
    """Time the small validation from nothing, kernels compiled before, and keep that."""
    from superlaw.validation.claims.size import SIZES
    from superlaw.validation.validate import validate

    start, processor = time.perf_counter(), time.process_time()
    report = validate("trained", size="small")
    source = provenance(
        "superlaw validate trained --size small", entropy=0, seeds=SIZES["small"].trained.seeds
    )
    taken = {
        "seconds": round(time.perf_counter() - start, 1),
        "processor_seconds": round(time.process_time() - processor, 1),
    }
    write_json(SMALL, {"provenance": source, **taken, "passed": report.passed})


def _times(report: dict[str, Any]) -> str:
    """Return how long both sizes take."""
    made, small = report["manifest"], json.loads(SMALL.read_text("utf-8"))
    minutes = small["processor_seconds"] / 60.0
    verdict = "met" if minutes < SMALL_GOAL else "**missed**"
    return (
        f"It took {made['seconds'] / 60:.0f} minutes on {made['processors']} processors, from "
        "nothing; "
        f"`{small['provenance']['command']}` takes {minutes:.1f} minutes of one processor "
        f"({small['provenance']['date']}, kernels compiled before; goal: under {SMALL_GOAL:g}, "
        f"{verdict})."
    )


def pages() -> Iterator[tuple[Path, str]]:
    """Yield the page."""
    report = json.loads(REPORT.read_text("utf-8"))
    parts = (
        "# Trained embeddings",
        other_maps.headline(),
        readings.paragraph(report),
        NAMES,
        f"Made by {claims.command('trained', report['configuration'])}{readings.seeds(report)} "
        f"{_times(report)} What can be derived is in the [derivation](derivations/tied.md); the "
        f"shared slope is measured, and nothing is known of N → ∞. {claims.CHECKS}",
        figure("one_slope"),
        *claims.sections(report, FIGURES, readings.TABLES),
        other_maps.section(),
        more_flows.half_section(report),
        large_n.section(),
        paired_flows.section(),
        thinning_errors.section(),
    )
    yield DOCS / "trained.md", "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    time_small()
