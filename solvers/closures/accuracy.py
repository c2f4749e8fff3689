"""How far a closure was measured to be from direct flows, and where that was measured.

The numbers stand beside each closure, in a file of its name, with their provenance: version,
command, root of the random streams, seeds and date.
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from importlib import resources
from statistics import median
from typing import Any

import numpy as np

from superlaw.arguments import one_of
from superlaw.notices import Notice
from superlaw.setting.task import PowerLawTask, Task
from superlaw.solvers.solution import Solution

SMALL = 0.03
"""Deviations up to this are not worth a warning."""
RISEN = 1e-3
"""Part of its lowest value by which the loss of a closure may rise: what its steps leave open."""
CLOSURES = ("row_replica", "tied")
"""Those with measured deviations."""
LEAST_B, MOST_SHARE = 0.25, 0.125
"""Tied columns are offered from this b on and up to this N/K², where their error was small."""
_CLOSURE = "row_replica"
_VARIED = ("N", "N/K", "a", "b")


@cache
def measured(closure: str) -> dict[str, Any]:
    """Return the region that was compared, the deviations found in it, and their provenance."""
    file = f"{one_of('closure', closure, CLOSURES)}.json"
    text = resources.files("superlaw.solvers.closures").joinpath(file).read_text("utf-8")
    numbers: dict[str, Any] = json.loads(text)
    return numbers


def sentence(closure: str) -> str:
    """Return, in words, how far the loss of a closure is from that of direct flows."""
    if closure == "tied":
        return _sentence_of_tied()
    numbers = measured(closure)
    ratios = [abs(ratio - 1.0) for row in numbers["rows"] for ratio in row["ratio"]]
    worst = max(row["worst"][-1] for row in numbers["rows"])
    spans = {name: "{:g} to {:g}".format(*numbers["region"][name]) for name in _VARIED}
    where = ", ".join(f"${name}$ = {span}" for name, span in spans.items())
    source = numbers["provenance"]
    return (
        f"Its loss was off from the mean of direct flows by {median(ratios):.1%} in the median "
        f"and, beyond two standard errors of their seeds, by {worst:.0%} at most: "
        f"{len(numbers['rows'])} tasks and widths with {where}, each at up to five times and over "
        f"{source['seeds']} seeds (superlaw {source['version']}, {source['date']})."
    )


def _sentence_of_tied() -> str:
    """Return the same of tied columns: where they are offered, and where they are not."""
    numbers = measured("tied")
    spans = {name: "{:g} to {:g}".format(*numbers["region"][name]) for name in _VARIED}
    near: list[dict[str, Any]] = []
    far: list[dict[str, Any]] = []
    for row in numbers["rows"]:
        is_offered = row["b"] >= LEAST_B and row["n_features"] <= MOST_SHARE * row["width"] ** 2
        (near if is_offered else far).append(row)
    early, source = max(max(row["worst"]) for row in near), numbers["provenance"]
    return (
        f"Over $12 \\le t \\le 1000$ its loss was off from the log-mean of direct flows by "
        f"{_most(near)}, where it is offered ($b \\ge {LEAST_B:g}$ and "
        f"$N/K^2 \\le {MOST_SHARE:g}$; {len(near)} tasks, $N$ and $K$), and at any time by "
        f"{early:.0%} at most; elsewhere by {_most(far)} ({len(far)} of them): "
        + ", ".join(f"${name}$ = {span}" for name, span in spans.items())
        + f", {source['seeds']} seeds (superlaw {source['version']}, {source['date']})."
    )


def _most(rows: list[dict[str, Any]]) -> str:
    """Return the largest deviation of tied columns over the window, in loss and in slope."""
    loss = max(row["window_rms"] for row in rows)
    slope = max(abs(row["exponent"] - row["exponent_of_flows"]) for row in rows)
    return f"up to {loss:.1%} in the root mean square, its slope by up to {slope:.3f}"


def notices(task: Task, width: int, trains_bias: bool, last: float) -> tuple[Notice, ...]:
    """Return what a reader of the closure's curve up to a last time must know."""
    if not isinstance(task, PowerLawTask):
        text = "direct flows were compared for power laws only; simulate to be sure"
        return (Notice("W-UNVALIDATED", text),)
    outside = _outside(task, width, trains_bias, last)
    if outside:
        text = f"no direct flow was compared where {', '.join(outside)}; simulate to be sure"
        return (Notice("W-UNVALIDATED", text),)
    deviation = _deviation(task, width, last)
    if deviation <= SMALL:
        return ()
    text = (
        f"direct flows at the nearest parameters lie up to {100 * deviation:.0f} % away by "
        f"t = {last:.3g} (beyond their seed errors)"
    )
    return (Notice("W-CLOSURE", text),)


