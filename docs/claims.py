"""The page of claims, from the CLAIM objects and the committed numbers of their examination."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from superlaw.theory.derivations import NAMES, derive
from superlaw.theory.documents.document import Table
from superlaw.theory.documents.markdown import table
from superlaw.validation.claims.check import Check
from superlaw.validation.claims.claim import Claim
from superlaw.validation.claims.suites import suites

DOCS = Path(__file__).parent
TITLE = """# Claims

What the theory says, and how it compares with simulated training. `superlaw validate NAME` examines
a claim or a suite of them again, `--planted 1.1` makes its predictions wrong, and it must fail."""
HEADS = ("claim", "in words", "equation", "predicted by", "checks", "result")


def pages() -> Iterator[tuple[Path, str]]:
    """Yield the page: a table a suite, with the results that are committed."""
    parts = [TITLE]
    for suite, claims in suites().items():
        results = json.loads((DOCS / "results" / f"{suite}.json").read_text("utf-8"))
        told = {result["name"]: result for result in results["claims"]}
        rows = tuple(_row(claim, told[claim.name]) for claim in claims)
        parts += [f"## {suite}", _ran(suite, results["configuration"]), table(Table(HEADS, rows))]
    yield DOCS / "claims.md", "\n\n".join(parts) + "\n"


def _ran(suite: str, configuration: dict[str, Any]) -> str:
    size = configuration["size"][suite]
    return (
        f"`superlaw validate {suite}`: N = {size['n_features']}, {size['seeds']} seeds, t up to "
        f"{size['t_end']:g}; every number is in [{suite}.json](results/{suite}.json)."
    )


def _row(claim: Claim, result: dict[str, Any]) -> tuple[str, ...]:
    derivation = next(name for name in NAMES if claim.step in {s.id for s in derive(name).steps})
    checks = [Check.from_dict(check) for check in result["checks"]]
    worst = max(checks, key=lambda check: check.strain)
    return (
        claim.name,
        claim.statement,
        f"[{claim.step}](derivations/{derivation}.md)",
        claim.solver,
        str(len(checks)),
        f"{result['verdict']}, {worst.margin}",
    )
