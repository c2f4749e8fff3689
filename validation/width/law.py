"""`sl.width_law`: how low the loss can get at each width, between which bounds, by which law."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from superlaw import storage
from superlaw.arguments import (
    LONGEST_RUN,
    flag,
    lasting,
    not_negative,
    one_of,
    positive,
    refuse,
    whole,
)
from superlaw.curves import Array
from superlaw.figures.panels import Panel
from superlaw.notices import Notice
from superlaw.progress import WorkBar
from superlaw.results import DrawnResult
from superlaw.setting.frequencies import checked, of_task
from superlaw.setting.task import Task
from superlaw.solvers.width.coactive_codes import coactive_random_code
from superlaw.solvers.width.linear_program import lower_bound
from superlaw.solvers.width.random_codes import random_code
from superlaw.validation.width import prediction, training
from superlaw.validation.width.pictures import loss_against_width
from superlaw.validation.width.represented import local_exponent, n_represented, regime

SECONDS = 5.0
"""Of one width, about."""
_WIDTHS = "Give whole numbers in ascending order, e.g. [10, 25, 100]."


@dataclass(frozen=True, eq=False, repr=False)
class WidthLaw(DrawnResult):
    """Loss E‖ŷ − x‖² (without a ½) of ŷ = relu(WᵀW x + b) at each width.

    Parameters
    ----------
    widths : tuple of int
        m.
    lower : tuple of float or None
        Lower bound for equal norms and biases; None where there is none.
    random : tuple of float
        Loss of random directions: the least loss is never above it where one feature is active
        and `ridge` is 0.
    predicted : tuple of float or None
        What training reaches by the closure; None where there is none.
    band : tuple of (float, float) or None
        What the prediction was found to hold within.
    regime : tuple of str
        "weak", "transition" or "strong".
    exponent : tuple of float or None
        Local exponent −d ln L/d ln m of the prediction, else of the random code.
    represented : tuple of float or None
        Fraction of the features with a column of norm above ½; with `train` that of the best start.
    warnings : tuple of Notice
    trained : tuple of float or None
        Least loss of all starts, with `train`; then `exponent` is its.
    standard_error : tuple of float or None
        Of the mean over starts, and of the samples of the loss where it is not exact.
    steps : int or None
        Of each start; with the flow of the longest.
    training : str or None
        Optimizer, starts, and from where; where norm costs, from which the best came.
    """

    widths: tuple[int, ...]
    lower: tuple[float | None, ...]
    random: tuple[float, ...]
    predicted: tuple[float | None, ...]
    band: tuple[tuple[float, float] | None, ...]
    regime: tuple[str, ...]
    exponent: tuple[float | None, ...]
    represented: tuple[float | None, ...]
    warnings: tuple[Notice, ...] = ()
    trained: tuple[float, ...] | None = None
    standard_error: tuple[float, ...] | None = None
    steps: int | None = None
    training: str | None = None

    def __repr__(self) -> str:
        return self._brief(widths=list(self.widths), regime=list(self.regime))

    def __str__(self) -> str:
        heads: tuple[str, ...] = (
            "m",
            "lower",
            "random",
            "predicted",
            "exponent",
            "represented",
            "regime",
        )
        columns = (self.widths, self.lower, self.random, self.predicted)
        more: tuple[Sequence[Any], ...] = (self.exponent, self.represented, self.regime)
        if self.trained is not None:
            heads, more = (*heads, "trained"), (*more, self.trained)
        rows = [heads, *(tuple(map(_shown, row)) for row in zip(*columns, *more, strict=True))]
        lines = ["".join(f"{cell:>12}" for cell in row).rstrip() for row in rows]
        lines.append("L = E‖ŷ − x‖², without a ½")
        if self.training is not None:
            lines.append(f"trained: {self.training}; {self.steps} steps")
        return "\n".join(lines + [str(notice) for notice in self.warnings])

    def picture(self) -> Panel:
        """Return bounds, prediction and its band against width."""
        return loss_against_width(self)

    def columns(self) -> dict[str, Sequence[Any]]:
        """Return the law as columns, one row a width."""
        names = ("lower", "random", "predicted", "exponent", "represented", "regime", "trained")
        known = {name: getattr(self, name) for name in names}
        ends = [band or (None, None) for band in self.band]
        columns: dict[str, Sequence[Any]] = {"width": self.widths}
        columns |= {name: values for name, values in known.items() if values is not None}
        low, high = (tuple(end[k] for end in ends) for k in (0, 1))
        return columns | {"band_low": low, "band_high": high}

    def to_dict(self) -> dict[str, Any]:
        """Return the law as plain data."""
        names = ("widths", "lower", "random", "predicted", "band", "regime", "exponent")
        kept = {name: storage.plain(getattr(self, name)) for name in (*names, "represented")}
        for name in (
            ("trained", "standard_error", "steps", "training") if self.trained is not None else ()
        ):
            kept[name] = storage.plain(getattr(self, name))
        return kept | {"warnings": [notice.to_dict() for notice in self.warnings]}

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the law as .json."""
        storage.write_json(storage.output_file(path, (".json",)), self)


