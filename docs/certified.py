"""The page on which verified steps are certified: `python docs/certified.py` measures it again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from superlaw.storage import provenance, to_json, write_text
from superlaw.theory.derivations import NAMES, derive
from superlaw.theory.documents.document import Table
from superlaw.theory.documents.markdown import table
from superlaw.theory.proof.certification import BITS
from superlaw.theory.proof.enclosures import arb
from superlaw.theory.proof.verification import EQUAL_TOLERANCE, N_POINTS
from superlaw.validation.sweeps.ledgers import checked
from superlaw.validation.sweeps.store import Store

DOCS = Path(__file__).parent
RESULTS = DOCS / "results" / "certified.json"
PAGE = DOCS / "certified.md"
COMMAND = "python docs/certified.py"
NOT = "not certified: "


def measure() -> None:
    """Certify every derivation and keep the verdicts."""
    store = Store(DOCS.parent / "build" / "verdicts")
    rows = {
        name: [row.to_dict() for row in checked(derive(name), store, certified=True).rows]
        for name in NAMES
    }
    source = provenance(COMMAND, entropy=0, seeds=N_POINTS) | {"flint": arb().__version__}
    write_text(RESULTS, to_json({"provenance": source, "rows": rows}) + "\n")


def pages() -> Iterator[tuple[Path, str]]:
    """Yield the page, if its verdicts are there."""
    if RESULTS.exists():
        yield PAGE, _page(json.loads(RESULTS.read_text("utf-8")))


def _newer(rows: dict[str, Any]) -> str:
    """Say how many steps the verdicts do not know yet."""
    missing = {
        name: len({step.id for step in derive(name).steps} - {row["id"] for row in rows[name]})
        for name in rows
    }
    told = ", ".join(f"{count} of {name}" for name, count in missing.items() if count)
    return f" Steps derived since are not among them: {told}." if told else ""


def _page(results: dict[str, Any]) -> str:
    source, rows = results["provenance"], results["rows"]
    every = [row for steps in rows.values() for row in steps]
    n = {status: _count(every, status) for status in ("proved", "certified", "verified")}
    left = [(name, row) for name, steps in rows.items() for row in steps if row["reason"]]
    by_name = tuple(
        (name, *(str(_count(steps, status)) for status in (*n, "assumed")))
        for name, steps in rows.items()
    )
    reasons = tuple((row["id"], name, row["reason"].removeprefix(NOT)) for name, row in left)
    return (
        "\n\n".join(
            [
                "# Certified steps",
                "`superlaw derive --check --certify` (or `sl.derive(name).verify(certified=True)`; "
                "`pip install 'superlaw[proof]'`) does the checks of every step that is verified, "
                "and not proved, again in Arb's ball arithmetic: a value is a ball that holds it, "
                "whatever was rounded on the way.",
                "**What certified says.** An equation: at each of the exact rational points at "
                f"which the step was checked ({N_POINTS} of them where it has parameters) the ball "
                "of the residual holds 0, and the residual is below "
                f"{EQUAL_TOLERANCE:g} of the sides: a bound, not an estimate. A limit: at its "
                "points the distances shrink, and the last is below the tolerance; each of these "
                "comparisons is sure. Balls that do not meet refute the step, and it fails.",
                "**What it does not say.** That the equation holds at other points, or at another "
                "number of features than the check was written for; that a limit is one. Only "
                "*proved* says that, and it rests on sympy's algebra; a certificate rests on Arb "
                "and on the sympy expression being the equation that is printed.",
                f"**Which steps.** Of {len(every)}, {n['proved']} are proved, {n['certified']} "
                f"certified and {n['verified']} only verified, with up to {BITS[-1]} bits "
                f"(superlaw {source['version']}, python-flint {source['flint']}, {source['date']}, "
                f"`{source['command']}`).{_newer(rows)}",
                table(Table(("derivation", "proved", "certified", "verified", "assumed"), by_name)),
                "Not certified, and why; finite sums and integrals are enclosed, means over random "
                "matrices and integrals to infinity are not:",
                table(Table(("step", "derivation", "why"), reasons)),
            ]
        )
        + "\n"
    )


def _count(rows: list[dict[str, Any]], status: str) -> int:
    return sum(row["status"] == status for row in rows)


if __name__ == "__main__":
    measure()
    for path, text in pages():
        write_text(path, text)
