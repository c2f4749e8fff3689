"""Coded warnings: what a result wants its reader to know, in words and as a stable code."""

from __future__ import annotations

from dataclasses import dataclass

CODES = {
    "W-FINITE-SIZE": "too few features for the asymptotic exponent to show in the loss curve",
    "W-LOGARITHM": "the power law carries logarithmic corrections that fade slowly",
    "W-DECADES": "the fit window spans less than one decade of time",
    "W-FLOOR": "the loss has reached its floor inside the fit window",
    "W-CURVED": "the local slope changes inside the fit window: this is not one power law",
    "W-UNDECIDED": "the data do not tell apart laws with different exponents: none is chosen",
    "W-SEEDS": "too few seeds for a seed-to-seed error",
    "W-STEPS": "training in large steps was compared with gradient flow, which has no noise",
    "W-ROUNDING": "the loss has fallen to what rounding or the tolerance leaves of it",
    "W-CLOSURE": "a closure was used; the message holds how far off it is, measured or at least",
    "W-BOUND": "a bound is missing, or holds less than it does elsewhere",
    "W-UNVALIDATED": "a closure was used where its band was not measured",
    "W-ZERO-FEATURES": "features without a direction: they are left out of overlaps",
    "W-BLOCKS": "too many features to look for blocks: all pairs would have to be compared",
    "W-WIDTHS": "models of two widths only: a check of a law against width, not an exponent",
    "W-FLAT-SPECTRUM": "all eigenvalues are equal, so localisation says nothing of single features",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """A warning that travels with a result.

    Parameters
    ----------
    code : str
        A key of `CODES`; stable across releases.
    message : str
        What it means for this result, with the numbers.
    """

    code: str
    message: str

    def __post_init__(self) -> None:
        """Refuse a code that has no documented meaning."""
        if self.code not in CODES:
            raise KeyError(f"{self.code} is not a documented warning code")

    def to_dict(self) -> dict[str, str]:
        """Return the notice as plain data."""
        return {"code": self.code, "message": self.message}

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"
