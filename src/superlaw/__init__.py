"""How fast neural networks train when their features are in superposition.

Examples
--------
>>> import superlaw as sl
>>> sl.exponent(sl.PowerLawTask(a=1.5, b=0.25)).exponent
0.6666666666666666
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from superlaw.arguments import ArgumentError
    from superlaw.curves import log_times, read_curve
    from superlaw.setting.measured import MeasuredTask
    from superlaw.setting.optimizer import SGD, Adam, GradientFlow
    from superlaw.setting.student import Student
    from superlaw.setting.task import PowerLawTask
    from superlaw.solvers.integrators.events import Event
    from superlaw.solvers.integrators.integrate import integrate
    from superlaw.solvers.integrators.problem import MeanField
    from superlaw.solvers.solution import NumericsError, Solution
    from superlaw.solvers.solve import solve
    from superlaw.solvers.spectra.answer import Geometry
    from superlaw.solvers.spectra.geometry import geometry
    from superlaw.theory.answer import Exponent
    from superlaw.theory.derivations import derive
    from superlaw.theory.exponents import exponent
    from superlaw.validation.explaining.explain import explain
    from superlaw.validation.explaining.explanation import Explanation
    from superlaw.validation.fitting.power_law import fit_power_law
    from superlaw.validation.fitting.power_law_fit import PowerLawFit
    from superlaw.validation.geometry.law import OverlapLaw, overlap_law
    from superlaw.validation.reports.citations import cite
    from superlaw.validation.reports.report import Report
    from superlaw.validation.sweeps.sweep import sweep
    from superlaw.validation.sweeps.table import SweepTable
    from superlaw.validation.training.ensemble import Ensemble
    from superlaw.validation.training.seeds import DivergenceError, SimulationInterrupted
    from superlaw.validation.training.simulate import simulate
    from superlaw.validation.validate import validate
    from superlaw.validation.width.law import WidthLaw, width_law

_HOMES = {
    "superlaw.arguments": ("ArgumentError",),
    "superlaw.solvers.integrators.events": ("Event",),
    "superlaw.solvers.integrators.integrate": ("integrate",),
    "superlaw.solvers.integrators.problem": ("MeanField",),
    "superlaw.solvers.solution": ("NumericsError", "Solution"),
    "superlaw.solvers.solve": ("solve",),
    "superlaw.solvers.spectra.answer": ("Geometry",),
    "superlaw.solvers.spectra.geometry": ("geometry",),
    "superlaw.curves": ("log_times", "read_curve"),
    "superlaw.theory.derivations": ("derive",),
    "superlaw.theory.answer": ("Exponent",),
    "superlaw.theory.exponents": ("exponent",),
    "superlaw.setting.measured": ("MeasuredTask",),
    "superlaw.setting.optimizer": ("SGD", "Adam", "GradientFlow"),
    "superlaw.setting.student": ("Student",),
    "superlaw.setting.task": ("PowerLawTask",),
    "superlaw.validation.sweeps.sweep": ("sweep",),
    "superlaw.validation.sweeps.table": ("SweepTable",),
    "superlaw.validation.training.ensemble": ("Ensemble",),
    "superlaw.validation.explaining.explain": ("explain",),
    "superlaw.validation.explaining.explanation": ("Explanation",),
    "superlaw.validation.fitting.power_law": ("fit_power_law",),
    "superlaw.validation.fitting.power_law_fit": ("PowerLawFit",),
    "superlaw.validation.geometry.law": ("OverlapLaw", "overlap_law"),
    "superlaw.validation.reports.citations": ("cite",),
    "superlaw.validation.reports.report": ("Report",),
    "superlaw.validation.training.seeds": ("DivergenceError", "SimulationInterrupted"),
    "superlaw.validation.training.simulate": ("simulate",),
    "superlaw.validation.validate": ("validate",),
    "superlaw.validation.width.law": ("WidthLaw", "width_law"),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "SGD",
    "Adam",
    "ArgumentError",
    "DivergenceError",
    "Ensemble",
    "Event",
    "Explanation",
    "Exponent",
    "Geometry",
    "GradientFlow",
    "MeanField",
    "MeasuredTask",
    "NumericsError",
    "OverlapLaw",
    "PowerLawFit",
    "PowerLawTask",
    "Report",
    "SimulationInterrupted",
    "Solution",
    "Student",
    "SweepTable",
    "WidthLaw",
    "cite",
    "derive",
    "explain",
    "exponent",
    "fit_power_law",
    "geometry",
    "integrate",
    "log_times",
    "overlap_law",
    "read_curve",
    "simulate",
    "solve",
    "sweep",
    "validate",
    "width_law",
]


def __getattr__(name: str) -> Any:
    """Load a public name from its home when it is first used."""
    if name == "__version__":
        from importlib.metadata import version

        return version("superlaw")
    if name not in _HOME:
        raise AttributeError(f"module 'superlaw' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return __all__
