"""The page of claims, from the CLAIM objects and the committed numbers of their examination."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from captions import figure

from superlaw import storage
from superlaw.figures.drawing import svg
from superlaw.theory.derivations import NAMES, derive
from superlaw.theory.documents.document import Table
from superlaw.theory.documents.markdown import table
from superlaw.validation.claims.check import Check
from superlaw.validation.claims.claim import Claim
from superlaw.validation.claims.size import SIZES
from superlaw.validation.claims.suites import suites
from superlaw.validation.reports.report import Report

DOCS = Path(__file__).parent
TITLE = """# Claims

What the theory says, and how it compares with simulated training. `superlaw validate NAME`
examines a claim or a suite of them again; with `--planted 1.1`, which makes predictions wrong,
it must fail. `checks` counts the comparisons of a claim; `result` is its verdict and the
comparison that came nearest to its limit: a value and the limit that it keeps to, the distance
|z| in standard errors of the seeds (below 4 is allowed), or the relative deviation from what was
predicted."""
CHECKS = """In a table of checks `predicted` is what theory gives, or the limit that `measured` must
keep to; `allowed` says how near, or on which side. s.e. is the standard error of the seeds, and z
a deviation over it."""
HEADS = ("claim", "in words", "equation", "predicted by", "checks", "result")


def keep(
    suite: str, report: Report, figures: Mapping[str, tuple[int, ...]], **told: object
) -> None:
    """Write the numbers of a full validation, what is told of it, and the figures of its page."""
    facts = storage.manifest({}, seconds=report.seconds, **told)
    _write(suite, storage.plain(report.to_dict() | {"manifest": facts}))
    _draw(report, figures)


def renew(suite: str, report: Report, figures: Mapping[str, tuple[int, ...]]) -> None:
    """Put the claims of a report in the place of those that are kept; others stay as they are."""
    kept = json.loads((DOCS / "results" / f"{suite}.json").read_text("utf-8"))
    told = storage.plain(report.to_dict())
    date = told["configuration"]["date"]
    renewed = {claim["name"]: claim | {"renewed": date} for claim in told["claims"]}
    kept["claims"] = [renewed.get(claim["name"], claim) for claim in kept["claims"]]
    kept["configuration"]["size"] = told["configuration"]["size"]
    kept["passed"] = all(claim["verdict"] == "PASS" for claim in kept["claims"])
    _write(suite, kept)
    _draw(report, figures)


def _write(suite: str, told: dict[str, Any]) -> None:
    text = json.dumps(told, allow_nan=False)  # on one line: half as long
    storage.write_text(DOCS / "results" / f"{suite}.json", f"{text}\n")


def _draw(report: Report, figures: Mapping[str, tuple[int, ...]]) -> None:
    """Write the figures that the page of a suite shows."""
    for claim in report.claims:
        panels = claim.findings.panels
        for k in figures.get(claim.name, ()):
            if k < len(panels):  # a small size draws fewer
                storage.write_text(DOCS / "figures" / f"{claim.name}-{k}.svg", svg(panels[k]))


def sections(
    report: dict[str, Any],
    figures: Mapping[str, tuple[int, ...]],
    more: Mapping[str, Callable[[dict[str, Any]], Iterator[str]]] | None = None,
) -> Iterator[str]:
    """Yield what a page says of each claim: its words, what the numbers support, every check.

    A claim in `more` is followed by what that makes of it.
    """
    heads = ("check", "predicted", "measured", "allowed")
    for claim in report["claims"]:
        yield f"## {claim['name']}: {claim['verdict']}\n\n{claim['statement']}"
        if claim["remark"]:
            yield claim["remark"]
        rows = tuple(
            (
                check["label"],
                f"{check['predicted']:.4g}",
                f"{check['measured']:.4g}",
                Check.from_dict(check).allowed,
            )
            for check in claim["checks"]
        )
        yield table(Table(heads, rows))
        if more and claim["name"] in more:
            yield from more[claim["name"]](claim)
        for k in figures.get(claim["name"], ()):
            name = f"{claim['name']}-{k}"
            if (DOCS / "figures" / f"{name}.svg").exists():
                yield figure(name)


def command(suite: str, configuration: dict[str, Any]) -> str:
    """Return the command that made the numbers of a suite, with what it simulated.

    A report says nothing of what sizes have learned to say since.
    """
    size = configuration["size"][suite]
    sizes = {name: storage.plain(asdict(getattr(known, suite))) for name, known in SIZES.items()}
    (name, *_) = (name for name, known in sizes.items() if size.items() <= known.items())
    option = "" if name == "full" else f" --size {name}"
    trained = f"N = {size['n_features']}, {size['seeds']} seeds, t up to {size['t_end']:g}"
    extent = trained if size["t_end"] else f"{size['seeds']} draws of each"
    return (
        f"`superlaw validate {suite}{option}`: {extent}; every number is in "
        f"[{suite}.json](results/{suite}.json)."
    )


def pages() -> Iterator[tuple[Path, str]]:
    """Yield the page: a table a suite, with the results that are committed."""
    parts = [TITLE]
    for suite, claims in suites().items():
        results = json.loads((DOCS / "results" / f"{suite}.json").read_text("utf-8"))
        told = {result["name"]: result for result in results["claims"]}
        rows = tuple(_row(claim, told[claim.name]) for claim in claims)
        parts += [
            f"## {suite}",
            command(suite, results["configuration"]),
            table(Table(HEADS, rows)),
            *([figure(suite)] if (DOCS / "figures" / f"{suite}.svg").exists() else []),
        ]
    yield DOCS / "claims.md", "\n\n".join(parts) + "\n"


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
