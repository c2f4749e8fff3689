"""Which of the known regimes explains a measured curve, never without its rivals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike

from superlaw.arguments import flag, in_reach, positive, refuse
from superlaw.notices import Notice
from superlaw.progress import WorkBar
from superlaw.setting.case import case
from superlaw.setting.optimizer import SGD, GradientFlow, optimizer_by_name
from superlaw.setting.student import Student
from superlaw.setting.task import Task
from superlaw.solvers.solution import Solution
from superlaw.validation.explaining.candidates import (
    CLOSER,
    NAMES,
    NO_WIDTH,
    Asked,
    Maker,
    two_layers,
    variants,
)
from superlaw.validation.explaining.comparison import Compared, compared
from superlaw.validation.explaining.explanation import RATE, Candidate, Explanation
from superlaw.validation.explaining.prediction import NotPredicted, Prediction
from superlaw.validation.fitting.measured import Measured, measured
from superlaw.validation.fitting.noise import ENOUGH_SEEDS, Noise, noise_of
from superlaw.validation.training.ensemble import Ensemble

_FEW = (
    "candidates are means over samples and networks; what fewer than four runs differ from them by "
    "over more than half a decade passes for a deviation: give four seeds or more"
)
_STEPS = (
    "candidates are gradient flows; the noise of SGD with large steps slows rare modes (N2), which "
    "passes for a deviation whatever the number of seeds: give the optimizer, e.g. sl.SGD(lr, "
    "batch) or --batch 1, train with smaller steps, or leave out lr"
)
_OTHERS = (
    "only sequential is the exact mean of SGD; other candidates are gradient flows, and the noise "
    "of SGD with large steps, which slows rare modes (N2), may pass for a deviation of theirs"
)
_ADAM = (
    "no candidate is trained by Adam, whose learning rate times steps is no time of a flow: "
    "rejections may be of that time alone; compare a run of SGD or of a flow, or give (times, "
    "loss), to have the unit of time fitted"
)


def explain(
    curve: Solution | Ensemble | tuple[ArrayLike, ArrayLike],
    task: Task,
    students: Student | Sequence[Student] = (),
    *,
    lr: float | None = None,
    optimizer: SGD | None = None,
    progress: bool = False,
) -> Explanation:
    """Compare a measured loss curve with what each regime predicts for its task.

    Every candidate is predicted without a parameter but the unit of time, which is fitted if `lr`
    is left out (and the start of two layers, if no such student is given). A candidate is rejected
    where a true one would differ as much in one case of a hundred (`RATE`), noise and what its
    prediction leaves open included; one that is not rejected is not proved. That rate is of means:
    single runs of SGD on few features scatter by more, so that more are rejected wrongly (W-SEEDS),
    as are runs in large steps where `lr` is given, for SGD's noise slows rare modes (W-STEPS):
    with an optimizer, which an Ensemble brings along, sequential is the exact mean of SGD (N1).
    No candidate is trained by Adam, whose steps make no time of a flow (W-STEPS says so).

    Parameters
    ----------
    curve : Solution, Ensemble or (times, loss)
        Population or test loss with its ½, as the task defines it, of shape (n_times,) or
        (n_seeds, n_times); times in steps or any other unit.
    task : PowerLawTask or MeasuredTask
        With a finite number of features.
    students : Student or sequence of Student, optional
        Take the place of a candidate's own student; the width of the first narrow one is that of
        all candidates with K < N.
    lr : float, optional
        Gradient-flow time of one unit of the curve's times: the learning rate for steps of SGD,
        lr/(1 − momentum) with momentum. Fitted if left out, for each candidate its own; 1 for
        a Solution or an Ensemble.
    optimizer : SGD, optional
        What trained the curve, whose times are steps then; in place of `lr`.
    progress : bool
        Show a bar on a terminal.

    Returns
    -------
    Explanation
        `.candidates` with verdict, deviation by decade and predicted curve; `.alike`.

    Raises
    ------
    ArgumentError
        If an argument is outside its rule.

    Examples
    --------
    >>> from superlaw.setting.task import PowerLawTask
    >>> from superlaw.solvers.solve import solve
    >>> task = PowerLawTask(a=1.5, b=0.25, n_features=512)
    >>> steps = np.geomspace(10, 1e5, 60)
    >>> loss = solve(task, times=0.02 * steps).loss * (1 + 0.01 * np.sin(37 * steps))
    >>> found = explain((steps, loss), task)
    >>> found.named("sequential").verdict, found.named("superposed").verdict
    ('not rejected', 'no prediction')
    """
    flag("progress", progress)
    case(task)  # refuses what is no task
    if not isinstance(students, Student | Sequence):
        refuse("students", "a Student or a list of them", students, "Leave it out.")
    given = (students,) if isinstance(students, Student) else tuple(students)
    if None in given:
        refuse("student", "a Student", None, "Leave it out.")
    kinds = [case(task, student).kind for student in given]
    if task.n_features is None:
        refuse("n_features", "a finite number to explain", None, "Give N, e.g. n_features=1e6.")
    unit, trained_by = _unit(curve, lr, optimizer), _trained_by(curve, optimizer)
    data = measured(curve)
    if unit is not None:
        in_reach("lr", unit * float(np.exp(data.x[-1])))
    noise = noise_of(data.x, data.y, data.runs)
    last, lowest = float(np.exp(data.x[-1])), float(data.y.min())
    asked = Asked(task, _width(given, task), unit, last, lowest, trained_by)
    found = []
    with WorkBar(progress, len(NAMES)) as bar:
        for name, of in NAMES.items():
            own = [student for student, kind in zip(given, kinds, strict=True) if kind in of]
            found.append(_candidate(name, asked, own, data, noise))
            bar.move(1.0)
    told = _notices(curve, data, unit, trained_by)
    return _explained(tuple(found), data, noise, unit is None, told)


def _unit(curve: object, lr: float | None, optimizer: SGD | None) -> float | None:
    """Return the gradient-flow time of a unit of the curve, if it is known."""
    if isinstance(curve, Solution | Ensemble):
        for name, value in (("lr", lr), ("optimizer", optimizer)):
            if value is not None:
                rule = "left out with a Solution or an Ensemble"
                refuse(name, rule, value, "Their times are known.")
        return 1.0
    if optimizer is not None:
        if not isinstance(optimizer, SGD):
            refuse("optimizer", "an SGD", optimizer, "Leave it out for what is not SGD.")
        if lr is not None:
            refuse("lr", "left out with an optimizer", lr, "It has its own.")
        return optimizer.time_per_step
    return None if lr is None else positive("lr", lr, "Give a learning rate, e.g. 0.05.")


def _trained_by(curve: object, optimizer: SGD | None) -> SGD | None:
    """Return the SGD that has trained the curve, if it is known to be one."""
    if isinstance(curve, Ensemble):
        made = optimizer_by_name(curve.configuration["optimizer"])
        return made if isinstance(made, SGD) else None
    return optimizer


def _width(students: Sequence[Student], task: Task) -> int | None:
    """Return the width of the first student that is narrower than the features."""
    widths = (student.width for student in students)
    return next((k for k in widths if k is not None and k != task.n_features), None)


def _candidate(
    name: str, asked: Asked, own: Sequence[Student], data: Measured, noise: Noise
) -> Candidate:
    """Return the variant of a candidate that is nearest to the curve."""
    reasons: list[str] = []

    def nearest(makers: Iterable[Maker]) -> tuple[Compared, Prediction] | None:
        best = None
        for make in makers:
            try:
                made = make()
            except NotPredicted as error:
                reasons.append(str(error))
                continue
            found = compared(data, noise, made, asked.unit)
            if found is None:
                reasons.append(f"{made.method} is not known as far as the curve goes")
            elif best is None or found.chi < best[0].chi:
                best = found, made
        return best

    best = nearest(variants(name, asked, own))
    if best is None:
        why = "; ".join(reasons) or NO_WIDTH
        return Candidate(name, "no prediction", None, (), None, None, why)
    for closer in CLOSER:
        start = best[1].start
        if start is not None:
            best = nearest(two_layers(asked, start * closer)) or best
    found, made = best
    largest = max((each.deviation for each in found.decades), key=abs)
    verdict = "rejected" if found.probability < RATE else "not rejected"
    facts = largest, found.decades, found.probability, found.unit, made.method
    return Candidate(name, verdict, *facts, found.loss, found.error)


def _explained(
    candidates: tuple[Candidate, ...],
    data: Measured,
    noise: Noise,
    is_fitted: bool,
    told: tuple[Notice, ...],
) -> Explanation:
    """Return all candidates with what may be said of them together."""
    kept = [each for each in candidates if each.verdict == "not rejected"]
    alike = tuple(
        (one.name, other.name, _apart(one, other)) for one, other in combinations(kept, 2)
    )
    open_ = [each.name for each in candidates if each.verdict == "no prediction"]
    if not kept:
        text = "None of the candidates explains the curve."
    elif len(kept) == 1:
        text = f"Only {kept[0].name} is not rejected, which is no proof of it."
    else:
        text = f"The data do not tell apart: {', '.join(each.name for each in kept)}."
    if open_:
        text += f" Not compared: {', '.join(open_)}."
    if not kept:
        text += " The loss is taken as ½ E‖ŷ − Ax‖²: halve a curve that lacks the ½."
    times, loss = np.exp(data.x), np.exp(data.y)
    level = float(np.median(noise.level))
    return Explanation(candidates, alike, times, loss, level, is_fitted, text, told)


def _notices(
    curve: object, data: Measured, unit: float | None, trained_by: SGD | None
) -> tuple[Notice, ...]:
    """Return what in a curve of training may pass for a deviation from its own candidate."""
    if isinstance(curve, Solution):
        return ()
    flow = GradientFlow().to_dict()["name"]
    is_flow = isinstance(curve, Ensemble) and curve.configuration["optimizer"]["name"] == flow
    few = (Notice("W-SEEDS", _FEW),) if len(data.runs) < ENOUGH_SEEDS else ()
    if is_flow or unit is None:
        return few
    if isinstance(curve, Ensemble) and curve.configuration["optimizer"]["name"] == "adam":
        return (*few, Notice("W-STEPS", _ADAM))
    return (*few, Notice("W-STEPS", _STEPS if trained_by is None else _OTHERS))


def _apart(one: Candidate, other: Candidate) -> float:
    """Return how far two predictions are apart at most, relative to the loss."""
    assert one.loss is not None and other.loss is not None  # by their verdicts
    return float(np.expm1(np.max(np.abs(np.log(one.loss / other.loss)))))
