"""Ledgers: the verdicts on the steps of a derivation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Verdict:
    """What checking one step gave.

    Parameters
    ----------
    id : str
        The step.
    status : {"proved", "certified", "verified", "assumed", "failed"}
        proved: symbolically and numerically; certified: at points, in ball arithmetic, where that
        was asked for; verified: numerically; assumed: taken as given.
    n_points : int
        Points at which it was checked numerically.
    deviation : float
        Largest relative deviation seen there (for limits: at the last point); a bound on it of
        what is certified.
    reason : str
        What failed, and where, or why a step could not be certified; empty otherwise.
    """

    id: str
    status: str
    n_points: int
    deviation: float
    reason: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the verdict as plain data."""
        return {
            "id": self.id,
            "status": self.status,
            "n_points": self.n_points,
            "deviation": self.deviation,
            "reason": self.reason,
        }


@dataclass(frozen=True, repr=False)
class Ledger:
    """The verdicts of a derivation.

    Parameters
    ----------
    name : str
        The derivation.
    rows : tuple of Verdict
        One a step, in order.
    """

    name: str
    rows: tuple[Verdict, ...]

    @property
    def is_good(self) -> bool:
        """Whether no step failed."""
        return all(row.status != "failed" for row in self.rows)

    def __getitem__(self, step_id: str) -> Verdict:
        """Return the verdict on the step with this id."""
        for row in self.rows:
            if row.id == step_id:
                return row
        raise KeyError(step_id)

    def __repr__(self) -> str:
        return f"Ledger(name={self.name!r}, n_steps={len(self.rows)}, is_good={self.is_good})"

    def __str__(self) -> str:
        lines = [f"{'step':6}{'status':10}{'points':>7}{'deviation':>12}"]
        for row in self.rows:
            line = f"{row.id:6}{row.status:10}{row.n_points:7d}{row.deviation:12.1e}"
            lines.append(f"{line}  {row.reason}".rstrip())
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Return the ledger as plain data."""
        return {
            "derivation": self.name,
            "passed": self.is_good,
            "steps": [row.to_dict() for row in self.rows],
        }
