"""Generate every document that holds formulas, figures or numbers.

`python docs/generate.py` runs the full validation and writes everything; `--texts` leaves out the
validation; `--check` compares the committed texts with what the code generates now.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import captions
import certified
import claims
import fits
import geometry
import overview
import superposed
import trained
import width
import words

from superlaw.notices import CODES
from superlaw.storage import to_json, write_text
from superlaw.theory.derivations import NAMES, derive
from superlaw.theory.documents.document import Table
from superlaw.theory.documents.equations import latex
from superlaw.theory.documents.formats import written
from superlaw.theory.documents.markdown import table
from superlaw.theory.symbols import NOTATION
from superlaw.validation.reports.citations import entries
from superlaw.validation.reports.coverage import coverage
from superlaw.validation.reports.documented import documented
from superlaw.validation.sweeps.ledgers import checked
from superlaw.validation.sweeps.store import Store

DOCS = Path(__file__).parent
RESULTS = DOCS / "results" / "sequential.json"
VERDICTS = DOCS.parent / "build" / "verdicts"
FIGURE = DOCS / "figures" / "sequential.svg"


def main() -> int:
    """Write the documents, or compare them; return 1 if they differ, 2 for a wrong option."""
    option = " ".join(sys.argv[1:])
    if option not in ("", "--check", "--texts"):
        print(f"option must be --check, --texts or none; got {option}", file=sys.stderr)
        return 2
    if not option:
        _validate()
    texts = dict(_texts())
    texts |= dict(captions.gallery(_pages(texts)))
    if option == "--check":
        stale = [path for path, text in texts.items() if _read(path) != text]
        stale += set((DOCS / "derivations").glob("*.md")) - set(texts)
        for path in stale:
            print(f"{path} differs from what the code generates: run make docs", file=sys.stderr)
        return int(bool(stale))
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, text)
    return 0


def _validate() -> None:
    """Run the full validation; keep its numbers and the figure of the README."""
    from superlaw.figures.drawing import svg
    from superlaw.validation.validate import validate

    report = validate("sequential", progress=True)
    RESULTS.parent.mkdir(exist_ok=True)
    FIGURE.parent.mkdir(exist_ok=True)
    write_text(RESULTS, to_json(report) + "\n")
    loss = next(claim for claim in report.claims if claim.name == "loss")
    write_text(FIGURE, svg(loss.findings.panels[3]))
    superposed.measure()
    trained.measure()
    geometry.measure()
    width.measure()
    fits.measure()
    certified.measure()
    words.measure()


def _texts() -> Iterator[tuple[Path, str]]:
    """Yield each generated text with its place."""
    verdicts = Store(VERDICTS)
    columns = [(derivation, checked(derivation, verdicts)) for derivation in map(derive, NAMES)]
    for derivation, ledger in columns:
        document = written(documented(derivation, ledger), "md")
        yield DOCS / "derivations" / document.name, document.text
        for name, figure in document.figures.items():
            yield DOCS / "derivations" / name, figure.alone
    yield from ((DOCS / name, text) for name, text in overview.page(columns))
    yield DOCS / "notation.md", _notation()
    yield DOCS / "warnings.md", _warnings()
    yield DOCS / "coverage.md", coverage().to_markdown()
    yield DOCS / "references.bib", "\n\n".join(entries().values()) + "\n"
    yield from superposed.pages()
    yield from trained.pages()
    yield from geometry.pages()
    yield from width.pages()
    yield from fits.pages()
    yield from certified.pages()
    yield from words.pages()
    yield from claims.pages()


def _pages(texts: dict[Path, str]) -> dict[Path, str]:
    """Return the pages beside this script, but the gallery: as generated, else as they stand."""
    paths = sorted({*DOCS.glob("*.md"), *(path for path in texts if path.parent == DOCS)})
    return {path: texts.get(path) or _read(path) for path in paths if path.stem != "gallery"}


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


if __name__ == "__main__":
    raise SystemExit(main())
