"""How much sooner a student reaches a loss than K = N does: by theory, at N = ∞, by one code."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from superlaw.curves import Array
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.solve import solve
from superlaw.validation.claims.size import Conditions
from superlaw.validation.claims.trained import flows
from superlaw.validation.fitting.readings import time_to_reach
from superlaw.validation.training.ensemble import Ensemble

Curve = tuple[Array, Array]
"""Times, and the loss there over that of a student that says nothing."""
LEVELS = (0.5, 0.3, 0.1, 0.03, 0.01)
"""Parts of that loss."""
FURTHER, N_TIMES = 100.0, 400
ENDLESS = 10**12
"""N that stands for ∞."""
TENFOLD = 10.0


def curve(runs: Ensemble, task: PowerLawTask) -> Curve:
    """Return the curve of simulated training."""
    return runs.times, runs.mean / flows.first_loss(task)


def by_theory(task: PowerLawTask, times: Array) -> Curve:
    """Return that of K = N by theory, at this N and far enough (S9)."""
    longer = np.geomspace(0.1 * times[0], FURTHER * times[-1], N_TIMES)
    return longer, solve(task, times=longer).loss / flows.first_loss(task)


def time(of: Curve, level: float) -> float:
    """Return when a curve reaches a part of the loss of saying nothing; NaN if it does not."""
    times, share = of
    return time_to_reach(times, -share, -level)


def compared(
    task: PowerLawTask, student: str, runs: Ensemble, wide: dict[str, Ensemble]
) -> dict[str, Any]:
    """Return how many times sooner than each K = N each level is reached; None where it is not.

    Parameters
    ----------
    task : PowerLawTask
    student : str
        What it is called.
    runs : Ensemble
        Its training.
    wide : dict of Ensemble
        K = N by the same code, by the name of its start.
    """
    controls = {
        "K = N, theory": by_theory(task, runs.times),
        "N = ∞, theory": by_theory(replace(task, n_features=ENDLESS), runs.times),
        **{name: curve(each, task) for name, each in wide.items()},
    }
    own = curve(runs, task)
    gains = {
        name: [_number(time(control, level) / time(own, level)) for level in LEVELS]
        for name, control in controls.items()
    }
    return {"a": task.a, "b": task.b, "student": student, "levels": LEVELS, "sooner": gains}


def students(task: PowerLawTask, conditions: Conditions) -> dict[str, Student]:
    """Return further students of a task, where a size has further N/K."""
    extent = conditions.size.trained
    n = extent.n_features
    found = {f"tied, N/K = {share}": Student(n // share, tied=True) for share in extent.shares}
    if extent.shares and _is_extreme(task, conditions):
        kinds = {
            "W fixed": Student(n // flows.SHARE),
            "W and B trained": Student(n // flows.SHARE, embedding="trained"),
            "columns of norm 0.3": Student(n // flows.SHARE, tied=True, init=0.3),
        }
        found |= {f"{name}, N/K = {flows.SHARE}": student for name, student in kinds.items()}
    return found


def wide_tied(task: PowerLawTask, conditions: Conditions) -> dict[str, Student]:
    """Return K = N from the start of the narrow student, for b = 0 and the smallest a."""
    extent = conditions.size.trained
    is_first = task.a == min(extent.frequency_exponents) and task.b == flows.UNLIKE
    if not (extent.shares and is_first):
        return {}
    return {"K = N, tied": Student(extent.n_features, tied=True)}


def verdicts(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the largest gain over K = N by theory of each task, over students and levels."""
    best: dict[tuple[float, float], dict[str, Any]] = {}
    for row in rows:
        for at, level in enumerate(row["levels"]):
            gains = {name: each[at] for name, each in row["sooner"].items()}
            gain, key = gains["K = N, theory"], (row["a"], row["b"])
            if gain is not None and (key not in best or gain > best[key]["gain"]):
                told = {"student": row["student"], "level": level, "against": gains}
                best[key] = {"a": row["a"], "b": row["b"], "gain": gain, **told}
    return list(best.values())


def sentence(verdict: dict[str, Any]) -> str:
    """Return what was found for one task, in words."""
    gain, endless = verdict["gain"], verdict["against"]["N = ∞, theory"]
    same = verdict["against"].get("K = N, tied")
    at = f"{verdict['student']}, at {verdict['level']:g} of the loss of saying nothing"
    if gain < 1.0:
        return f"Never sooner: at best {1.0 / gain:.1f} times as late ({at})."
    reached = "" if gain >= TENFOLD else "; tenfold is not reached"
    beyond = "" if endless is None else f", {endless:.1f} times than at N = ∞"
    start = "" if same is None else f"; over K = N tied, from the same start: {same:.2g} times"
    return f"Up to {gain:.1f} times sooner than K = N{beyond} ({at}){reached}{start}."


def _is_extreme(task: PowerLawTask, conditions: Conditions) -> bool:
    extent = conditions.size.trained
    ends = (extent.frequency_exponents, extent.teacher_exponents)
    return all(
        value in (min(of), max(of)) for value, of in zip((task.a, task.b), ends, strict=True)
    )


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
