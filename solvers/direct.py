"""Seeds of the student itself as a curve: direct population flows, where they are cheap.

They are trained by a room above this one, which the solvers do not import: it is named here, as an
entry point is, and loaded when it is asked for.
"""

from __future__ import annotations

import math
import os
from dataclasses import replace
from importlib import import_module
from typing import Protocol, cast

import numpy as np

from superlaw.arguments import lasting
from superlaw.curves import Array
from superlaw.notices import Notice
from superlaw.setting.case import Case
from superlaw.setting.optimizer import GradientFlow
from superlaw.solvers.closed_forms import Asked
from superlaw.solvers.solution import STATUS, Solution

TRAINED_BY = "superlaw.validation.training.direct"
"""A module with a `DirectFlows` named `flows`."""
LARGEST = 2048
"""Most features of a student whose flows are run."""
SEEDS = 4
"""Flows, if nothing is said."""
LONGEST = 720.0
"""Seconds; longer flows are for `simulate`, which resumes."""
PAIR_SECONDS = 7.5e-8
"""Of a pair of features in each evaluation, all over a flow, whose pairs are ever fewer."""
DIMENSION_SECONDS = {"float32": 7e-10, "float64": 1.2e-9}
"""The same of each dimension of a pair."""
LINEAR_SECONDS, OVERHEAD = 2.5e-9, 80.0
"""Of a column, dimension and evaluation without ReLU, and what it takes besides K of them."""
FIRST, OPEN = 26.0, 5.0
"""A flow takes √λ_1 (FIRST + √t + √(t N/K)) evaluations, up to a factor that is in the seconds: the
last until gates have closed, at t = OPEN."""
FIXED, BOTH = 0.6, 3.0
"""What it takes with W fixed, and with W and B trained, over a tied student."""
USUAL_RTOL = 1e-3
"""Of which all these are, measured at N = 300 to 4096, N/K = 2 to 512, t = 30 to 10⁴, and where
columns are shared up to N/K = 15 625: most are within a factor of two [measured]."""
CONFIDENCE = 0.95
APART = 0.02
"""Logarithm of time on either side of a time over which a flow's slope is taken."""
SLOPE_ERROR = "local_slope_error"
"""The observable with the standard error over seeds of the local slope."""


class DirectFlows(Protocol):
    """How flows are trained."""

    def __call__(
        self, studied: Case, times: Array, seeds: int | None, *, progress: bool
    ) -> tuple[Array, dict[str, Array], str]:
        """Return losses (seeds, times), observables (seeds, times), and what went wrong, if so."""


def flow_seconds(studied: Case, last: float, precision: str, columns: list[float]) -> float:
    """Seconds of one flow on one processor, roughly.

    Parameters
    ----------
    studied : Case
    last : float
        Last time.
    precision : {"float64", "float32"}
    columns : list of float
        Columns of W that are trained, of each flow if there are several.
    """
    student, n = studied.student, float(studied.task.n_features or 0)
    assert isinstance(studied.optimizer, GradientFlow)  # others take steps
    fastest, width = float(studied.task.second_moment(1.0)), float(student.width or n)
    evaluations = FIRST + math.sqrt(last)
    if student.embedding == "identity":
        work = n * n * PAIR_SECONDS
    elif student.activation == "linear":
        work = sum(columns) * width * (width + OVERHEAD) * LINEAR_SECONDS
    else:
        each = PAIR_SECONDS + width * DIMENSION_SECONDS[precision]
        work = sum(m * m for m in columns) * each
        if not student.tied:
            work *= BOTH if student.embedding == "trained" else FIXED
        evaluations += math.sqrt(min(last, OPEN) * n / width)
    evaluations *= math.sqrt(fastest) * (USUAL_RTOL / studied.optimizer.rtol) ** (1.0 / 3.0)
    return work * evaluations


def estimated_seconds(studied: Case, last: float, seeds: int) -> float:
    """Seconds that some flows take on this machine, roughly."""
    each = flow_seconds(studied, last, "float64", [float(studied.task.n_features or 0)])
    return each * math.ceil(seeds / (os.cpu_count() or 1))


def solve_direct(asked: Asked) -> Solution:
    """Return the log-mean loss of a few seeds of the population flow, with their scatter."""
    studied, last = asked.case, float(asked.times[-1])
    is_drawn = studied.student.embedding != "identity"
    seeds = asked.seeds or (SEEDS if is_drawn else 1)
    seconds = estimated_seconds(studied, last, seeds)
    remedy = "Ask for fewer seeds or earlier times, or run them by sl.simulate, which resumes."
    lasting("seeds", seeds, seconds, remedy, LONGEST)
    flows = cast(DirectFlows, import_module(TRAINED_BY).flows)
    given = seeds if is_drawn or asked.seeds is not None else None
    before, after = asked.times * math.exp(-APART), asked.times * math.exp(APART)
    every = np.unique((before, asked.times, after))
    losses, observables, failure = flows(studied, every, given, progress=asked.progress)
    status, slopes = "not_finite" if failure else "success", None
    if not failure:
        at = np.searchsorted(every, asked.times)
        ahead, behind = (np.log(losses[:, np.searchsorted(every, t)]) for t in (after, before))
        losses, slopes = losses[:, at], (behind - ahead) / (2.0 * APART)
        observables = {name: column[:, at] for name, column in observables.items()}
    found = Solution(
        asked.times[: losses.shape[1]],
        np.exp(np.log(losses).mean(axis=0)),
        status,
        failure or STATUS[status],
        f"direct (log-mean of {seeds} population flow{'s' * (seeds > 1)}; {estimate(seconds)})",
        floor=math.nan,
        local_slope=None if slopes is None else slopes.mean(axis=0),
        observables={name: column.mean(axis=0) for name, column in observables.items()},
    )
    return found if slopes is None else _with_scatter(found, losses, slopes, studied, is_drawn)


def _with_scatter(
    found: Solution, losses: Array, slopes: Array, studied: Case, is_drawn: bool
) -> Solution:
    """Return a log-mean with what its seeds say of it."""
    from scipy.special import stdtrit  # loading it takes longer than a closed form

    assert isinstance(studied.optimizer, GradientFlow)  # by the row's dynamics
    n_seeds, rtol = len(losses), studied.optimizer.rtol
    if n_seeds == 1:
        text = "one flow says nothing of how flows scatter; ask for more: seeds=4 (--seeds 4)"
        return replace(found, warnings=(Notice("W-SEEDS", text),) if is_drawn else ())
    error = np.log(losses).std(axis=0, ddof=1) / math.sqrt(n_seeds)
    of_slope = slopes.std(axis=0, ddof=1) / math.sqrt(n_seeds)
    reach = float(stdtrit(n_seeds - 1, 0.5 * (1.0 + CONFIDENCE)))
    return replace(
        found,
        observables=found.observables | {SLOPE_ERROR: of_slope},
        error_band=np.expm1(reach * error) + rtol,
        scatter=losses.std(axis=0, ddof=1) / losses.mean(axis=0),
    )


def estimate(seconds: float) -> str:
    """Return an estimate of time in words."""
    return f"estimated at {seconds:.2g} s" if seconds > 1.0 else "estimated at under a second"
