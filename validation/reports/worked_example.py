"""Worked examples: a derivation at a reader's own parameters, solved and, if asked, simulated."""

from __future__ import annotations

from typing import Any

import numpy as np

from superlaw.arguments import ArgumentError, refuse
from superlaw.curves import Array
from superlaw.figures.drawing import svg
from superlaw.figures.panels import Panel, Series
from superlaw.notices import Notice
from superlaw.setting.case import STUDENTS, Case, case
from superlaw.setting.measured import task_of
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask, Task
from superlaw.solvers.solution import Solution
from superlaw.solvers.solve import solve
from superlaw.theory.derivation import About, Derivation
from superlaw.theory.documents.document import Block, Figure, Heading, Paragraph, Table
from superlaw.theory.documents.in_numbers import numbers
from superlaw.theory.exponents import exponent
from superlaw.theory.symbols import NOTATION
from superlaw.validation.reports.shared_law import shared_law
from superlaw.validation.training.ensemble import Ensemble
from superlaw.validation.training.simulate import simulate

_ROWS = 9
_SEEDS = 4


def worked(
    derivation: Derivation,
    task: dict[str, Any],
    student: dict[str, Any],
    times: Array,
    *,
    simulated: bool = False,
) -> tuple[Block, ...]:
    """Return a derivation's numbers, and its curve where it can be solved.

    Parameters
    ----------
    derivation : Derivation
        The general steps.
    task, student : dict
        Arguments of `Student`, and of `PowerLawTask` or, with `frequencies`, a file of them, of
        `MeasuredTask`; what the derivation is about comes on top.
    times : ndarray, shape (n_times,)
        Output times.
    simulated : bool
        Whether to simulate training too.

    Returns
    -------
    tuple of Block
        For `superlaw.validation.reports.documented.documented`.

    Raises
    ------
    ArgumentError
        If an argument is outside its rule, or makes a case that the derivation is not about.
    """
    about = derivation.about or About()
    _check_given(derivation.name, about.task, task)
    _check_given(derivation.name, about.student, student)
    problem, learner = task_of(about.task | task), Student(**(about.student | student))
    _check_ignored(derivation, problem, learner, simulated)
    blocks = (
        numbers(derivation, _values(problem, learner))
        if isinstance(problem, PowerLawTask)
        else _decades(problem, learner, about)
    )
    if derivation.about is None or problem.n_features is None:
        return blocks
    if about.needs_width and learner.width is None:
        return blocks
    found = case(problem, learner, about.optimizer)
    _check_case(derivation.name, about, found)
    return (*blocks, *_curve(about, found, times, simulated))


def _check_ignored(derivation: Derivation, task: Task, student: Student, simulated: bool) -> None:
    """Refuse what would be left aside without a word."""
    about, rule = derivation.about, f"left out for the derivation {derivation.name}"
    if simulated and about is None:
        refuse("simulate", rule, True, "It has no curve.")
    is_meant = task.n_features is not None or (about is not None and about.needs_width)
    if student.width is not None and not is_meant:
        refuse("width", rule, student.width, "It is about K = N.")


def _check_given(name: str, about: dict[str, Any], given: dict[str, Any]) -> None:
    """Refuse an argument that takes back what the derivation is about."""
    for key, value in about.items():
        if given.get(key, value) != value:
            refuse(key, f"{value!r} for the derivation {name}", given[key], "Leave it out.")


def _check_case(name: str, about: About, found: Case) -> None:
    """Refuse a case that the derivation is not about."""
    if found.kind not in about.kinds:
        formula = " or ".join(f"{kind} ({STUDENTS[kind]})" for kind in about.kinds)
        rule = f"{formula} for the derivation {name}"
        refuse("student", rule, found.kind, "Change its width, depth, activation or embedding.")
    if found.inputs not in about.inputs:
        rule = f"{' or '.join(about.inputs)} for the derivation {name}"
        refuse("inputs", rule, found.inputs, "Change the activity or the amplitude.")


def _values(task: PowerLawTask, student: Student) -> dict[Any, float]:
    """Return the symbols that a task and a student decide."""
    known: dict[str, float | None] = {
        "a": task.a,
        "b": task.b,
        "N": task.n_features,
        "K": student.width,
        "lambda_1": float(task.second_moment(1.0)) if task.n_features else None,
    }
    return {NOTATION[name].symbol: value for name, value in known.items() if value is not None}


