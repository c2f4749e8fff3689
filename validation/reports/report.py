"""Reports: claims with verdicts as text, JSON and one self-contained HTML file."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from superlaw import storage
from superlaw.arguments import refuse
from superlaw.figures.panels import Picture
from superlaw.results import Result
from superlaw.validation.claims.check import Check
from superlaw.validation.claims.claim import ClaimResult
from superlaw.validation.claims.size import Conditions

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True, eq=False, repr=False)
class Report(Result):
    """The claims of a validation run and their verdicts.

    Parameters
    ----------
    name : str
        What was validated.
    claims : tuple of ClaimResult
    conditions : Conditions
        Under which they were examined.
    date : str
        When, in universal time.
    """

    name: str
    claims: tuple[ClaimResult, ...]
    conditions: Conditions
    date: str = field(default_factory=_now)

    @property
    def passed(self) -> bool:
        """Whether every claim passed."""
        return all(claim.passed for claim in self.claims)

    @property
    def verdict(self) -> str:
        """PASS or FAIL."""
        return "PASS" if self.passed else "FAIL"

    @property
    def seconds(self) -> float:
        """Time all claims took."""
        return sum(claim.seconds for claim in self.claims)

    @property
    def planted(self) -> str:
        """What is wrong on purpose, in words; empty in an honest run."""
        if self.conditions.planted == 1.0:
            return ""
        return (
            f"Negative control: every prediction here is wrong on purpose, made for the frequency "
            f"exponent times {self.conditions.planted:g} (or, where it has none, with its own "
            f"number times that). Every claim must FAIL."
        )

    @property
    def configuration(self) -> dict[str, Any]:
        """What decides the numbers, as plain data."""
        return {
            "claims": [result.name for result in self.claims],
            **self.conditions.to_dict(),
            "version": metadata.version("superlaw"),
            "date": self.date,
        }

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain data, with every number in it."""
        return {
            "name": self.name,
            "passed": self.passed,
            "planted": self.planted or None,
            "configuration": self.configuration,
            "claims": [claim.to_dict() for claim in self.claims],
        }

    def table(self) -> str:
        """Return the verdicts as a text table: each claim by the check nearest to failing."""
        lines = [self.planted] if self.planted else []
        lines.append(f"{'claim':14}{'verdict':9}{'checks':>7}   nearest to failing")
        lines += [
            f"{claim.name:14}{claim.verdict:9}{len(claim.checks):7d}   {_sentence(claim.worst)}"
            for claim in self.claims
        ]
        return "\n".join(lines)

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """Every figure, claim by claim, as plain data."""
        return tuple(panel for claim in self.claims for panel in claim.findings.panels)

    def plot(self, axes: Axes | None = None, *, panel: int = 0) -> Axes:
        """Draw one of the figures with matplotlib.

        Parameters
        ----------
        axes : matplotlib.axes.Axes, optional
            Where to; a new figure if left out. Refused for pictures of several panels.
        panel : int
            Which one of `pictures`.

        Returns
        -------
        matplotlib.axes.Axes
            Those drawn on.

        Raises
        ------
        ArgumentError
            If there is no such figure.
        """
        from superlaw.figures.drawing import show  # matplotlib: only when asked for

        n = len(self.pictures)
        if isinstance(panel, bool) or not isinstance(panel, int) or not 0 <= panel < n:
            refuse("panel", f"a whole number below {n}, the number of figures", panel, "E.g. 0.")
        return show(self.pictures[panel], axes)

    def _repr_html_(self) -> str:
        """Return the verdicts and the first figure for a notebook."""
        from superlaw.figures.web import in_notebook  # matplotlib: only when asked for

        columns = self.columns()
        rows = [tuple(columns), *zip(*columns.values(), strict=True)]
        panels = self.pictures
        lines = [self.planted] if self.planted else []
        return in_notebook(rows, panels[0] if panels else None, lines)

    def columns(self) -> dict[str, list[str]]:
        """Return the verdicts as columns, one row a claim."""
        return {
            "claim": [claim.name for claim in self.claims],
            "verdict": [claim.verdict for claim in self.claims],
            "checks": [str(len(claim.checks)) for claim in self.claims],
            "nearest to failing": [_sentence(claim.worst) for claim in self.claims],
        }

    def save(self, out: str | os.PathLike[str]) -> Path:
        """Write index.html, report.json and manifest.json into a folder; return the page's path."""
        folder = storage.output_folder(out)
        facts = storage.manifest(self.configuration, passed=self.passed, seconds=self.seconds)
        storage.write_json(folder / "report.json", self.to_dict())
        storage.write_json(folder / "manifest.json", facts)
        storage.write_text(folder / "index.html", self.to_html())
        return folder / "index.html"

    def __repr__(self) -> str:
        return self._brief(name=self.name, n_claims=len(self.claims), passed=self.passed)

    def __str__(self) -> str:
        return self.table()

    def to_html(self) -> str:
        """Return the report as one HTML page that needs nothing else."""
        from superlaw.validation.reports.page import page  # matplotlib: only when asked for

        return page(self)


def _sentence(check: Check) -> str:
    """Return a check in words."""
    text = f"{check.label}: predicted {check.predicted:.5g}, measured {check.measured:.5g}"
    if check.z is not None:
        return f"{text} ± {check.standard_error:.2g}, z = {check.z:+.2f} (limit {check.z_limit:g})"
    if check.bound is not None:
        return f"{check.label}: measured {check.measured:.5g}, {check.bound} {check.predicted:.5g}"
    gap = abs(check.measured - check.predicted) / abs(check.predicted)
    return f"{text}, relative deviation {gap:.1e} (limit {check.tolerance:.0e})"
