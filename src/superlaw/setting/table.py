"""Tables of covered cases: a row says which case, under which conditions, with which options.

`LAWS` of the theory, `CURVES` of the solvers and `TRAINERS` of the validation are such tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, NoReturn, TypeVar

from superlaw.arguments import refuse
from superlaw.setting.case import DYNAMICS, INPUTS, PASSED, STUDENTS, Case
from superlaw.setting.optimizer import GradientFlow
from superlaw.setting.task import PowerLawTask

Maker = TypeVar("Maker")
_WAYS_OUT = {
    "plain": ("width", "below N"),
    "two_layer": ("depth", "1"),
    "bottleneck": ("activation", "'relu'"),
    "superposed": ("width", "left out (K = N)"),
    "square": ("width", "below N"),
    "trained": ("embedding", "fixed"),
    "tied": ("tied", "False"),
    "untied": ("decoder", "left out"),
}
"""The argument that makes a student be of its kind, and what it would be for another."""
COVERAGE = "superlaw info --coverage"
"""What prints every row of every table."""
_FLOW_TOLERANCE = "GradientFlow.rtol"
"""How a row says that it takes the tolerance of `GradientFlow`."""


@dataclass(frozen=True)
class Condition:
    """A rule on one argument that a row needs besides its kinds.

    Parameters
    ----------
    name : str
        An argument of the task, the student or the optimizer.
    rule : str
        What it must be, in the words of a refusal.
    holds : callable
        Whether a case follows the rule.
    """

    name: str
    rule: str
    holds: Callable[[Case], bool]

    def __str__(self) -> str:
        return f"{self.name} {self.rule}"


def among(name: str, *values: Any) -> Condition:
    """Return the condition that an argument is one of some values."""
    rule = " or ".join(repr(value) for value in values)
    return Condition(name, rule, lambda case: case.argument(name) in values)


TASKS = {
    "a power law": "frequencies i^-a, targets i^-b (`PowerLawTask`)",
    "measured": "frequencies and importances as numbers (`MeasuredTask`)",
}
"""Kinds of task that a condition may name; an entry without one takes both."""
POWER_LAW = Condition("task", "a power law", lambda case: isinstance(case.task, PowerLawTask))
"""What follows needs its a and b."""
MEASURED = Condition("task", "measured", lambda case: not isinstance(case.task, PowerLawTask))
"""Frequencies and importances are numbers, not laws."""
UNIT_COLUMNS = Condition("init", "1", lambda case: case.student.init in (None, 1.0))
"""Trained columns start with norm 1."""


@dataclass(frozen=True)
class Row(Generic[Maker]):
    """A set of cases, what covers them, and the options that it takes.

    Parameters
    ----------
    name : str
        Of the law, the method or the trainer.
    make : callable
        What covers the cases.
    students, inputs, dynamics : tuple of str
        Kinds, see `superlaw.setting.case`; every combination of them is covered.
    options : tuple of str
        Options that change what comes out; any other is refused.
    conditions : tuple of Condition
        Further rules on the arguments.
    """

    name: str
    make: Maker
    students: tuple[str, ...]
    inputs: tuple[str, ...]
    dynamics: tuple[str, ...]
    options: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()

    def covers(self, case: Case) -> bool:
        """Whether the kinds of a case are those of the row."""
        return self.has(case.kind, case.inputs, case.dynamics)

    def has(self, student: str, inputs: str, dynamics: str) -> bool:
        """Whether kinds of student, inputs and training are those of the row."""
        return student in self.students and inputs in self.inputs and dynamics in self.dynamics

    def broken(self, case: Case) -> Condition | None:
        """Return the first condition that a case does not meet."""
        return next((rule for rule in self.conditions if not rule.holds(case)), None)

    def check_options(self, case: Case, options: Mapping[str, Any]) -> None:
        """Refuse an option that was given (is not None) and would be ignored."""
        for name, value in options.items():
            if value is not None and name not in self.options:
                known = ", ".join(self.options) or "none"
                refuse(name, f"left out with {self.name}", value, f"Options it takes: {known}.")
        flow = case.optimizer
        is_told = isinstance(flow, GradientFlow) and flow != GradientFlow()
        if is_told and _FLOW_TOLERANCE not in self.options:
            remedy = f"It is for training, and {self.name} is not. Leave it out."
            refuse(_FLOW_TOLERANCE, "left out here", case.argument("rtol"), remedy)

    def __str__(self) -> str:
        return f"{self.name} needs {', '.join(map(str, self.conditions))}"


@dataclass(frozen=True)
class Table(Generic[Maker]):
    """Rows in the order in which they are tried.

    Parameters
    ----------
    verb : str
        What the table is for, as "solve".
    remedy : str
        What to do about a case that no row covers.
    rows : tuple of Row
    """

    verb: str
    remedy: str
    rows: tuple[Row[Maker], ...]

    def row(self, case: Case, options: Mapping[str, Any] | None = None) -> Row[Maker]:
        """Return the first row that covers a case, or refuse the case or an ignored option."""
        row = self.covering(case)[0]
        row.check_options(case, options or {})
        return row

    def covering(self, case: Case) -> list[Row[Maker]]:
        """Return every row that covers a case; refuse a case that none covers."""
        near = [row for row in self.rows if row.covers(case)]
        rows = [row for row in near if row.broken(case) is None]
        if rows:
            return rows
        for row, condition in ((row, row.broken(case)) for row in near):
            if condition is not None:
                rule = f"{condition.rule} to {self.verb} ({row.name})"
                value = case.argument(condition.name)
                refuse(
                    condition.name, rule, value, self._remedy(f"Here {'; '.join(map(str, near))}.")
                )
        self._refuse_kinds(case)

    def _refuse_kinds(self, case: Case) -> NoReturn:
        """Name the argument that keeps a case out of every row."""
        rows = [row for row in self.rows if case.kind in row.students]
        if not rows:
            name, rule = _WAYS_OUT[case.kind]
            remedy = self._remedy(_passed((row.students for row in self.rows), STUDENTS))
            refuse(name, f"{rule} to {self.verb}", case.argument(name), remedy)
        of = f"to {self.verb} a {case.kind} student ({PASSED[case.kind]})"
        known = [row for row in rows if case.inputs in row.inputs]
        if not known:
            kinds = [row.inputs for row in rows]
            remedy = self._remedy(_passed(kinds, INPUTS))
            refuse("activity", f"that of {_joined(kinds, INPUTS)} {of}", case.task.activity, remedy)
        kinds = [row.dynamics for row in known]
        rule = f"{_joined(kinds, DYNAMICS)} {of} with {INPUTS[case.inputs]}"
        refuse("optimizer", rule, case.optimizer, self._remedy(_passed(kinds, DYNAMICS)))

    def _remedy(self, covered: str) -> str:
        return f"{self.remedy} {covered} All cases: {COVERAGE}.".lstrip()


def _passed(parts: Iterable[tuple[str, ...]], words: Mapping[str, str]) -> str:
    """Return what can be passed for kinds, each once, in the order of their table."""
    known = {kind for part in parts for kind in part}
    return f"Can be passed: {', or '.join(PASSED[kind] for kind in words if kind in known)}."


def _joined(parts: Iterable[tuple[str, ...]], words: Mapping[str, str]) -> str:
    """Return kinds in words, each once, in the order of their table."""
    known = {kind for part in parts for kind in part}
    return " or ".join(text for kind, text in words.items() if kind in known)
