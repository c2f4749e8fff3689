"""How marks turn in direct flows, beside what is derived of it (R22 to R29).

`python -m superlaw.validation.reports.two_times --out two_times.json` measures it again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from superlaw import storage
from superlaw.curves import Array
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.closures.row_replica import HEAD, RowReplicas
from superlaw.theory.derivations import find_step
from superlaw.theory.symbols import omega_B, t
from superlaw.validation.reports import composition
from superlaw.validation.reports.composition import Composition
from superlaw.validation.reports.measuring import (
    MOST_STEPS,
    embedded_flow,
    embedding,
    nearest,
    write_measured,
)

CASES = (
    (PowerLawTask(1.5, 0.0, 512), 128),
    (PowerLawTask(1.1, 0.0, 512), 128),
    (PowerLawTask(1.5, 0.25, 512), 128),
    (PowerLawTask(2.0, 0.0, 512), 64),
    (PowerLawTask(1.3, 0.1, 512), 64),
    (PowerLawTask(1.75, 0.5, 512), 128),
    (PowerLawTask(1.2, 0.0, 1024), 128),
)
"""Tasks and K."""
RARE = 100
"""After this many columns all are rare; the first `HEAD` have marks that stay, in the closure."""
TIMES = np.logspace(-1.0, 4.0, 41)
"""Between neighbours B turns by a small angle."""
LAST, SPAN = (1e2, 1e3, 1e4), 1e3
"""Last times, and how much earlier the earliest is to which they are compared."""
EVERY = 4
"""Which of the times are kept: two a decade."""
COMMAND = "python -m superlaw.validation.reports.two_times"


def main(arguments: list[str] | None = None) -> None:
    """Compare both, and write them to a file."""
    write_measured(COMMAND, "How marks turn in direct flows.", measured, arguments)


def measured(entropy: int) -> dict[str, Any]:
    """Return how alike B w is at a last time and at earlier ones, measured and by the closure."""
    return {
        "provenance": storage.provenance(COMMAND, entropy=entropy, seeds=1),
        "head": HEAD,
        "rare": RARE,
        "rows": [row for task, width in CASES for row in _rows(task, width, entropy)],
    }


def correlation(turned: Array) -> Array:
    """Return that of a mark with what it was before B turned by an angle (R24)."""
    step = find_step("R24").rhs
    return np.array([float(step.subs({omega_B: 1, t: each})) for each in turned])


def _rows(task: PowerLawTask, width: int, entropy: int) -> Iterator[dict[str, Any]]:
    """Yield what one flow shows, for each of the last times."""
    B, W = _seen(task, width, entropy)
    fitted = composition.fitted(B, W)
    stated = composition.of(task, B, W, fitted)
    turned, closure = composition.turned(B), _closure(task, width)
    compositions = (fitted, stated, closure)
    for last in (time for time in LAST if time <= TIMES[-1] * 1.001):
        end = nearest(TIMES, last)
        early = np.arange(end % EVERY, end, EVERY)
        early = early[TIMES[early] * SPAN * 1.001 > last]
        seen = {
            "rare columns": _alike(B @ W[:, RARE:], early, end),
            "head columns": _alike(B @ W[:, :HEAD], early, end),
            "B": _alike(B, early, end),
            "angle of the flow": turned[end] - turned[early],
            "angle of the closure": closure.turned[end] - closure.turned[early],
            "composition, fitted": fitted.correlation(early, end),
            "composition, overlaps": stated.correlation(early, end),
            "composition, closure": closure.correlation(early, end),
        }
        yield {
            "task": task.to_dict(),
            "width": width,
            "last": last,
            "excess": round(float(closure.norms[end] / fitted.norms[end]), 4),
            "rest": [round(float(each.rest[end] / each.norms[end]), 4) for each in compositions],
            "times": [float(f"{time:.3g}") for time in TIMES[early]],
            "seen": {name: np.round(each, 4).tolist() for name, each in seen.items()},
        }


def _seen(task: PowerLawTask, width: int, entropy: int) -> tuple[Array, Array]:
    """Return B at each time, and W."""
    flow = embedded_flow(task, width, entropy)
    W = embedding(flow)
    found = []
    for time in TIMES:
        flow.advance(float(time), MOST_STEPS)
        found.append(flow.state()["B"].copy())
    return np.array(found), W


def _closure(task: PowerLawTask, width: int) -> Composition:
    """Return what the closure says of the same, whose rest turns as B does."""
    closure = RowReplicas(task, width, trains_bias=True)
    found = [(each.s.mean(axis=1), *each.bulk[1:]) for each in closure.states(TIMES)]
    s, norms, turned = (np.array(each) for each in zip(*found, strict=True))
    return composition.known(s, closure.model.n, norms, turned, width)


def _alike(matrices: Array, early: npt.NDArray[np.intp], late: int) -> Array:
    """Return the correlation of all entries of a matrix at early times with those at a late one."""
    return composition.cosines(matrices[early], matrices[late][None])


if __name__ == "__main__":
    main()
