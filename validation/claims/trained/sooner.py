"""Whether a trained embedding reaches a loss sooner than K = N does: with b = 0, not b ≥ ½."""

from __future__ import annotations

from typing import Any

import numpy as np

from superlaw.figures.panels import Panel, Series
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.validation.claims.check import Check
from superlaw.validation.claims.claim import Claim, Findings
from superlaw.validation.claims.size import Conditions
from superlaw.validation.claims.trained import flows, speed

LEVEL = 0.1
"""Part of the loss of a student that says nothing."""
LATER, FLAT = 0.5, 1.5
"""From this b on the trained embedding is later; with b = 0 it is sooner up to this a."""
NARROW, SAME = f"tied, N/K = {flows.SHARE}", "K = N, same code"
CONTROL_TOLERANCE = 0.2
"""The gates and the bias of ReLU(B x + β) delay K = N at first by up to 15 %: a student that is
sooner or later by less than this might as well be K = N."""


def run(conditions: Conditions) -> Findings:
    """Compare times to reach a tenth of the loss of a student that says nothing."""
    checks, series, ensembles, rows = [], [], [], []
    students = {task: _students(task, conditions) for task in flows.tasks(conditions)}
    flown = flows.run(
        {(task, x): (task, student) for task, of in students.items() for x, student in of.items()},
        conditions,
    )
    for task, of in students.items():
        narrow = flown[task, NARROW]
        ensembles.append(narrow)
        theory = speed.by_theory(conditions.believed(task), narrow.times)
        name, here = flows.name(task), speed.curve(narrow, task)
        wide = {x: flown[task, x] for x in of if x.startswith("K = N")}
        is_sooner = task.b == flows.UNLIKE and task.a <= FLAT
        if is_sooner or task.b >= LATER:
            bound, factor = ("above", 1.0) if is_sooner else ("below", -1.0)
            limit = (1.0 + CONTROL_TOLERANCE) ** factor
            gain = speed.time(theory, LEVEL) / speed.time(here, LEVEL)
            checks.append(Check(f"{name}, speed-up", limit, gain, bound=bound))
        if SAME in wide:
            own = speed.time(speed.curve(wide[SAME], task), LEVEL)
            label = f"{name}, time of K = N by the same code"
            expected = speed.time(theory, LEVEL)
            checks.append(Check(label, expected, own, tolerance=CONTROL_TOLERANCE))
        further = {x: flown[task, x] for x in of if x not in (NARROW, *wide)}
        ensembles += [*wide.values(), *further.values()]
        every = {NARROW: narrow} | further
        rows += [speed.compared(task, kind, each, wide) for kind, each in every.items()]
        levels = np.geomspace(0.5, max(0.01, 1.1 * here[1][-1]), 12)
        ratio = np.array([speed.time(theory, x) / speed.time(here, x) for x in levels])
        series.append(Series(name, levels, ratio, style="line" if task.b else "dotted"))
    title = "Speed-up of N/K = 16, W trained, over K = N"
    panel = Panel(title, "loss over that of saying nothing", "ratio of times", tuple(series))
    found = speed.verdicts(rows)
    told = [{"a": x["a"], "b": x["b"], "sentence": speed.sentence(x)} for x in found]
    readings = {"gains": rows, "best": found, "told": told}
    return Findings(tuple(checks), (panel,), tuple(ensembles), _remark(found), readings=readings)


def _students(task: PowerLawTask, conditions: Conditions) -> dict[str, Student]:
    """Return the students of a task: in superposition, K = N, and further ones."""
    width = conditions.size.trained.n_features // flows.SHARE
    return {
        NARROW: Student(width, tied=True),
        **({} if task.b < LATER else {SAME: flows.ALONE}),
        **speed.wide_tied(task, conditions),
        **speed.students(task, conditions),
    }


def _remark(verdicts: list[dict[str, Any]]) -> str:
    best = max(verdicts, key=lambda verdict: float(verdict["gain"]))
    most = [each for each in verdicts if each["gain"] >= speed.TENFOLD]
    tenfold = "Tenfold is reached nowhere" if not most else f"Tenfold is reached for {len(most)}"
    same = [x["against"]["K = N, tied"] for x in verdicts if x["against"].get("K = N, tied")]
    start = f" Over K = N tied, from the same start, it is {max(same):.2g}." if same else ""
    return (
        f"{tenfold} of {len(verdicts)} (a, b): the largest ratio of times is {best['gain']:.1f}, "
        f"for a={best['a']:g}, b={best['b']:g} ({best['student']}, at {best['level']:g} of the "
        "loss of saying nothing). With b = 0 the gains S_ii = |w_i|² = 1 are at their targets from "
        f"the start, and only interference is unlearned.{start}"
    )


CLAIM = Claim(
    name="sooner",
    statement=(
        "Tied, N/K = 16 and trained from random unit columns, a student reaches a tenth of the "
        "loss of saying nothing sooner than K = N of the same N where all targets are equal "
        "(b = 0) and frequencies fall slowly (a ≤ 1.5), and later for b ≥ ½. Measured, not "
        "derived."
    ),
    step="U9",
    solver="closed form of K = N",
    run=run,
    check=flows.check,
)
