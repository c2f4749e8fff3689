"""What the validation run measured of an assumption, quoted where the assumption is made."""

from __future__ import annotations

import json
from pathlib import Path

RESULTS = Path(__file__).resolve().parents[1] / "docs" / "results" / "superposed.json"
"""Written by the validation run; not part of an installed package."""


def closure_error(results: Path = RESULTS) -> str:
    """Return, as a sentence, how far the mean-field closure is from direct integration.

    Counted are the checks of every claim that names a step of the ReLU derivation and compares
    two numbers that are not zero.
    """
    if not results.exists():
        return "How far they are from direct integration is written by the validation run."
    claims = json.loads(results.read_text(encoding="utf-8"))["claims"]
    gaps = [
        abs(check["measured"] / check["predicted"] - 1)
        for claim in claims
        if claim["equation"].startswith("R")
        for check in claim["checks"]
        if check["predicted"]
    ]
    if not gaps:
        return "The validation run has not compared them with direct integration."
    return (
        f"Against direct integration they were off by {sorted(gaps)[len(gaps) // 2]:.1%} in the "
        f"median and {max(gaps):.1%} at most, over {len(gaps)} checks."
    )