def notices_of_tied(task: PowerLawTask, width: int, last: float) -> tuple[Notice, ...]:
    """Return what a reader of the tied closure's curve up to a last time must know.

    Its error is ordered by N/K²: rows within a factor of two of it count.
    """
    n, numbers = float(task.n_features or 0), measured("tied")
    share = n / width**2
    here = {"a": task.a, "b": task.b, "N": n, "N/K²": share, "t": last}
    spans = numbers["region"] | {"t": (0.0, numbers["region"]["last"][-1][1])}
    outside = [f"{name} = {x:.6g}" for name, x in here.items() if not _within(x, spans[name])]
    if outside:
        text = f"no direct flow was compared where {', '.join(outside)}; simulate to be sure"
        return (Notice("W-UNVALIDATED", text),)
    deviation = max(
        float(row["worst"][_decade(row["until"], last)])
        for row in numbers["rows"]
        if row["b"] > 0.0 and _within(row["n_features"] / row["width"] ** 2, (share / 2, share * 2))
    )
    if deviation <= SMALL:
        return ()
    text = (
        f"direct flows at N/K² within a factor of two of {share:.3g} lie up to "
        f"{100 * deviation:.0f} % away by t = {last:.3g}"
    )
    return (Notice("W-CLOSURE", text),)


def falling(solution: Solution) -> Solution:
    """Return a closure's curve with what it says of itself: no gradient flow's loss can rise.

    A true loss that falls and one that rises by a part r are somewhere r/(2 + r) apart.
    """
    if not solution.success or not solution.loss.size:
        return solution
    excess = solution.loss / np.minimum.accumulate(solution.loss) - 1.0
    highest = int(np.argmax(excess))
    rise = float(excess[highest])
    if not rise > RISEN:
        return solution
    since, least = solution.times[np.argmin(solution.loss[:highest])], rise / (2.0 + rise)
    text = (
        f"the loss of the closure rises by {rise:.1%} from t = {since:.3g} on, as that of no "
        f"gradient flow does: it is at least {least:.1%} off"
    )
    if least <= SMALL:
        notice = Notice("W-CLOSURE", text)
        return replace(solution, warnings=(*solution.warnings, notice))
    advice = "ask for earlier times, or simulate"
    return replace(solution, status="invariant", message=f"{text}; {advice}")


def _deviation(task: PowerLawTask, width: int, last: float) -> float:
    """Return the largest deviation found at the parameters on either side, up to a time."""
    rows: list[dict[str, Any]] = measured(_CLOSURE)["rows"]
    here = {"a": task.a, "b": task.b, "share": (task.n_features or 0) / width}
    for name, value in here.items():
        known = sorted({row[name] for row in rows})
        below = max((x for x in known if x <= value * (1 + 1e-9)), default=known[0])
        above = min((x for x in known if x >= value * (1 - 1e-9)), default=known[-1])
        rows = [row for row in rows if row[name] in (below, above)]
    return max(float(row["worst"][_decade(row["until"], last)]) for row in rows)


def _decade(until: list[float], last: float) -> int:
    """Return the first compared time that is not before the last one."""
    return next((k for k, t in enumerate(until) if t >= last), len(until) - 1)


def _outside(task: PowerLawTask, width: int, trains_bias: bool, last: float) -> list[str]:
    """Return in which respects a task lies outside the region, as "a = 3"."""
    n = float(task.n_features or 0)
    region = measured(_CLOSURE)["region"]
    # Larger N were compared up to earlier times: the next larger one counts.
    ends = [end for compared, end in region["last"] if compared >= n] or [last]
    here = {"a": task.a, "b": task.b, "N": n, "N/K": n / width, "t": last}
    spans = region | {"t": (0.0, ends[0])}
    found = [f"{name} = {x:.6g}" for name, x in here.items() if not _within(x, spans[name])]
    return found if trains_bias else [*found, "there is no bias"]


def _within(value: float, span: tuple[float, float]) -> bool:
    low, high = span
    return low * (1.0 - 1e-9) <= value <= high * (1.0 + 1e-9)