def _decades(task: Task, student: Student, about: About) -> tuple[Block, ...]:
    """Return the slopes of measured frequencies, which the steps in a and b say nothing of."""
    text = f"{task!r}: frequencies are measured, so steps in $a$ and $b$ become no numbers."
    head = (Heading("In numbers"), Paragraph(text))
    try:
        found = exponent(task, student, about.optimizer)
    except ArgumentError:  # no slopes are known for this case: there is only the curve
        return head
    rows = tuple(
        (f"{each.start:.5g} to {each.end:.5g}", f"{each.slope:.4f}", f"{each.front:.6g}")
        for each in found.decades
    )
    told = (*head, Paragraph(found.explanation))
    return (*told, Table(("time", "slope", "features learned"), rows)) if rows else told


def _curve(about: About, found: Case, times: Array, simulated: bool) -> tuple[Block, ...]:
    """Solve a case; if simulated, at the times of the simulation, which may be whole steps."""
    setting, runs = (found.task, found.student), None
    if simulated:
        runs = simulate(*setting, times, optimizer=about.optimizer, seeds=_SEEDS)
        times = runs.times
    solution, why = _solved(found, times, about)
    law = shared_law(found, solution, runs)
    if solution is None:
        text = f"No curve is solved here: {str(why).rstrip('.')}."
        return (*law, Heading("Solved"), Paragraph(text), *_simulated(runs))
    notices = (f"**{n.code}**: {n.message.rstrip('.')}." for n in _notices(found, solution))
    return (
        *law,
        Heading("Solved" + (" and simulated" if simulated else "")),
        Paragraph(f"By the solver's method `{solution.method}`."),
        *map(Paragraph, notices),
        _table(solution, runs),
        _figure(solution, runs),
    )


def _solved(
    found: Case, times: Array, about: About
) -> tuple[Solution | None, ArgumentError | None]:
    """Return the curve; where its closure is not offered and a slope is measured, why not."""
    try:
        return solve(found.task, found.student, times, optimizer=about.optimizer), None
    except ArgumentError as error:
        if found.kind != "tied":
            raise
        return None, error


def _simulated(runs: Ensemble | None) -> tuple[Block, ...]:
    """Return the table and figure of a simulation alone."""
    if runs is None:
        return ()
    rows = _rows(len(runs.times))
    columns = (runs.times, runs.mean, runs.standard_error)
    cells = tuple(tuple(f"{column[row]:.5g}" for column in columns) for row in rows)
    series = (Series("simulated", runs.times, runs.mean, runs.standard_error, "points"),)
    panel = Panel("Loss curve", "time t", "population loss L", series)
    return (
        Table(("time", "simulated", "standard error"), cells),
        Figure(svg(panel), "Loss against time, at these parameters.", panel),
    )


def _rows(n_times: int) -> Array:
    """Return which times a table has."""
    return np.unique(np.linspace(0, n_times - 1, _ROWS).astype(int))


def _notices(found: Case, solution: Solution) -> tuple[Notice, ...]:
    """Return what a reader of the exponent and of the curve must know."""
    try:
        predicted = exponent(found.task, found.student, found.optimizer).warnings
    except ArgumentError:  # no exponent is known for this case: there is only the curve
        predicted = ()
    return tuple(dict.fromkeys((*predicted, *solution.warnings)))


def _table(solution: Solution, runs: Ensemble | None) -> Table:
    head, columns = ["time", "loss"], [solution.times, solution.loss]
    if solution.local_slope is not None:
        head, columns = [*head, "local slope"], [*columns, solution.local_slope]
    if runs is not None:
        head += ["simulated", "standard error"]
        columns += [runs.mean, runs.standard_error]
    cells = tuple(
        tuple(f"{column[row]:.5g}".replace("nan", "unknown") for column in columns)
        for row in _rows(len(solution.times))
    )
    return Table(tuple(head), cells)


def _figure(solution: Solution, runs: Ensemble | None) -> Figure:
    series = [Series("solved", solution.times, solution.loss)]
    if runs is not None:
        series += [Series("simulated", runs.times, runs.mean, runs.standard_error, "points")]
    panel = Panel("Loss curve", "time t", "population loss L", tuple(series))
    return Figure(svg(panel), "Loss against time, at these parameters.", panel)
