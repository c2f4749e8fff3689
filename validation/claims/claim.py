"""Claims: a statement of the theory, how it is examined, and how it fared."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from superlaw.figures.panels import Picture, Row
from superlaw.results import Result
from superlaw.validation.claims.check import Check
from superlaw.validation.claims.size import Conditions
from superlaw.validation.training.ensemble import Ensemble

OPTIONS = ("seeds", "n_features", "entropy")
"""Numbers of a validation that a claim may take, or do without."""


@dataclass(frozen=True, eq=False)
class Findings(Result):
    """What the examination of a claim found.

    Parameters
    ----------
    checks : tuple of Check
    panels : tuple of Panel, HeatMap and Row
        Figures of it.
    runs : tuple of Ensemble
        The simulated training that was compared.
    remark : str
        What the numbers of this run support, in words.
    headline : Row or None
        The picture that a report with this claim opens with.
    readings : dict of list
        Further numbers that were read off, as plain data: rows by the name of their table.
    """

    checks: tuple[Check, ...]
    panels: tuple[Picture, ...] = field(default=(), repr=False)
    runs: tuple[Ensemble, ...] = field(default=(), repr=False)
    remark: str = ""
    headline: Row | None = field(default=None, repr=False)
    readings: dict[str, list[dict[str, Any]]] = field(default_factory=dict, repr=False)


def _any_room_will_do(conditions: Conditions) -> None:
    """Refuse nothing."""


@dataclass(frozen=True)
class Claim:
    """A claim: everything that is said of it, once.

    Parameters
    ----------
    name : str
        As its file is called.
    statement : str
        What is claimed, in words.
    step : str
        The derivation step that says it in symbols.
    solver : str
        By which solver the prediction is made.
    run : callable
        Compares theory and measurement under given conditions.
    takes : tuple of str
        Which of `OPTIONS` change what is compared.
    check : callable
        Refuses conditions that the claim has no room or time for, before any work.
    """

    name: str
    statement: str
    step: str
    solver: str
    run: Callable[[Conditions], Findings] = field(repr=False)
    takes: tuple[str, ...] = OPTIONS
    check: Callable[[Conditions], None] = field(default=_any_room_will_do, repr=False)

    def examine(self, conditions: Conditions) -> ClaimResult:
        """Return how the claim fares under these conditions."""
        started = time.perf_counter()
        findings = self.run(conditions)
        return ClaimResult(self, findings, time.perf_counter() - started)

    def to_dict(self) -> dict[str, Any]:
        """Return what is claimed as plain data."""
        return {
            "name": self.name,
            "statement": self.statement,
            "step": self.step,
            "solver": self.solver,
        }


@dataclass(frozen=True, eq=False, repr=False)
class ClaimResult(Result):
    """A claim and how it fared.

    Parameters
    ----------
    claim : Claim
    findings : Findings
    seconds : float
        Time it took.
    """

    claim: Claim
    findings: Findings
    seconds: float

    def __repr__(self) -> str:
        return self._brief(name=self.name, verdict=self.verdict, n_checks=len(self.checks))

    @property
    def name(self) -> str:
        """The name of the claim."""
        return self.claim.name

    @property
    def checks(self) -> tuple[Check, ...]:
        """Every comparison that was made."""
        return self.findings.checks

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return bool(self.checks) and all(check.passed for check in self.checks)

    @property
    def verdict(self) -> str:
        """PASS or FAIL."""
        return "PASS" if self.passed else "FAIL"

    @property
    def worst(self) -> Check:
        """The check that came nearest to failing, or failed."""
        return max(self.checks, key=lambda check: check.strain)

    def to_dict(self) -> dict[str, Any]:
        """Return the claim and how it fared as plain data."""
        return {
            **self.claim.to_dict(),
            "verdict": self.verdict,
            "remark": self.findings.remark,
            "seconds": self.seconds,
            "runs": [run_of(ensemble) for ensemble in self.findings.runs],
            "checks": [check.to_dict() for check in self.checks],
            "readings": self.findings.readings,
        }


def run_of(ensemble: Ensemble) -> dict[str, Any]:
    """Return what was simulated as plain data: enough to run it again at the same times."""
    kept = ("task", "student", "optimizer", "entropy", "precision")
    return {
        **{name: ensemble.configuration[name] for name in kept},
        "seeds": len(ensemble.seeds),
        "t_end": float(ensemble.times[-1]),
    }
