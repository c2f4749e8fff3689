"""How far a closure was measured to be from direct flows, in words and beside its curve."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from superlaw.curves import Array
from superlaw.notices import Notice
from superlaw.setting.task import PowerLawTask, Task
from superlaw.solvers.closures.bands import (
    MISSED,
    Band,
    lattice_band,
    tied_band,
)
from superlaw.solvers.closures.measurements import VARIED, measured, outside, region
from superlaw.solvers.solution import DIRECTLY, Solution

SMALL = 0.05
"""Bands up to this are not worth a warning."""
WIDE = 0.25
"""Bands from this on are told as factors."""
LEAST_OFF = 0.03
"""A rise that proves an error above this ends a run."""
RISEN = 1e-3
"""Part of its lowest value by which the loss of a closure may rise: what its steps leave open."""
LEAST_B, MOST_SHARE = 0.25, 0.125
"""Tied columns are offered from this b on and up to this N/K², where their error was small."""


def sentence(closure: str) -> str:
    """Return, in words, how far the loss of a closure is from that of direct flows."""
    if closure == "tied":
        return _sentence_of_tied()
    numbers = measured(closure)
    rows = [row for row in numbers["rows"] if row["deviation"]]
    off = np.abs(np.concatenate([row["deviation"] for row in rows]))
    spans = {
        name: "{:g} to {:g}".format(*region(closure, trains_bias=True)[name]) for name in VARIED
    }
    where = ", ".join(f"${name}$ = {span}" for name, span in spans.items())
    source = numbers["provenance"]
    return (
        f"Its loss was off from the log-mean of direct flows by {np.median(np.expm1(off)):.1%} in "
        f"the median and by {np.expm1(off.max()):.0%} at most: {len(rows)} tasks and widths with "
        f"{where} (fewer without bias), each at up to {len(numbers['times'])} times until "
        f"{numbers['times'][-1]:g} and over at most {source['seeds']} seeds (superlaw "
        f"{source['version']}, {source['date']}). A curve states a band, in which all but "
        f"{MISSED:.0%} of the log-means of fresh flows are meant to lie."
    )


def _sentence_of_tied() -> str:
    """Return the same of tied columns: where they are offered, and where they are not."""
    numbers = measured("tied")
    spans = {name: "{:g} to {:g}".format(*numbers["region"][name]) for name in VARIED}
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


def with_lattice_band(
    solution: Solution,
    task: Task,
    width: int,
    *,
    trains_bias: bool,
    closure: str = "row_replica",
) -> Solution:
    """Return a curve of a closure that was compared on a lattice with what its reader must know."""
    if not isinstance(task, PowerLawTask):
        text = "direct flows were compared for power laws only; simulate to be sure"
        return replace(solution, warnings=(Notice("W-UNVALIDATED", text), *solution.warnings))
    n = float(task.n_features or 0)
    here = {"a": task.a, "b": task.b, "N": n, "N/K": n / width, "t": _last(solution)}
    beyond = outside(here, region(closure, trains_bias=trains_bias))
    band = lattice_band(task, width, trains_bias, solution.times, closure)
    return _stated(solution, band, beyond, "" if trains_bias else " without bias")


def with_tied_band(solution: Solution, task: PowerLawTask, width: int) -> Solution:
    """Return a curve of the tied closure with what its reader must know."""
    n, numbers = float(task.n_features or 0), measured("tied")
    here = {"a": task.a, "b": task.b, "N": n, "N/K²": n / width**2, "t": _last(solution)}
    spans = numbers["region"] | {"t": (0.0, numbers["region"]["last"][-1][1])}
    return _stated(solution, tied_band(task, width, solution.times), outside(here, spans))


def _last(solution: Solution) -> float:
    return float(solution.times[-1]) if len(solution.times) else 0.0


def _stated(solution: Solution, band: Band, beyond: list[str], kind: str = "") -> Solution:
    """Return a curve with its band, and a notice where that is wide or ends, for a kind."""
    notices: list[Notice] = []
    known = np.isfinite(band.half_width)
    if not known.all():
        if known.any() and not any(name.startswith("t = ") for name in beyond):
            beyond = [*beyond, f"t > {solution.times[known][-1]:.4g}"]
        text = f"no band was measured{kind} where {', '.join(beyond)}; simulate to be sure"
        notices.append(Notice("W-UNVALIDATED", text))
    if known.any() and (widest := float(np.nanmax(band.half_width))) > SMALL:
        at = solution.times[int(np.nanargmax(band.half_width))]
        text = (
            f"the log-mean of direct flows and this curve are within {_apart(widest)} of each "
            f"other (error_band; widest at t = {at:.3g}), and one flow scatters by up to "
            f"{_percent(float(np.nanmax(band.scatter)))} (scatter)"
        )
        notices.append(Notice("W-CLOSURE", text))
    return replace(
        solution,
        error_band=band.half_width if known.any() else None,
        scatter=band.scatter if known.any() else None,
        warnings=(*notices, *solution.warnings),
    )


def _apart(half: float) -> str:
    """Return a band in words: from some width on, per cent up and down are not the same."""
    return _percent(half) if half < WIDE else f"a factor {1.0 + half:.3g}"


def _percent(part: float) -> str:
    return f"{100.0 * part:.2g} %" if part < 0.1 else f"{100.0 * part:.0f} %"


def risen(loss: Array) -> Array:
    """Return by how much a loss lies above its lowest value so far, relative, at each time."""
    return np.asarray(loss / np.minimum.accumulate(loss) - 1.0)


def _least_off(rise: Array) -> Array:
    """Return how far a true loss that falls and one that rises by a part r are apart somewhere."""
    return np.asarray(rise / (2.0 + rise))


def standing(loss: Array) -> int:
    """Return how many first times a run reaches before a rise of its loss ends it."""
    ends = _least_off(risen(loss)) > LEAST_OFF
    return int(np.argmax(ends)) if ends.any() else len(loss)


def falling(solution: Solution) -> Solution:
    """Return a closure's curve with what it says of itself: no gradient flow's loss can rise."""
    if not solution.success or not solution.loss.size:
        return solution
    excess = risen(solution.loss)
    highest = int(np.argmax(excess))
    rise, least = float(excess[highest]), float(_least_off(excess)[highest])
    if not rise > RISEN:
        return solution
    since = solution.times[np.argmin(solution.loss[:highest])]
    text = (
        f"the loss of the closure rises by {rise:.1%} from t = {since:.3g} on, as that of no "
        f"gradient flow does: it is at least {least:.1%} off"
    )
    if least <= LEAST_OFF:
        notice = Notice("W-CLOSURE", text)
        return replace(solution, warnings=(*solution.warnings, notice))
    advice = f"{_standing(solution)}, or run the flow itself by {DIRECTLY}, or simulate"
    return replace(solution, status="invariant", message=f"{text}; {advice}")


def _standing(solution: Solution) -> str:
    """Return up to when a curve whose loss rises too far can be asked for, as advice."""
    stands = standing(solution.loss)
    lowest = solution.times[int(np.argmin(solution.loss[:stands]))]
    until = solution.times[stands - 1]
    text = f"ask for times up to {lowest:.4g}, where it is lowest"
    if until > lowest:
        text += f" (up to {until:.4g} it is given too, with a notice of its rise)"
    return text
