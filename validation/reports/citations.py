"""Citations: BibTeX of what a result rests on."""

from __future__ import annotations

from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from superlaw.arguments import refuse
from superlaw.solvers.solution import Solution
from superlaw.solvers.spectra.answer import Geometry
from superlaw.theory.answer import Exponent
from superlaw.theory.proof.derivation import Graph
from superlaw.validation.explaining.explanation import Explanation
from superlaw.validation.fitting.power_law_fit import PowerLawFit
from superlaw.validation.geometry.law import OverlapLaw
from superlaw.validation.reports.report import Report
from superlaw.validation.sweeps.table import SweepTable
from superlaw.validation.training.ensemble import Ensemble
from superlaw.validation.width.law import WidthLaw

_FILE = Path(__file__).with_name("references.bib")
_TASKS = "superposition2026"
_METHODS = {
    "rosenbrock": ("steinebach2023rodas5p", "hairerwanner1996"),
    "exponential": ("hochbruckostermann2005",),
    "rkc": ("sommeijer1998",),
    "tsit5": ("tsitouras2011",),
    "dopri5": ("dormandprince1980", "shampine1986"),
    "contour": ("weideman2007", "trefethen2006talbot"),
    "bottleneck": ("marchenkopastur1967", "weideman2007"),
    "closure": ("sommeijer1998",),
}
"""What a solver's method comes from, by the first word of `Solution.method`."""
_GEOMETRY = ("spectral2026", "elhage2022", "marchenkopastur1967")
_MEASURES = {
    "exponent": (_TASKS, "bordelon2024"),
    "geometry": _GEOMETRY,
    "width": ("elhage2022", "welch1974", "cowsik2024", "liu2025", "liu2026", "guo2026"),
}
_NEIGHBOURS = ("cabannes2023", "cabannes2024", "kim2026", "li2026")
"""Of students with random embeddings: linear associative memories, and how fast they learn."""


def cite(result: Any) -> str:
    """Return BibTeX of what a result rests on: this software, its theory, its methods.

    Parameters
    ----------
    result : Exponent, Solution, Ensemble, PowerLawFit, Explanation, Geometry, OverlapLaw, WidthLaw,
        SweepTable, Report or Derivation

    Returns
    -------
    str
        Entries of BibTeX, each once; those of docs/references.bib.

    Raises
    ------
    ArgumentError
        If it is no result.

    Examples
    --------
    >>> from superlaw.setting.task import PowerLawTask
    >>> from superlaw.theory.exponents import exponent
    >>> [line for line in cite(exponent(PowerLawTask(a=1.5))).splitlines() if line[:1] == "@"]
    ['@software{superlaw,', '@misc{superposition2026,', '@misc{bordelon2024,']
    """
    keys = next((keys for kind, keys in _KEYS.items() if isinstance(result, kind)), None)
    if keys is None:
        rule = f"a result: {', '.join(kind.__name__ for kind in _KEYS)}"
        refuse("result", rule, result, "E.g. that of sl.solve.")
    return _bibtex(keys(result))


def entries_of(kind: type) -> str:
    """Return BibTeX of what every result of a kind rests on, where only its numbers are left."""
    return _bibtex((_TASKS,) if kind in (Solution, Ensemble) else _KEYS[kind](None))


def _bibtex(keys: tuple[str, ...]) -> str:
    """Return the entries of this software and of these keys, each once."""
    every = entries()
    return "\n\n".join(every[key] for key in dict.fromkeys(("superlaw", *keys))) + "\n"


@cache
def entries() -> dict[str, str]:
    """Return every entry by its key."""
    text = _FILE.read_text(encoding="utf-8").replace("VERSION", metadata.version("superlaw"))
    found = {}
    for part in text.split("\n@"):
        entry = f"@{part.strip().removeprefix('@')}"
        found[entry[entry.index("{") + 1 : entry.index(",")]] = entry
    return found


def _of_solution(found: Solution) -> tuple[str, ...]:
    return (_TASKS, *_METHODS.get(found.method.split()[0] if found.method else "", ()))


def _of_ensemble(found: Ensemble) -> tuple[str, ...]:
    made = found.configuration
    keys = [_TASKS]
    trained = made.get("optimizer", {}).get("name")
    if made.get("student", {}).get("width") is not None:
        keys += _NEIGHBOURS
        keys += ["verlet1967"] if trained in ("sgd", "adam") else []
    if trained == "adam":
        keys.append("kingma2015")
    if made.get("features") == "classes":
        keys.append("richardson1911")
    return tuple(keys)


_KEYS: dict[type, Any] = {
    Exponent: lambda found: _MEASURES["exponent"],
    Solution: _of_solution,
    Ensemble: _of_ensemble,
    PowerLawFit: lambda found: (),
    Geometry: lambda found: _GEOMETRY,
    OverlapLaw: lambda found: (*_GEOMETRY, "welch1974"),
    WidthLaw: lambda found: _MEASURES["width"],
    SweepTable: lambda found: _MEASURES.get(found.measure, (_TASKS,)),
    Report: lambda found: (_TASKS, "bordelon2024"),
    Explanation: lambda found: (_TASKS, "bordelon2024"),
    Graph: lambda found: found.references,
}
"""Keys of a result, by its kind."""
