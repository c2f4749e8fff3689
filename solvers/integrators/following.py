"""Follow stabilised steps through output times: observed on the way, resumable between steps."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from superlaw import resume
from superlaw.curves import Array
from superlaw.execution.signals import deferred
from superlaw.progress import Progress
from superlaw.solvers.integrators.stabilised import Chebyshev, StepUnderflow

Row = dict[str, float]


def follow(
    stepper: Chebyshev,
    times: Array,
    observe: Callable[[float], Row],
    *,
    key: str = "",
    place: resume.Place | None = None,
    progress: bool = False,
) -> list[Row]:
    """Return what is observed at each time; fewer rows if steps become too small to go on.

    Parameters
    ----------
    stepper : Chebyshev
        At its start; left at the last time that it reached.
    times : ndarray
        Output times, increasing, shape (n,) [time].
    observe : callable
        observe(t) returns numbers by name, the same names each time; t is the stepper's time, or
        before its start.
    key : str
        Fingerprint of what is followed; needed with a place.
    place : Place, optional
        Resume file: the run goes on from there to the same bits.
    progress : bool
        Show a bar on a terminal.
    """
    rows: list[Row] = []

    def arrays() -> resume.Arrays:
        table = np.array([list(row.values()) for row in rows])
        return stepper.arrays() | {"names": np.array(list(rows[0] if rows else ())), "rows": table}

    def restore(found: resume.Arrays) -> None:
        stepper.restore(found)
        names = found["names"].tolist()
        rows.extend(dict(zip(names, row, strict=True)) for row in found["rows"].tolist())

    with (
        Progress(progress, times) as bar,
        resume.kept(place, key, arrays, restore) as save_when_due,
        deferred() as check,
    ):
        for t in times[len(rows) :]:
            try:
                while stepper.t < t:
                    check()
                    stepper.step(float(t))
                    bar.show(stepper.t, stepper.n_steps)
                    save_when_due()
            except StepUnderflow:
                break
            rows.append(observe(float(t)))
    return rows
