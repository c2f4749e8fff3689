"""Direct flows for `solve(method="direct")`: losses and observables of seeds, in memory."""

from __future__ import annotations

import numpy as np

from superlaw.curves import Array
from superlaw.setting.case import Case
from superlaw.solvers.direct import LONGEST
from superlaw.validation.training.seeds import DivergenceError
from superlaw.validation.training.simulate import simulate

OBSERVABLES = ("dead_fraction", "trace")
"""Those that are means over features, so that a mean over seeds is one too."""
_HOURS = 10.0 * LONGEST / 3600.0
"""The estimate has been made; that of `simulate` is not to refuse again."""


def flows(
    studied: Case, times: Array, seeds: int | None, *, progress: bool
) -> tuple[Array, dict[str, Array], str]:
    """Return losses and observables, shape (n_seeds, n_times), and why a flow diverged.

    Parameters
    ----------
    studied : Case
        With gradient flow.
    times : ndarray
    seeds : int or None
        None where nothing is drawn.
    progress : bool
        Show a bar on a terminal.
    """
    try:
        found = simulate(
            studied.task,
            studied.student,
            times,
            optimizer=studied.optimizer,
            seeds=seeds,
            hours=_HOURS,
            progress=progress,
        )
    except DivergenceError as error:
        return np.empty((1, 0)), {}, str(error)
    known = {name: found.observables[name] for name in OBSERVABLES if name in found.observables}
    return found.loss, known, ""
