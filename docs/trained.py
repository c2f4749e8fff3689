"""The page of students whose embedding is trained, from the committed numbers of its validation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import claims
import large_n
import more_flows
import paired_flows
import readings
from captions import figure

from superlaw.storage import write_text

DOCS = Path(__file__).parent
REPORT = DOCS / "results" / "trained.json"
RUNS = DOCS.parent / "build" / "runs"
"""Flows are kept here, so that a generation that was cut off goes on."""
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


def paragraph() -> str:
    """Return the result with everything that it depends on."""
    return readings.paragraph(json.loads(REPORT.read_text("utf-8")))


def pages() -> Iterator[tuple[Path, str]]:
    """Yield the page."""
    report = json.loads(REPORT.read_text("utf-8"))
    parts = (
        "# Trained embeddings",
        f"Made by {claims.command('trained', report['configuration'])} {readings.seeds(report)}; "
        "from nothing, flows kept on disk. What can be derived is in "
        "the [derivation](derivations/tied.md); the shared slope is measured, and nothing is known "
        "of N → ∞.",
        readings.paragraph(report),
        figure("one_slope"),
        *claims.sections(report, FIGURES, readings.TABLES),
        more_flows.map_section(report),
        large_n.section(),
        paired_flows.section(),
    )
    yield DOCS / "trained.md", "\n\n".join(parts) + "\n"
