"""A report as one HTML page that needs nothing else: for a phone, for paper, light and dark."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from superlaw.figures.web import document, embedded
from superlaw.validation.claims.check import Check
from superlaw.validation.claims.claim import ClaimResult

if TYPE_CHECKING:
    from superlaw.validation.reports.report import Report


_SHOWN = 12
"""Checks that are shown without being asked for; all of them where one failed."""


def page(report: Report) -> str:
    """Return the page of a report."""
    configuration = report.configuration
    body = _BODY.format(
        name=html.escape(report.name),
        verdict=report.verdict,
        planted=f'<p class="planted">{html.escape(report.planted)}</p>' if report.planted else "",
        version=configuration["version"],
        date=html.escape(report.date),
        entropy=configuration["entropy"],
        minutes=f"{report.seconds / 60.0:.1f}",
        checks=sum(len(claim.checks) for claim in report.claims),
        headlines="".join(
            embedded(claim.findings.headline) for claim in report.claims if claim.findings.headline
        ),
        rows="".join(_row(claim) for claim in report.claims),
        sections="".join(_section(claim) for claim in report.claims),
    )
    return document(report.name, body)


def trained(runs: list[dict[str, Any]]) -> list[str]:
    """Return what was simulated, in words: one sentence for all tasks that were run alike.

    Parameters
    ----------
    runs : list of dict
        As in the JSON of a claim.
    """
    alike: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for run in runs:
        key = run["task"]["n_features"], _optimizer(run), run["seeds"], run["t_end"]
        alike.setdefault(key, []).append(run)
    sentences = []
    for (n, optimizer, seeds, t_end), group in alike.items():
        widths = sorted({run["student"]["width"] or n for run in group})
        sentences.append(
            f"N = {n}, K = {', '.join(str(width) for width in widths)}; {optimizer}; "
            f"{seeds} seed{'' if seeds == 1 else 's'}; t up to {t_end:g}"
        )
    return sentences


def _optimizer(run: dict[str, Any]) -> str:
    """Return the optimizer of a run in words."""
    given = {k: v for k, v in run["optimizer"].items() if k != "name" and v not in (None, 0.0)}
    parts = [f"{name} {value:g}" for name, value in given.items()]
    return ", ".join([{"sgd": "SGD"}.get(run["optimizer"]["name"], "gradient flow"), *parts])


def _row(claim: ClaimResult) -> str:
    return (
        f'<tr><td><a href="#{claim.name}">{claim.name}</a></td>'
        f'<td class="{claim.verdict}">{claim.verdict}</td>'
        f"<td>{html.escape(claim.claim.statement)}</td><td>{claim.claim.step}</td></tr>\n"
    )


def _section(claim: ClaimResult) -> str:
    checks = "".join(
        f'<tr><td>{html.escape(check.label)}</td><td class="{check.verdict}">{check.verdict}</td>'
        f"<td>{check.predicted:.6g}</td><td>{_measured(check)}</td>"
        f"<td>{html.escape(check.allowed)}</td></tr>\n"
        for check in claim.checks
    )
    figures = "".join(map(embedded, claim.findings.panels))
    told = claim.to_dict()
    simulated = trained(told["runs"]) or ["nothing: theory against theory"]
    return _SECTION.format(
        name=claim.name,
        verdict=claim.verdict,
        statement=html.escape(claim.claim.statement),
        step=claim.claim.step,
        solver=html.escape(claim.claim.solver.replace("`", "")),
        simulated=html.escape(". ".join(simulated)),
        remark=f"<p>{html.escape(claim.findings.remark)}</p>" if claim.findings.remark else "",
        figures=figures,
        n_checks=len(claim.checks),
        opened=" open" if len(claim.checks) <= _SHOWN or not claim.passed else "",
        checks=checks,
    )


def _measured(check: Check) -> str:
    """Return what was measured, with its standard error and deviation where there is one."""
    text = f"{check.measured:.6g}"
    if check.standard_error is not None:
        text += f" ± {check.standard_error:.2g}"
    return text if check.z is None else f"{text} (z = {check.z:+.2f})"


_BODY = """<h1>Validation: {name} <span class="{verdict}">{verdict}</span></h1>
{planted}
{headlines}
<p>superlaw {version}, {date}, random streams from entropy {entropy}, {minutes} minutes, {checks}
checks, none of them twice. What was simulated is said with each claim. A tolerance in per cent is
relative to the predicted value; z counts standard errors of the seeds.
Every number is in <a href="report.json">report.json</a>, how it was made in
<a href="manifest.json">manifest.json</a>.</p>
<table class="claims"><thead><tr><th>claim</th><th>verdict</th><th>statement</th><th>step</th></tr>
</thead><tbody>{rows}</tbody></table>
{sections}"""
_SECTION = """<section id="{name}"><h2>{name} <span class="{verdict}">{verdict}</span></h2>
<p>{statement} (Derivation step {step}; predicted by: {solver}.)</p>
<p>Simulated: {simulated}.</p>
{remark}
<div class="figures">{figures}</div>
<details{opened}><summary>{n_checks} checks</summary>
<table><thead><tr><th>check</th><th>verdict</th><th>predicted</th><th>measured</th><th>allowed</th>
</tr></thead><tbody>{checks}</tbody></table></details></section>
"""
