"""The page of geometry, from the committed numbers of its validation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import claims

DOCS = Path(__file__).parent
REPORT = DOCS / "results" / "geometry.json"


def measure(size: str = "full") -> None:
    """Run the validation and keep its numbers."""
    from superlaw.validation.validate import validate

    claims.keep("geometry", validate("geometry", size=size, progress=True), {})


def pages() -> Iterator[tuple[Path, str]]:
    """Yield the page."""
    report = json.loads(REPORT.read_text("utf-8"))
    parts = (
        "# Geometry of matrices",
        f"Made by {claims.command('geometry', report['configuration'])} The identities and the "
        "chance values are derived in [frames](derivations/frames.md); names are given by an exact "
        "test of the relations among cosines.",
        *claims.sections(report, {}),
    )
    yield DOCS / "geometry.md", "\n\n".join(parts) + "\n"