def width_law(
    frequencies: ArrayLike | Task,
    widths: Sequence[int],
    *,
    activity: str | None = None,
    density: float | None = None,
    ridge: float = 0.0,
    train: bool = False,
    starts: int | None = None,
    steps: int | None = None,
    entropy: int | None = None,
    weight_decay: float | None = None,
    batch: int | None = None,
    optimizer: str | None = None,
    resume: str | os.PathLike[str] | None = None,
    progress: bool = False,
) -> WidthLaw:
    """Return how low the loss of ŷ = relu(WᵀW x + b) can get at each width, and what it follows.

    L = E‖ŷ − x‖² without a ½, amplitudes uniform on (0, 2). Bounds are those of the minimum over W
    and b; the prediction is of what training reaches from a random code.

    Parameters
    ----------
    frequencies : array_like, PowerLawTask or MeasuredTask
        p_i, descending, of sum `density`; or a task with targets 1 and uniform amplitudes.
    widths : sequence of int
        m, ascending, from 2 to N − 1.
    activity : {"one", "bernoulli"}, optional
        "one" if left out. Left out with a task, which has its own.
    density : float, optional
        Expected number of active features; 1 if left out.
    ridge : float
        λ of a cost ½λ Σ|w_i|²: below some frequency a feature has no column then.
    train : bool
        Train too, each start from a random code at its best norms and biases, where norm costs
        every other one from Gaussian columns; by Adam unless `optimizer` says otherwise. One
        active feature: exact loss and gradient, a rate that falls from 0.01 to 0. Independent
        features: fresh samples, a rate that rises for a twentieth of the steps and falls to 0.0005.
    starts, steps, entropy : int, optional
        Starts at each width, steps of each, root of all random streams: 4, 2500 (4000 where
        sampled) and 0 if left out. Refused without `train`, as are the next four.
    weight_decay : float, optional
        γ of a decoupled decay, W ← W − lr γ W, between −2 and 2; below 0 norms are pulled to 1. The
        prediction is for 0.
    batch : int, optional
        Samples of a step where features are independent; 1024 if left out.
    optimizer : {"adam", "flow"}, optional
        "adam" if left out. "flow" is plain gradient on loss and ridge, one active feature:
        stabilised steps of dθ/dt = −½ ∂E/∂θ until rest, at most 300 if left out.
    resume : path, optional
        A .npz that keeps finished starts and the one under way; the same call goes on from it.
    progress : bool
        Show a bar on a terminal.

    Returns
    -------
    WidthLaw
        `.lower`, `.random`, `.predicted`, `.band`, `.regime`, `.exponent`, `.represented`.

    Raises
    ------
    ArgumentError
        If an argument is outside its rule.

    Examples
    --------
    >>> import numpy as np
    >>> found = width_law(np.full(200, 1 / 200), [20])
    >>> np.round(found.lower, 4).tolist(), np.round(found.random, 4).tolist()
    ([0.0267], [0.2783])
    >>> np.round(found.predicted, 4).tolist()
    [0.0554]
    """
    p, activity = _source(frequencies, activity, density)
    chosen = _widths(widths, len(p))
    ridge = not_negative("ridge", ridge, "Give λ, e.g. 0.01, or leave it out.")
    remedy = "Give fewer widths."
    lasting("widths", f"{len(chosen)} numbers", SECONDS * len(chosen), remedy, LONGEST_RUN)
    is_one = activity == "one"
    flag("progress", progress)
    names = ("starts", "steps", "entropy", "weight_decay", "batch", "optimizer", "resume")
    values = (starts, steps, entropy, weight_decay, batch, optimizer, resume)
    plan = training.plan_of(train, is_one, ridge, dict(zip(names, values, strict=True)))
    place = None if plan is None else training.checked_place(plan, len(p), chosen, resume)
    rows = []
    with WorkBar(progress, len(chosen)) as bar:
        for m in chosen:
            rows.append(_row(p, m, ridge, is_one))
            bar.move(1.0)
    found = _gathered(p, chosen, ridge, is_one, rows)
    if plan is None:
        return found
    return _with_trained(found, training.trained(p, chosen, plan, place, progress), len(p), plan)


