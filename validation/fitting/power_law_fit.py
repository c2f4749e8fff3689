"""What a fit returns: an exponent or the reason why there is none, errors, and rivals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from superlaw.curves import Array
from superlaw.figures.panels import Panel
from superlaw.notices import Notice
from superlaw.results import DrawnResult
from superlaw.validation.fitting.choice import Candidate
from superlaw.validation.fitting.picture import fitted_law

UNDECIDED = "undecided"


@dataclass(frozen=True, eq=False, repr=False)
class PowerLawFit(DrawnResult):
    """A fitted exponent α of L ≈ floor + prefactor · t^-α, or the laws that data cannot tell apart.

    Parameters
    ----------
    exponent : float or None
        α; None if the data do not say which of several laws with other exponents holds.
    total_error : float or None
        One standard error of the exponent, of all parts together.
    standard_error : dict of float
        Its parts: "noise" (block bootstrap of the residuals), "seeds" (spread over runs), "window"
        and "model" (spread over other windows and laws, each with its weight), "solver" (worst
        effect of the curve's error bound). None where a source does not apply.
    model : {"straight", "offset", "crossover", "broken", "fall", "undecided"}
        Straight line in log-log; with a floor; from a plateau; two slopes with a corner between
        them; one straight fit over the steep part of a curve that no law describes.
    window : (float, float)
        Times used [time].
    decades : float
        log10 of their ratio.
    n_points : int
        Output times used.
    prefactor, floor : float or None
        The rest of the model; the floor is 0 for a model without one.
    branches : (float, float) or None
        Slopes before and after a corner.
    corner : float or None
        Its time [time].
    goodness : float or None
        Probability that noise alone leaves larger residuals than the model does; None for "fall".
    noise : float
        Standard deviation of one point of the mean curve, relative to the loss; the median.
    correlation : float
        Of the noise of neighbouring points.
    per_seed : ndarray
        Exponent of each run, shape (n_seeds,); empty if there is none.
    local_slope : ndarray
        −d log L/d log t at every time of the curve, shape (n_times,).
    candidates : tuple of Candidate
        What each law that describes the curve says, best first.
    warnings : tuple of Notice
        Coded warnings.
    """

    exponent: float | None
    total_error: float | None
    standard_error: dict[str, float | None]
    model: str
    window: tuple[float, float]
    decades: float
    n_points: int
    prefactor: float | None
    floor: float | None
    branches: tuple[float, float] | None
    corner: float | None
    goodness: float | None
    noise: float
    correlation: float
    per_seed: Array
    local_slope: Array
    candidates: tuple[Candidate, ...]
    warnings: tuple[Notice, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the fit as plain data."""
        names = (
            "exponent", "total_error", "standard_error", "model", "window", "decades", "n_points",
            "prefactor", "floor", "branches", "corner", "goodness", "noise", "correlation",
            "per_seed", "candidates", "warnings",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names}

    def picture(self) -> Panel:
        """Return the fitted law in its window, with its error: to be drawn over the curve."""
        return fitted_law(self)

    def columns(self) -> dict[str, list[Any]]:
        """Return the fit as one row."""
        first, last = self.window
        errors = {f"{source}_error": error for source, error in self.standard_error.items()}
        row = {
            "exponent": self.exponent,
            "total_error": self.total_error,
            **errors,
            "model": self.model,
            "window_start": first,
            "window_end": last,
            "prefactor": self.prefactor,
            "floor": self.floor,
            "goodness": self.goodness,
        }
        return {name: [value] for name, value in row.items()}

    def __repr__(self) -> str:
        shown = {"exponent": self.exponent, "window": tuple(float(f"{t:.4g}") for t in self.window)}
        return self._brief(**shown, model=self.model, n_warnings=len(self.warnings))

    def __str__(self) -> str:
        lines = [*self._exponent_lines(), self._window_line()]
        size = f"noise     {self.noise:.2g} of the loss, correlation {self.correlation:.2f}"
        fits = "" if self.goodness is None else f"; goodness of fit p = {self.goodness:.2g}"
        lines.append(size + fits)
        if len(self.candidates) > 1:
            lines.append(f"laws      {', '.join(map(str, self.candidates))}")
        return "\n".join(lines + [str(notice) for notice in self.warnings])

    def _exponent_lines(self) -> list[str]:
        if self.exponent is None or self.prefactor is None or self.floor is None:
            return ["exponent  none: the data do not choose"]
        errors = ", ".join(
            f"{source} {'n/a' if error is None else format(error, '.2g')}"
            for source, error in self.standard_error.items()
        )
        lines = [
            f"exponent  {self.exponent:.4f} ± {self.total_error:.2g}   ({errors})",
            f"model     {self.model}: {self.floor:.4g} + {self.prefactor:.4g} t^-α",
        ]
        if self.branches is not None:
            before, after = self.branches
            lines.append(f"slopes    {before:.4f} before t = {self.corner:.4g}, {after:.4f} after")
        return lines

    def _window_line(self) -> str:
        first, last = self.window
        span = f"{first:.4g} … {last:.4g}, {self.decades:.2f} decades"
        return f"window    {span}, {self.n_points} points"
