"""Generate every document that holds formulas, figures or numbers.

`python docs/generate.py` runs the full validation and writes everything; `--texts` leaves out the
validation; `--check` compares the committed texts with what the code generates now.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import superposed

from superlaw.notices import CODES
from superlaw.storage import to_json, write_text
from superlaw.theory.derivations import NAMES, derive, find_step
from superlaw.theory.documents.document import Table
from superlaw.theory.documents.equations import latex
from superlaw.theory.documents.markdown import github, table
from superlaw.theory.symbols import NOTATION
from superlaw.validation.claims.claim import Check
from superlaw.validation.reports.coverage import coverage
from superlaw.validation.reports.worked_example import documented

DOCS = Path(__file__).parent
README = DOCS.parent / "README.md"
RESULTS = DOCS / "results" / "sequential.json"
NETWORKS = superposed.REPORT
FIGURE = DOCS / "figures" / "sequential.svg"
BEGIN, END = "<!-- results: docs/generate.py -->", "<!-- end of results -->"
SOLVERS = {
    "modes": '`sl.solve(method="rosenbrock")`',
    "loss": "closed form on feature classes",
    "exponent": "closed form on feature classes",
    "front": "closed form",
    "solvers": "all of them",
    "coactivation": "exact second moments",
    "momentum": "exact second moments",
    "leak": "contour integral",
    "two_layer": "closed form, Rosenbrock",
    "noise": "exact second moments",
    "parallel": "closed form of the rates",
    "crossover": "closed form",
    "limits": "`sl.integrate` on feature classes",
    "threshold": "closed form",
    "linear_floor": "deterministic equivalents",
    "column_floor": "closed form",
    "meanfield": "row-replica closure",
    "universality": "closed form of K = N",
    "acceleration": "closed form of K = N",
}
"""By which solver a claim's prediction is made."""


def main() -> int:
    """Write the documents, or compare them; return 1 if they differ."""
    if not {"--check", "--texts"} & set(sys.argv[1:]):
        _validate()
    texts = dict(_texts())
    if "--check" in sys.argv[1:]:
        stale = [path for path, text in texts.items() if _read(path) != text]
        for path in stale:
            print(f"{path} differs from what the code generates: run make docs", file=sys.stderr)
        return int(bool(stale))
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, text)
    return 0


def _validate() -> None:
    """Run the full validation; keep its numbers and the figure of the README."""
    from superlaw.validation.figures.drawing import svg
    from superlaw.validation.validate import validate

    report = validate("sequential", progress=True)
    RESULTS.parent.mkdir(exist_ok=True)
    FIGURE.parent.mkdir(exist_ok=True)
    write_text(RESULTS, to_json(report) + "\n")
    loss = next(claim for claim in report.claims if claim.name == "loss")
    write_text(FIGURE, svg(loss.panels[3]))
    superposed.measure()


def _texts() -> Iterator[tuple[Path, str]]:
    """Yield each generated text with its place."""
    for name in NAMES:
        yield DOCS / "derivations" / f"{name}.md", github(documented(derive(name)))
    yield DOCS / "notation.md", _notation()
    yield DOCS / "warnings.md", _warnings()
    yield DOCS / "coverage.md", coverage().to_markdown()
    yield from superposed.pages()
    yield README, _with_results(_read(README))


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _notation() -> str:
    rows = tuple(
        (f"${latex(known.symbol)}$", f"`{known.code}`", known.meaning)
        for known in NOTATION.values()
    )
    return (
        "# Notation\n\nThe symbols of the theory, generated from `theory/symbols.py`, the one "
        "place where they are defined. Everything is dimensionless but time: learning rate times "
        "steps."
        f"\n\n{table(Table(('symbol', 'in code', 'meaning'), rows))}\n"
    )


def _warnings() -> str:
    """Return the list of codes; each has a page of its own, written by hand."""
    rows = tuple(
        (f"[{code}](warnings/{code}.md)", f"{meaning[0].upper()}{meaning[1:]}.")
        for code, meaning in CODES.items()
    )
    return (
        "# Warning codes\n\nCodes travel with results and never change their meaning."
        f"\n\n{table(Table(('code', 'meaning'), rows))}\n"
    )


def _with_results(readme: str) -> str:
    """Return the README with the table of results made from the committed report."""
    before, rest = readme.split(BEGIN)
    _, after = rest.split(END)
    claims = [c for path in (RESULTS, NETWORKS) for c in json.loads(_read(path))["claims"]]
    header = "| claim | equation | solver | validation | result |\n|---|---|---|---|---|"
    rows = "\n".join(_row(claim) for claim in claims)
    return f"{before}{BEGIN}\n{header}\n{rows}\n{END}{after}"


def _row(claim: dict[str, Any]) -> str:
    step = find_step(claim["equation"])
    name = next(name for name in NAMES if step in derive(name).steps)
    link = f"[{step.id}](docs/derivations/{name}.md)"
    checks = [Check.from_dict(check) for check in claim["checks"]]
    command = f"`superlaw validate {claim['name']}`"
    cells = [
        claim["statement"],
        link,
        SOLVERS[claim["name"]],
        f"{command}, {len(checks)} checks",
        f"{claim['verdict']}, {_margin(max(checks, key=lambda check: check.strain))}",
    ]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _margin(check: Check) -> str:
    """Return the margin of the check nearest to failing."""
    if check.bound is not None:
        return f"{check.measured:.3g} {check.bound} {check.predicted:.3g}"
    if check.z is not None:
        return f"worst |z| {abs(check.z):.1f}"
    return f"worst deviation {abs(check.measured / check.predicted - 1.0):.0e}"


if __name__ == "__main__":
    raise SystemExit(main())
