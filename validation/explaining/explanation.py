"""What is said of a measured curve: every candidate with its verdict, and what stays open."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from superlaw import storage
from superlaw.arguments import refuse
from superlaw.curves import Array
from superlaw.figures.panels import Panel, Series
from superlaw.notices import Notice
from superlaw.results import DrawnResult
from superlaw.validation.explaining.comparison import Decade

RATE = 0.01
"""A candidate is rejected where a true one would differ as much this often or less."""
VERDICTS = ("not rejected", "rejected", "no prediction")


@dataclass(frozen=True)
class Candidate:
    """One explanation of the curve.

    Parameters
    ----------
    name : str
        "sequential", "two-layer", "superposed", "trained" or "width-limited floor".
    verdict : {"not rejected", "rejected", "no prediction"}
    deviation : float or None
        Mean of measured over predicted loss, less 1, in the decade where it is largest.
    decades : tuple of Decade
        The same in each decade, with its error.
    probability : float or None
        That a true candidate differs as much or more.
    unit : float or None
        Gradient-flow time of one unit of the curve's times, given or fitted.
    source : str
        Where the prediction comes from, or why there is none.
    loss, error : ndarray or None
        Predicted loss at the points compared, and the relative standard deviation it leaves open.
    """

    name: str
    verdict: str
    deviation: float | None
    decades: tuple[Decade, ...]
    probability: float | None
    unit: float | None
    source: str
    loss: Array | None = None
    error: Array | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the candidate as plain data."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    def __str__(self) -> str:
        head = f"{self.name:20} {self.verdict}"
        if self.deviation is None or self.probability is None or self.unit is None:
            return f"{head}: {self.source}"
        by = ", ".join(f"{each.deviation:+.1%} ± {each.error:.1%}" for each in self.decades)
        return (
            f"{head} (p = {self.probability:.2g}), at most {self.deviation:+.1%} off; by decade: "
            f"{by}; a unit of the curve's times is {self.unit:.4g} of gradient flow; {self.source}"
        )


@dataclass(frozen=True, eq=False, repr=False)
class Explanation(DrawnResult):
    """Candidates for a measured curve: which are rejected, and what cannot be told apart.

    Parameters
    ----------
    candidates : tuple of Candidate
        All of them: a rival without a prediction is no rival beaten.
    alike : tuple of (str, str, float)
        Pairs that are not rejected, and how far their predictions are apart at most.
    times, loss : ndarray
        Points compared, in the unit of the curve.
    noise : float
        Relative standard deviation of a point, the median.
    is_unit_fitted : bool
        Whether the unit of time was found from the curve, for each candidate its own.
    summary : str
        What may be said.
    warnings : tuple of Notice
        W-SEEDS and W-STEPS where a run's own departure from the mean, or that of SGD from
        gradient flow, may pass for a deviation.
    """

    candidates: tuple[Candidate, ...]
    alike: tuple[tuple[str, str, float], ...]
    times: Array
    loss: Array
    noise: float
    is_unit_fitted: bool
    summary: str
    warnings: tuple[Notice, ...] = ()

    def named(self, name: str) -> Candidate:
        """Return the candidate of a name."""
        return next(each for each in self.candidates if each.name == name)

    def to_dict(self) -> dict[str, Any]:
        """Return the explanation as plain data."""
        alike = [{"names": [a, b], "difference": gap} for a, b, gap in self.alike]
        return {
            "candidates": self.candidates,
            "alike": alike,
            "summary": self.summary,
            "rate": RATE,
            "noise": self.noise,
            "is_unit_fitted": self.is_unit_fitted,
            "warnings": self.warnings,
            "times": self.times,
            "loss": self.loss,
        }

    def columns(self) -> dict[str, list[Any]]:
        """Return the candidates as columns, one row each."""
        names = ("name", "verdict", "deviation", "probability", "unit", "source")
        return {name: [getattr(each, name) for each in self.candidates] for name in names}

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the explanation as .json."""
        storage.write_json(storage.output_file(path, (".json",)), self)

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Explanation:
        """Return the explanation that `to_dict` has made plain data of."""
        known = {name: data[name] for name in ("noise", "is_unit_fitted", "summary")}
        candidates = tuple(
            Candidate(
                **{
                    **each,
                    **_arrays(each, "loss", "error"),
                    "decades": tuple(Decade.of(decade) for decade in each["decades"]),
                }
            )
            for each in data["candidates"]
        )
        alike = tuple((*each["names"], each["difference"]) for each in data["alike"])
        warnings = tuple(Notice(**notice) for notice in data["warnings"])
        return cls(candidates, alike, **_arrays(data, "times", "loss"), **known, warnings=warnings)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Explanation:
        """Return the explanation that `save`, or `superlaw explain --out`, wrote.

        Raises
        ------
        ArgumentError
            If the file is missing, damaged, or not an explanation's.
        """
        try:
            return cls.of(storage.read_json(storage.named(path)))
        except storage.DAMAGED as error:
            refuse("path", "the .json of an explanation", str(path), f"{storage.reason(error)}.")

    def picture(self) -> Panel:
        """Return the curve with every prediction and its band, as a figure."""
        series = [Series("measured", self.times, self.loss, style="points")]
        for each in self.candidates:
            if each.loss is None or each.error is None:
                continue
            style = "dashed" if each.verdict == "rejected" else "line"
            label = f"{each.name}: {each.verdict}"
            series.append(Series(label, self.times, each.loss, style=style))
            low, high = each.loss / (1.0 + 2.0 * each.error), each.loss * (1.0 + 2.0 * each.error)
            series.append(Series("", self.times, low, style="band", paired=True, upper=high))
        unit = "a unit of time fitted to each" if self.is_unit_fitted else "unit of time given"
        title = f"Bands: twice what a prediction leaves open\n{unit}"
        return Panel(title, "times of the curve", "loss L", tuple(series))

    def __repr__(self) -> str:
        kept = (each.name for each in self.candidates if each.verdict == "not rejected")
        return self._brief(not_rejected=", ".join(kept))

    def __str__(self) -> str:
        lines = [f"{self.summary}", f"noise     {self.noise:.2g} of the loss"]
        if self.is_unit_fitted:
            lines.append("times     their unit is not given: each candidate has the one that fits")
        lines += [str(each) for each in self.candidates]
        lines += [
            f"alike     {a} and {b} are at most {gap:.1%} apart here" for a, b, gap in self.alike
        ]
        return "\n".join(lines + [str(notice) for notice in self.warnings])


def _arrays(data: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Return lists as arrays, None where there is none."""
    return {name: None if data[name] is None else np.array(data[name], float) for name in names}
