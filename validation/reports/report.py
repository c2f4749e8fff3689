"""Reports: claims with verdicts as text, JSON and one self-contained HTML file."""

from __future__ import annotations

import html
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from superlaw import storage
from superlaw.results import Result
from superlaw.validation.claims.claim import Check, ClaimResult


@dataclass(frozen=True, eq=False, repr=False)
class Report(Result):
    """The claims of a validation run and their verdicts.

    Parameters
    ----------
    name : str
        What was validated.
    claims : tuple of ClaimResult
    configuration : dict
        The full resolved configuration.
    """

    name: str
    claims: tuple[ClaimResult, ...]
    configuration: dict[str, Any]

    @property
    def passed(self) -> bool:
        """Whether every claim passed."""
        return all(claim.passed for claim in self.claims)

    @property
    def seconds(self) -> float:
        """Time all claims took."""
        return sum(claim.seconds for claim in self.claims)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain data, with every number in it."""
        return {
            "name": self.name,
            "passed": self.passed,
            "claims": [claim.to_dict() for claim in self.claims],
            "configuration": self.configuration,
        }

    def __repr__(self) -> str:
        return self._brief(name=self.name, n_claims=len(self.claims), passed=self.passed)

    def __str__(self) -> str:
        return self.table()

    def table(self) -> str:
        """Return the verdicts as a text table: each claim by the check nearest to failing."""
        lines = [f"{'claim':14}{'verdict':9}{'checks':>7}   nearest to failing"]
        for claim in self.claims:
            lines.append(
                f"{claim.name:14}{claim.verdict:9}{len(claim.checks):7d}   {_sentence(claim.worst)}"
            )
        return "\n".join(lines)

    def plot(self) -> list[Any]:
        """Return one matplotlib figure a panel."""
        from superlaw.validation.figures.drawing import figure

        return [figure(panel) for claim in self.claims for panel in claim.panels]

    def save(self, out: str | os.PathLike[str]) -> Path:
        """Write index.html, report.json and manifest.json into a folder; return the page's path."""
        folder = storage.output_folder(out)
        facts = storage.manifest(self.configuration, passed=self.passed, seconds=self.seconds)
        storage.write_json(folder / "report.json", self.to_dict())
        storage.write_json(folder / "manifest.json", facts)
        storage.write_text(folder / "index.html", self.to_html())
        return folder / "index.html"

    def to_html(self) -> str:
        """Return the report as one HTML page that needs nothing else."""
        verdict = "PASS" if self.passed else "FAIL"
        rows = "".join(_row(claim) for claim in self.claims)
        sections = "".join(_section(claim) for claim in self.claims)
        return _PAGE.format(
            name=html.escape(self.name), verdict=verdict, rows=rows, sections=sections, style=_CSS
        )


def _sentence(check: Check) -> str:
    """Return a check in words."""
    text = f"{check.label}: predicted {check.predicted:.5g}, measured {check.measured:.5g}"
    if check.z is not None:
        return f"{text} ± {check.standard_error:.2g}, z = {check.z:+.2f} (limit {check.z_limit:g})"
    if check.bound is not None:
        return f"{check.label}: measured {check.measured:.5g}, {check.bound} {check.predicted:.5g}"
    gap = abs(check.measured - check.predicted) / abs(check.predicted)
    return f"{text}, deviation {gap:.1e} (limit {check.tolerance:.0e})"


def _row(claim: ClaimResult) -> str:
    return (
        f'<tr><td><a href="#{claim.name}">{claim.name}</a></td>'
        f"<td>{html.escape(claim.statement)}</td><td>{claim.equation}</td>"
        f'<td class="{claim.verdict}">{claim.verdict}</td></tr>\n'
    )


def _section(claim: ClaimResult) -> str:
    from superlaw.validation.figures.drawing import svg

    checks = "".join(
        f"<tr><td>{html.escape(check.label)}</td><td>{check.predicted:.6g}</td>"
        f"<td>{check.measured:.6g}</td><td>{_margin(check)}</td>"
        f'<td class="{check.verdict}">{check.verdict}</td></tr>\n'
        for check in claim.checks
    )
    figures = "".join(
        f'<figure aria-label="{html.escape(panel.title)}">{svg(panel)}</figure>\n'
        for panel in claim.panels
    )
    return _SECTION.format(
        name=claim.name,
        verdict=claim.verdict,
        statement=html.escape(claim.statement),
        remark=html.escape(claim.remark),
        equation=claim.equation,
        figures=figures,
        checks=checks,
    )


def _margin(check: Check) -> str:
    if check.z is not None:
        return f"± {check.standard_error:.2g}, z = {check.z:+.2f}, |z| &lt; {check.z_limit:g}"
    if check.bound is not None:
        return f"{check.bound} {check.predicted:.4g}"
    return f"within {check.tolerance:.2g}"


_CSS = """
:root { color-scheme: light dark; --ink: #1a1a1a; --paper: #fff; --line: #ccc; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e8e8; --paper: #16181c; --line: #444; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
       max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; display: block; overflow-x: auto; }
td, th { border-bottom: 1px solid var(--line); padding: .25rem .6rem; text-align: left;
         font-variant-numeric: tabular-nums; }
.PASS { color: #00734d; font-weight: 600; } .FAIL { color: #c40000; font-weight: 700; }
@media (prefers-color-scheme: dark) { .PASS { color: #4cd9a4; } .FAIL { color: #ff7b72; } }
.figures { display: flex; flex-wrap: wrap; gap: 1rem; }
figure { margin: 0; background: #fff; flex: 1 1 24rem; max-width: 34rem; }
svg { width: 100%; height: auto; }
summary { cursor: pointer; }
"""
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>superlaw: {name}</title><style>{style}</style></head>
<body><h1>Validation: {name} <span class="{verdict}">{verdict}</span></h1>
<p>Every number on this page is in <a href="report.json">report.json</a>; how it was made is in
<a href="manifest.json">manifest.json</a>.</p>
<table><thead><tr><th>claim</th><th>statement</th><th>step</th><th>verdict</th></tr></thead>
<tbody>{rows}</tbody></table>
{sections}</body></html>
"""
_SECTION = """<section id="{name}"><h2>{name} <span class="{verdict}">{verdict}</span></h2>
<p>{statement} (derivation step {equation})</p>
<p>{remark}</p>
<div class="figures">{figures}</div>
<details open><summary>checks</summary>
<table><thead><tr><th>check</th><th>predicted</th><th>measured</th><th>margin</th><th>verdict</th></tr>
</thead><tbody>{checks}</tbody></table></details></section>
"""
