"""Worked examples: a derivation at a reader's own parameters, solved and, if asked, simulated."""

from __future__ import annotations

from typing import Any

import numpy as np

from superlaw.curves import Array
from superlaw.setting.optimizer import SGD
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.solve import solve
from superlaw.theory.derivation import Derivation
from superlaw.theory.documents.document import Block, Figure, Heading, Paragraph, Table
from superlaw.theory.documents.in_numbers import numbers
from superlaw.theory.symbols import NOTATION
from superlaw.validation.claims.claim import Panel, Series
from superlaw.validation.figures.drawing import svg
from superlaw.validation.training.simulate import simulate

TASKS: dict[str, dict[str, Any]] = {"coactive": {"activity": "bernoulli"}}
STUDENTS: dict[str, dict[str, Any]] = {
    "two_layer": {"depth": 2},
    "bottleneck": {"activation": "linear"},
}
OPTIMIZERS = {"sgd": SGD(lr=0.05, batch=1)}
SUPERPOSED = ("bottleneck", "superposed", "cross_talk", "threshold", "column")
"""What a derivation is about; derivations of a bottleneck need a width to be solved."""
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
        Arguments of `PowerLawTask` and `Student`; what the derivation is about comes on top.
    times : ndarray, shape (n_times,)
        Output times.
    simulated : bool
        Whether to simulate training too.

    Returns
    -------
    tuple of Block
        For `superlaw.theory.derivation.Derivation.document`.

    Raises
    ------
    ArgumentError
        If an argument is outside its rule.
    """
    problem = PowerLawTask(**(TASKS.get(derivation.name, {}) | task))
    learner = Student(**(STUDENTS.get(derivation.name, {}) | student))
    blocks = numbers(derivation, _values(problem, learner))
    if problem.n_features is None or (derivation.name in SUPERPOSED and learner.width is None):
        return blocks
    return (*blocks, *_curve(derivation, problem, learner, times, simulated))


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


def _curve(
    derivation: Derivation, task: PowerLawTask, student: Student, times: Array, simulated: bool
) -> tuple[Block, ...]:
    optimizer = OPTIMIZERS.get(derivation.name)
    runs = None
    if simulated:
        runs = simulate(task, student, times, optimizer=optimizer, seeds=_SEEDS)
        times = runs.times
    solution = solve(task, student, times, optimizer=optimizer)
    head = ["time", "loss", "local slope"]
    columns: list[Any] = [times, solution.loss, solution.local_slope]
    series = [Series("solved", times, solution.loss)]
    if runs is not None:
        head += ["simulated", "standard error"]
        columns += [runs.mean, runs.standard_error]
        series += [Series("simulated", times, runs.mean, runs.standard_error, "points")]
    rows = np.unique(np.linspace(0, len(times) - 1, _ROWS).astype(int))
    table = tuple(tuple(f"{column[row]:.5g}" for column in columns) for row in rows)
    panel = Panel("Loss curve", "time t", "population loss L", tuple(series))
    return (
        Heading("Solved" + (" and simulated" if simulated else "")),
        Paragraph(f"By the solver's method `{solution.method}`."),
        Table(tuple(head), table),
        Figure(svg(panel), "Loss against time, at these parameters."),
    )
