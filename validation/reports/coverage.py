"""The map of the theory: which law, which solver and which trainer covers which case."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import product
from typing import Any

from superlaw.setting.case import DYNAMICS, INPUTS, STUDENTS
from superlaw.setting.table import TASKS, Row, Table
from superlaw.solvers.solve import CURVES, DIRECT
from superlaw.theory.documents.document import Table as Sheet
from superlaw.theory.documents.markdown import table
from superlaw.theory.exponents import LAWS
from superlaw.validation.training.plan import TRAINERS

_HEAD = ("student", "inputs", "training", "law", "solver", "trainer")
_NOTHING = "–"


@dataclass(frozen=True)
class Covered:
    """What covers one kind of case, in the order in which it is tried.

    Parameters
    ----------
    student, inputs, dynamics : str
        Kinds, see `superlaw.setting.case`.
    laws, solvers, trainers : tuple of dict
        Rows of the three tables: name, options they take, conditions they put.
    """

    student: str
    inputs: str
    dynamics: str
    laws: tuple[dict[str, Any], ...]
    solvers: tuple[dict[str, Any], ...]
    trainers: tuple[dict[str, Any], ...]

    @property
    def cells(self) -> tuple[str, ...]:
        """The three tables' entries, as text."""
        return _cell(self.laws), _cell(self.solvers), _cell(self.trainers)


@dataclass(frozen=True)
class Coverage:
    """The three tables side by side.

    Parameters
    ----------
    cases : tuple of Covered
        Every kind of case that a table has a row for.
    """

    cases: tuple[Covered, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the tables as plain data."""
        return {"cases": [asdict(covered) for covered in self.cases]}

    def __str__(self) -> str:
        lines: list[str] = []
        for student, inputs, dynamics, *cells in self._merged():
            lines.append(f"{student} student; inputs: {inputs}; training: {dynamics}")
            lines += [f"  {name:8}{cell}" for name, cell in zip(_HEAD[3:], cells, strict=True)]
        return "\n".join(lines)

    def to_markdown(self) -> str:
        """Return the tables as a page of the documents."""
        kinds = [("student", STUDENTS), ("inputs", INPUTS), ("training", DYNAMICS), ("task", TASKS)]
        legend = tuple(
            (name, f"`{kind}`", text) for name, words in kinds for kind, text in words.items()
        )
        return (
            "# What covers what\n\nThree tables decide which law, which solver and which trainer "
            "covers a case: `LAWS` in `theory/exponents.py`, `CURVES` in `solvers/solve.py` (with "
            "`DIRECT`, which is taken only if it is asked for) and `TRAINERS` in "
            "`validation/training/plan.py`. This page is made from them, as is "
            "`superlaw info --coverage`. In brackets stand the conditions of an entry; after a "
            "colon the options it takes, any other being refused. Where a cell holds several "
            "entries the first whose conditions hold is taken; a dash is a refusal. An entry "
            "that puts no condition on the task takes power laws and measured frequencies.\n\n"
            f"{table(Sheet(_HEAD, tuple(self._merged())))}\n\n## Kinds\n\n"
            f"{table(Sheet(('of', 'kind', 'meaning'), legend))}\n"
        )

    def _merged(self) -> Iterator[tuple[str, ...]]:
        """Yield rows of text; inputs and kinds of training that nothing tells apart share one."""
        inputs: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
        for covered in self.cases:
            key = covered.student, covered.dynamics, covered.cells
            inputs.setdefault(key, []).append(covered.inputs)
        trainings: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
        for (student, dynamics, cells), kinds in inputs.items():
            trainings.setdefault((student, ", ".join(kinds), cells), []).append(dynamics)
        for (student, shared, cells), kinds in trainings.items():
            yield student, shared, ", ".join(kinds), *cells


def coverage() -> Coverage:
    """Return which law, which solver and which trainer covers which case.

    Examples
    --------
    >>> [covered.inputs for covered in coverage().cases if covered.student == "two_layer"]
    ['one']
    """
    cases = (
        Covered(
            *kinds,
            _rows(LAWS, *kinds),
            _rows(CURVES, *kinds) + _rows(DIRECT, *kinds),
            _rows(TRAINERS, *kinds),
        )
        for kinds in product(STUDENTS, INPUTS, DYNAMICS)
    )
    return Coverage(
        tuple(found for found in cases if found.laws or found.solvers or found.trainers)
    )


def _rows(of: Table[Any], student: str, inputs: str, dynamics: str) -> tuple[dict[str, Any], ...]:
    """Return what the rows of a table say of a kind of case."""
    return tuple(_entry(row) for row in of.rows if row.has(student, inputs, dynamics))


def _entry(row: Row[Any]) -> dict[str, Any]:
    conditions = [str(condition) for condition in row.conditions]
    return {"name": row.name, "options": list(row.options), "conditions": conditions}


def _cell(entries: tuple[dict[str, Any], ...]) -> str:
    """Return entries as "name (conditions): options; …"."""
    return "; ".join(map(_text, entries)) or _NOTHING


def _text(entry: dict[str, Any]) -> str:
    conditions, options = ", ".join(entry["conditions"]), ", ".join(entry["options"])
    needs = f" ({conditions})" if conditions else ""
    return f"{entry['name']}{needs}" + (f": {options}" if options else "")
