"""The loss curve of a task: pick the cheapest method that is right, and say which."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import replace

from numpy.typing import ArrayLike

from superlaw import resume as resume_files
from superlaw.arguments import flag, increasing_times, lasting, one_of, positive, refuse, whole
from superlaw.curves import log_times
from superlaw.setting.case import Case, case
from superlaw.setting.optimizer import SGD, Optimizer
from superlaw.setting.student import Student
from superlaw.setting.table import POWER_LAW, UNIT_COLUMNS, Condition, Row, Table, among
from superlaw.setting.task import PowerLawTask, Task
from superlaw.solvers import closed_forms, direct
from superlaw.solvers.closed_forms import Asked
from superlaw.solvers.closures.accuracy import LEAST_B, MOST_SHARE
from superlaw.solvers.inspection import inspected
from superlaw.solvers.solution import DIRECTLY, Solution

RTOL = 1e-6
"""Tolerance of the integrators if none is given."""
INTEGRATORS = ("rosenbrock", "exponential", "rkc", "tsit5", "dopri5")
RATE_SECONDS = 3e-3
"""Of the rates of the closure; it needs about 4 √(ρt) of them, ρ ≈ λ_1 N/K."""
LARGEST_COUPLED_SGD = 2048
"""Most features for the N × N recursion of SGD on inputs with a mean."""


def solve(
    task: Task,
    student: Student | None = None,
    times: ArrayLike | None = None,
    *,
    optimizer: Optimizer | None = None,
    method: str = "auto",
    features: str = "auto",
    rtol: float | None = None,
    seeds: int | None = None,
    resume: str | os.PathLike[str] | None = None,
    save_every: float | None = None,
    progress: bool = False,
    throw: bool = True,
) -> Solution:
    """Return the predicted loss curve of a task.

    Gradient flow: L(t) = ½ Σ λ_i a_i² exp(−2λ_i t) (S9), logistic modes for two layers (T2), a
    contour integral for inputs with a mean (M6). With an optimizer: the exact mean of SGD at its
    steps (N1, N4), with momentum too (N10 to N14). Superposed students (K < N) under gradient
    flow: deterministic equivalents for linear ones (L5, L11), the row-replica closure for ReLU
    ones (R9-R20) and that of tied columns (U23 to U25), whose errors are measured. If it is asked
    for: the two-time closure (R30 to R40, R47 to R53), which takes a minute, or, where N is small,
    a few seeds of the student itself under population flow (R4 to R6).

    Parameters
    ----------
    task : PowerLawTask or MeasuredTask
        Data and teacher.
    student : Student, optional
        One layer, K = N, if left out.
    times : array_like
        Gradient-flow times (learning rate × steps), increasing; 0.1 … 1e4 if left out [time].
    optimizer : SGD or GradientFlow, optional
        Gradient flow if left out; else times are rounded to whole steps.
    method : str
        One of `METHODS`; "auto" takes a closed form where there is one, else the closure, and never
        "direct"; `Solution.method` says why.
    features : {"auto", "classes", "all"}
        Sum over feature classes or over every feature; "auto" takes classes for large N.
    rtol : float, optional
        Tolerance of the integrators, 1e-6 if left out; refused where nothing would use it.
    seeds : int, optional
        Number of direct flows, 4 if left out; refused with other methods.
    resume : path, optional
        Resume file (.npz) of an integration or a closure: written now and then and on Ctrl-C,
        SIGTERM and SIGHUP; the same call goes on from it, to the same bits.
    save_every : float, optional
        Seconds between two writings, 30 if left out.
    progress : bool
        Show a bar on a terminal during long integrations.
    throw : bool
        Raise on failure; if False, return the partial solution with its status.

    Returns
    -------
    Solution
        Times, loss (with the ½), local slope, error bound, floor, status and method.

    Raises
    ------
    ArgumentError
        If an argument is outside its rule, the case is not in `CURVES`, an option would be ignored,
        or the work would not fit into memory or an hour.
    NumericsError
        If an integration failed; it carries the partial solution.

    Examples
    --------
    >>> from superlaw.setting.task import PowerLawTask
    >>> curve = solve(PowerLawTask(a=1.1, b=0.3, n_features=10**9), times=[1.0, 1e12])
    >>> [f"{loss:.6e}" for loss in curve.loss]
    ['1.242803e-01', '2.079435e-25']
    """
    flag("throw", throw)
    flag("progress", progress)
    studied = case(task, student, optimizer)
    row, name = _row(studied, method)
    if task.n_features is None:
        refuse("n_features", "a finite number to solve", None, "Give N, e.g. n_features=1e6.")
    one_of("features", features, ("auto", "classes", "all"))
    given = {"features": None if features == "auto" else features, "rtol": rtol, "resume": resume}
    row.check_options(studied, given | {"seeds": seeds})
    n_seeds = None if seeds is None else whole("seeds", seeds, "Give a number of flows, e.g. 4.")
    grid = log_times(0.1, 1e4) if times is None else increasing_times(times)
    if isinstance(studied.optimizer, SGD):
        grid = closed_forms.whole_steps(grid, studied.optimizer)
    place = resume_files.place(resume, save_every)
    asked = Asked(studied, grid, name, features, _tolerance(rtol), progress, place, n_seeds)
    found = inspected(row.make(asked), asked.first_loss)
    if method == "auto":
        found = replace(found, method=f"{found.method}{_why(studied, float(grid[-1]))}")
    if throw and not found.success:
        raise found.failure()
    return found


def _row(studied: Case, method: str) -> tuple[Row[Callable[[Asked], Solution]], str]:
    """Return the row of a case and the name of its method, or refuse a method that is not there."""
    one_of("method", method, METHODS)
    if method == "direct":
        return DIRECT.covering(studied)[0], method
    rows = CURVES.covering(studied)
    if method == "auto":
        return rows[0], rows[0].name
    wanted = "integrators" if method in INTEGRATORS else method
    for row in rows:
        if row.name == wanted:
            return row, method
    known = [name for row in rows for name in _methods(row.name)]
    refuse("method", f"one of auto, {', '.join(known)} here", method, f'Use "{known[0]}".')


def _why(studied: Case, last: float) -> str:
    """Return why direct flows were not run, where they could have been."""
    n = studied.task.n_features or 0
    if not any(row.covers(studied) for row in DIRECT.rows):
        return ""
    if n > direct.LARGEST:
        return f"; direct flows are run up to N = {direct.LARGEST} only"
    seconds = direct.estimated_seconds(studied, last, direct.SEEDS)
    many = f"{direct.SEEDS} direct flows are {direct.estimate(seconds)}"
    if seconds > direct.LONGEST:
        return f"; {many}: too long, sl.simulate runs and resumes them"
    return f"; preferred to seeds of the flow, which scatter: {many}, {DIRECTLY} runs them"


def _methods(name: str) -> tuple[str, ...]:
    """Return the methods of a row."""
    return INTEGRATORS if name == "integrators" else (name,)


def _tolerance(rtol: float | None) -> float:
    """Return the tolerance of an integrator."""
    if rtol is None:
        return RTOL
    tolerance = positive("rtol", rtol, "Give a relative tolerance, e.g. 1e-6.")
    if tolerance >= 1.0:
        refuse("rtol", "below 1", rtol, "Give a relative tolerance, e.g. 1e-6.")
    return tolerance


def _integrated(asked: Asked) -> Solution:
    """Integrate the modes as a mean-field problem."""
    from superlaw.solvers.integrators.integrate import integrate
    from superlaw.solvers.models.families import sequential, two_layer

    on = asked.classes()
    lam, target, weight = on.lam, on.target, on.weight
    if asked.case.kind == "two_layer":
        begun = closed_forms.start(asked.case.student, target)
        problem = two_layer.problem(lam, target, weight, begun)
    else:
        problem = sequential.problem(lam, target, weight)
    return integrate(
        problem,
        asked.times,
        method=asked.method,
        rtol=asked.rtol,
        resume=None if asked.place is None else asked.place.path,
        save_every=None if asked.place is None else asked.place.save_every,
        progress=asked.progress,
        throw=False,
    )


def _closure(asked: Asked) -> Solution:
    """Integrate the row-replica closure of a ReLU student (R9 to R20)."""
    from superlaw.solvers.closures.row_replica import solve_closure

    task, student = asked.case.task, asked.case.student
    width, last = int(student.width or 0), float(asked.times[-1])
    n_rates = 4.0 * (asked.n_features / width * float(task.second_moment(1.0)) * last) ** 0.5
    remedy = "Use a larger width, a smaller N, or ask for earlier times."
    lasting("width", width, RATE_SECONDS * n_rates, remedy)
    curve = asked.times, asked.progress, asked.place
    return solve_closure(task, width, bool(student.bias), *curve)


def _two_time(asked: Asked) -> Solution:
    """Solve the two-time closure of a ReLU student (R30 to R40, R47 to R53)."""
    from superlaw.solvers.closures.two_time.closure import solve_two_time

    task, width = asked.case.task, int(asked.case.student.width or 0)
    return solve_two_time(task, width, asked.times, asked.progress)


def _tied_closure(asked: Asked) -> Solution:
    """Integrate the closure of a tied student (U23 to U25)."""
    from superlaw.solvers.closures.tied import solve_tied

    curve = asked.times, asked.progress, asked.place
    return solve_tied(asked.case.power_law, int(asked.case.student.width or 0), *curve)


def _b(case: Case) -> float:
    """Return the exponent of the targets; measured ones have none, and no condition on it."""
    return case.task.b if isinstance(case.task, PowerLawTask) else math.inf


_FLOW, _SGD = ("flow",), ("sgd", "momentum")
_SUM = ("features",)
_LONG = ("features", "rtol", "resume")
_NOISE_FREE = Condition("batch", "None", lambda case: not case.is_sampled)
_SAMPLED = Condition("batch", "a number of samples", lambda case: case.is_sampled)
_SMALL = Condition(
    "n_features",
    f"at most {LARGEST_COUPLED_SGD}",
    lambda case: (case.task.n_features or 0) <= LARGEST_COUPLED_SGD,
)
_CLOSED = (
    among("embedding", "random"),
    among("amplitude", "uniform"),
    Condition("b", "at least 0", lambda case: _b(case) >= 0.0),
)
_MILD = (
    POWER_LAW,
    among("activation", "relu"),
    among("bias", True),
    among("amplitude", "uniform"),
    UNIT_COLUMNS,
    Condition("b", "at least 1/4", lambda case: _b(case) >= LEAST_B),
    Condition(
        "width",
        "at least √(8 N), where the closure was found to hold",
        lambda case: (case.task.n_features or 0) <= MOST_SHARE * (case.student.width or 0) ** 2,
    ),
)
_CHEAP = Condition(
    "n_features",
    f"at most {direct.LARGEST}",
    lambda case: (case.task.n_features or 0) <= direct.LARGEST,
)
DIRECT: Table[Callable[[Asked], Solution]] = Table(
    "solve",
    f"It is for students that have a W or a ReLU; leave out {DIRECTLY} for others.",
    (
        Row(
            "direct",
            direct.solve_direct,
            ("bottleneck", "superposed", "square", "trained", "tied", "untied"),
            ("one",),
            _FLOW,
            ("seeds", "GradientFlow.rtol"),
            (_CHEAP, among("amplitude", "uniform", "constant", "half-normal")),
        ),
    ),
)
"""What is solved by running it: only if it is asked for, as it is dearer and scatters."""
CURVES: Table[Callable[[Asked], Solution]] = Table(
    "solve",
    "Leave the optimizer out for gradient flow, train it by sl.simulate, or up to N = "
    f"{direct.LARGEST} run its flow: {DIRECTLY}.",
    (
        Row("exact", closed_forms.modes, ("plain",), ("one", "centred"), _FLOW, _SUM),
        Row("exact", closed_forms.modes, ("two_layer",), ("one",), _FLOW, _SUM),
        Row("contour", closed_forms.contour, ("plain",), ("mean",), _FLOW, _SUM),
        Row("exact", closed_forms.mean_of_sgd, ("plain",), ("one",), _SGD, _SUM),
        Row(
            "exact",
            closed_forms.mean_of_sgd,
            ("plain",),
            ("centred",),
            _SGD,
            _SUM,
            conditions=(_NOISE_FREE,),
        ),
        Row(
            "moments",
            closed_forms.moments,
            ("plain",),
            ("centred",),
            _SGD,
            _SUM,
            conditions=(_SAMPLED,),
        ),
        Row(
            "moments",
            closed_forms.coupled_moments,
            ("plain",),
            ("mean",),
            ("sgd",),
            conditions=(_SMALL,),
        ),
        Row("integrators", _integrated, ("plain",), ("one", "centred"), _FLOW, _LONG),
        Row("integrators", _integrated, ("two_layer",), ("one",), _FLOW, _LONG),
        Row(
            "bottleneck",
            closed_forms.resolvents,
            ("bottleneck",),
            ("one",),
            _FLOW,
            conditions=(among("bias", False),),
        ),
        Row("closure", _closure, ("superposed",), ("one",), _FLOW, ("resume",), _CLOSED),
        Row(
            "two-time",
            _two_time,
            ("superposed",),
            ("one",),
            _FLOW,
            conditions=(*_CLOSED, among("bias", True)),
        ),
        Row("closure", _tied_closure, ("tied",), ("one",), _FLOW, ("resume",), _MILD),
    ),
)
"""Which method covers which case; the first row that covers it is what "auto" takes."""
METHODS = (
    "auto",
    *dict.fromkeys(name for row in CURVES.rows for name in _methods(row.name)),
    *(row.name for row in DIRECT.rows),
)
