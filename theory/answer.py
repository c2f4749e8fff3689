"""What is said of a training exponent: the value with its hypotheses, or why there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from superlaw.notices import Notice
from superlaw.setting.task import Task
from superlaw.theory.laws.local import Decade


@dataclass(frozen=True, repr=False)
class Exponent:
    """The exponent α of L ≈ prefactor · t^-α, or why there is none.

    Parameters
    ----------
    exponent : float or None
        α; None outside the hypotheses.
    regime : str
        "power law", "leak", "noise", "power law with logarithms", "logarithmic",
        "not summable", "exponential", "open", "crossover", "floor", "universal" or, with measured
        frequencies, "local".
    window : (float, float) or None
        Cut-offs (1/λ_1, 1/λ_N) between which the law may hold [time]; infinite N has none above.
    visible : (float, float) or None
        Times at which the local slope is within 10 % of α [time]; None if there are none.
    prefactor : float or None
        Leading-order prefactor, where it is known.
    assumptions : tuple of str
        Hypotheses under which the value holds.
    equation : str
        Derivation step behind the exponent.
    formula : str
        The formula of that step.
    explanation : str
        One sentence for the reader.
    warnings : tuple of Notice
        Coded warnings.
    limits : (float, float) or None
        Superposed students: local slopes long before and long after the crossover.
    crossover : float or None
        Their crossover time t_K.
    unit_slope : float or None
        Time at which their local slope passes 1 in the cross-talk theory, without interference.
    floor : float or None
        Least loss a student can reach, as a fraction of the loss at time 0, where a law is known.
    band : (float, float) or None
        Where a value is measured and not derived: between what, in all that was compared with it.
    decades : tuple of Decade
        Measured frequencies: `start`, `end`, `slope` and `front` of each decade of time.
    """

    exponent: float | None
    regime: str
    window: tuple[float, float] | None
    visible: tuple[float, float] | None
    prefactor: float | None
    assumptions: tuple[str, ...]
    equation: str
    formula: str
    explanation: str
    warnings: tuple[Notice, ...] = ()
    limits: tuple[float, float] | None = None
    crossover: float | None = None
    unit_slope: float | None = None
    floor: float | None = None
    band: tuple[float, float] | None = None
    decades: tuple[Decade, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as plain data."""
        return {
            "exponent": self.exponent,
            "regime": self.regime,
            "window": self.window,
            "visible": self.visible,
            "prefactor": self.prefactor,
            "assumptions": self.assumptions,
            "equation": self.equation,
            "formula": self.formula,
            "explanation": self.explanation,
            "limits": self.limits,
            "crossover": self.crossover,
            "unit_slope": self.unit_slope,
            "floor": self.floor,
            "band": self.band,
            "decades": self.decades,
            "warnings": self.warnings,
        }

    def __repr__(self) -> str:
        value = "None" if self.exponent is None else f"{self.exponent:.6g}"
        return f"Exponent(exponent={value}, regime={self.regime!r}, equation={self.equation!r})"

    def __str__(self) -> str:
        value = "none" if self.exponent is None else f"{self.exponent:.6g}"
        lines = [
            f"exponent   {value}   ({self.formula}, {self.equation})",
            f"regime     {self.regime}",
        ]
        if self.prefactor is not None:
            lines.append(f"prefactor  {self.prefactor:.6g}")
        if self.band is not None:
            lines.append(f"band       {_span(self.band)}")
        lines.append(f"window     {_span(self.window)}")
        if self.regime in ("crossover", "floor"):
            lines += self._superposed_lines()
        elif self.regime == "local":
            lines += self._superposed_lines() + self._decade_lines()
        else:
            lines.append(f"visible    {_span(self.visible)}  (local slope within 10 %)")
        lines += [f"assuming   {assumption}" for assumption in self.assumptions]
        lines.append(self.explanation)
        return "\n".join(lines + [str(notice) for notice in self.warnings])

    def _decade_lines(self) -> list[str]:
        """Return the slopes of decades."""
        head = f"{'from':>12}{'to':>12}{'slope':>10}{'learned':>12}"
        return [head] + [
            f"{each.start:12.4g}{each.end:12.4g}{each.slope:10.4f}{each.front:12.6g}"
            for each in self.decades
        ]

    def _superposed_lines(self) -> list[str]:
        """Return what is said of a superposed student only."""
        lines = []
        if self.limits is not None:
            before, after = self.limits
            lines.append(f"slope      {before:.4g} long before the crossover, {after:.4g} after it")
        if self.crossover is not None:
            lines.append(f"crossover  t_K = {self.crossover:.4g}")
        if self.unit_slope is not None:
            lines.append(f"slope 1    at t = {self.unit_slope:.4g} in the cross-talk theory")
        if self.floor is not None:
            lines.append(f"floor      at least {self.floor:.4g} of the loss at time 0")
        return lines


def answer(task: Task, value: float | None, regime: str, equation: str, formula: str) -> Exponent:
    """Return an answer with the parts that every regime shares."""
    window = None
    if task.is_normalisable:
        n, fastest = task.n_features, task.second_moment(1.0)
        slowest = task.second_moment(float(n)) if n is not None else 0.0
        window = (1.0 / fastest, 1.0 / slowest if slowest > 0.0 else math.inf)
    return Exponent(
        exponent=value,
        regime=regime,
        window=window,
        visible=None,
        prefactor=None,
        assumptions=("a > 0", "a + 2b > 1", *time_assumption(task)) if value is not None else (),
        equation=equation,
        formula=formula,
        explanation="Modes are learned one after another; the exponent depends on the data.",
    )


def time_assumption(task: Task) -> tuple[str, ...]:
    """Return between which times a law holds."""
    if not task.is_normalisable:
        return ("N finite, since Σ i^-a diverges for a ≤ 1 (give N for window and prefactor)",)
    return ("1/λ_1 ≪ t",) if task.n_features is None else ("1/λ_1 ≪ t ≪ 1/λ_N",)


def _span(window: tuple[float, float] | None) -> str:
    return "none" if window is None else f"{window[0]:.4g} … {window[1]:.4g}"