def _with_trained(
    found: WidthLaw, trained: training.Trained, n: int, plan: training.Plan
) -> WidthLaw:
    """Return a law with what was trained: exponent, regime and represented features are its."""
    shown, widths = trained.shown, found.widths
    return replace(
        found,
        trained=tuple(trained.best.tolist()),
        standard_error=tuple(trained.standard_error.tolist()),
        steps=int(trained.steps.max()),
        training=plan.told(widths, trained.best_start),
        exponent=tuple(local_exponent(np.array(widths, dtype=float), trained.best)),
        represented=tuple(k / n for k in shown),
        regime=tuple(regime(k, n, m) for k, m in zip(shown, widths, strict=True)),
        warnings=found.warnings + prediction.notices_of_training(plan.decay),
    )


_Row = tuple[float | None, float, prediction.Prediction | None, int | None]


def _row(p: Array, m: int, ridge: float, is_one: bool) -> _Row:
    """Return lower bound, random code, prediction and represented features at one width."""
    if not is_one:
        return None, coactive_random_code(p, m)[0], None, None
    is_even = bool(p[0] == p[-1])
    bound = lower_bound(len(p), m) if is_even else None
    shown = n_represented(p, m, ridge)
    lower = None if bound is None else bound.value
    return lower, random_code(p, m).value, prediction.trained(p, m, ridge, shown), shown


def _gathered(
    p: Array, widths: tuple[int, ...], ridge: float, is_one: bool, rows: list[_Row]
) -> WidthLaw:
    n = len(p)
    lower, random, found, shown = zip(*rows, strict=True)
    values = [None if each is None else each.value for each in found]
    curve = np.array([r if v is None else v for v, r in zip(values, random, strict=True)])
    # Nothing costs norm where features are independent here: all have a column.
    return WidthLaw(
        widths,
        lower,
        random,
        tuple(values),
        tuple(None if each is None else each.band for each in found),
        tuple(regime(n if k is None else k, n, m) for k, m in zip(shown, widths, strict=True)),
        tuple(local_exponent(np.array(widths, dtype=float), curve)),
        tuple(None if k is None else k / n for k in shown),
        prediction.notices(p, widths, ridge, is_one, lower),
    )


def _source(
    frequencies: ArrayLike | Task, activity: str | None, density: float | None
) -> tuple[Array, str]:
    """Return checked frequencies and the activity."""
    if isinstance(frequencies, Task):
        for name, value in (("activity", activity), ("density", density)):
            if value is not None:
                refuse(name, "left out with a task", value, "A task has its own.")
        p, activity, _ = of_task(frequencies)
        return p, activity
    activity = one_of("activity", "one" if activity is None else activity, ("one", "bernoulli"))
    total = positive("density", 1.0 if density is None else density, "Give active features.")
    if activity == "one" and total != 1.0:
        refuse("density", "1 when exactly one feature is active", total, 'Use "bernoulli".')
    return checked(frequencies, total), activity


def _widths(widths: Sequence[int], n: int) -> tuple[int, ...]:
    """Return the widths as ints, or refuse them."""
    try:
        given = list(widths)
    except TypeError:
        refuse("widths", "a sequence of whole numbers", widths, _WIDTHS)
    if not given:
        refuse("widths", "at least one number", widths, _WIDTHS)
    found = [whole("widths", m, _WIDTHS, minimum=2) for m in given]
    for before, after in pairwise(found):
        if after <= before:
            refuse("widths", "ascending", [before, after], _WIDTHS)
    if found[-1] >= n:
        refuse("widths", f"below the number of features, {n}", found[-1], "The loss is 0 there.")
    return tuple(found)


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
