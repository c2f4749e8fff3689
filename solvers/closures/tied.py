"""Closure of the tied student: columns that are pushed and shortened but do not turn (U23 to U25).

A closure, not a theorem: gains, thresholds and the law of the overlaps of every pair of feature
classes, at a cost that does not depend on N or K. No constant is fitted. Its accuracy is measured
against direct population flows and is ordered by N/K²; a solution says what was found there.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import beta as beta_function
from scipy.special import betainc

from superlaw.curves import Array
from superlaw.resume import Place, fingerprint
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.closures import accuracy
from superlaw.solvers.closures.followed import loss_slope, solution
from superlaw.solvers.closures.kernels.tied import Model, State, closure_rates
from superlaw.solvers.feature_classes import coarse_classes
from superlaw.solvers.integrators.following import follow
from superlaw.solvers.integrators.stabilised import Chebyshev
from superlaw.solvers.solution import Solution

HEAD, PER_DECADE, N_NODES = 8, 8, 48
"""Single features, classes a decade of the rest, nodes of a cosine: four times as many move the
loss by less than 0.5 %."""
LARGEST_NODE = 5.5
"""Nodes reach this many standard deviations, at most 1: late interference lives in the tail."""
RTOL, ATOL = 1e-3, 1e-5
FIRST_STEP, REFRESH = 1e-3, 6
_SECOND = 4.0 / 3.0


def solve_tied(
    task: PowerLawTask,
    width: int,
    times: Array,
    progress: bool = False,
    place: Place | None = None,
) -> Solution:
    """Return the loss curve of a tied ReLU student from random unit columns and no thresholds.

    Parameters
    ----------
    task : PowerLawTask
        Amplitudes uniform on (0, 2), one feature active.
    width : int
        K, at least 3.
    times : ndarray
        Output times [time].
    progress : bool
        Show a bar on a terminal.
    place : Place, optional
        Resume file of an interrupted run.

    Returns
    -------
    Solution
        Loss, local slope, and as observables the two parts of the loss, the mean gain and the mean
        threshold of a feature.
    """
    return _Closure(task, width).solve(times, progress, place)


class _Closure:
    """A closure under way."""

    def __init__(self, task: PowerLawTask, width: int) -> None:
        n = int(task.n_features or 0)
        classes = coarse_classes(n, head=HEAD, per_decade=PER_DECADE)
        nodes, node_weights = cosine_cells(width, N_NODES)
        self.task, self.width = task, width
        self.model = Model(
            n=classes.weight,
            p=np.asarray(task.probability(classes.index)),
            target=np.asarray(task.target(classes.index)),
            nodes=nodes,
            node_weights=node_weights,
        )
        self.losses = (math.nan, math.nan)

    def solve(self, times: Array, progress: bool, place: Place | None) -> Solution:
        """Integrate to the last time, observing on the way."""
        start = np.zeros(2 * self.model.n.size + self.model.n.size**2 * self.model.nodes.size)
        start[: self.model.n.size] = 1.0
        stepper = Chebyshev(
            self._rate, self._spectral_radius(), _error, start, 0.0, FIRST_STEP, REFRESH
        )
        rows = follow(
            stepper,
            times,
            lambda _: self._observe(stepper),
            key=fingerprint("tied columns", self.width, RTOL, times, *self.model),
            place=place,
            progress=progress,
        )
        method = f"closure (tied columns, {self.model.n.size} feature classes)"
        found = accuracy.falling(solution(times, rows, stepper, method))
        return accuracy.with_tied_band(found, self.task, self.width)

    def _parts(self, y: Array) -> State:
        """Return the parts of a flat state as views."""
        G, Q = self.model.n.size, self.model.nodes.size
        return State(y[:G], y[G : 2 * G], y[2 * G :].reshape(G, G, Q))

    def _rate(self, y: Array, out: Array) -> None:
        self.losses = closure_rates(self.model, self._parts(y), self._parts(out))

    def _spectral_radius(self) -> float:
        """Return a bound on the rates at the start: own drive, repulsion (U9) and thresholds."""
        p = float(self.model.p[0])
        total = float(self.model.n.sum())
        return 1.1 * (4.0 * _SECOND * p + 2.0 * _SECOND * (total * p + 1.0) / self.width + 1.0)

    def _observe(self, stepper: Chebyshev) -> dict[str, float]:
        """Return what is reported at the time reached."""
        t, y, n = stepper.t, stepper.y, self.model.n
        state, slope = self._parts(y), np.empty_like(y)
        self._rate(y, slope)
        diagonal, interference = self.losses
        loss = diagonal + interference
        return {
            "loss": loss,
            "local_slope": -t * loss_slope(self._loss, y, slope, t) / loss,
            "loss_diagonal": diagonal,
            "loss_interference": interference,
            "mean_gain": float(np.sum(n * state.norm**2) / n.sum()),
            "mean_threshold": float(np.sum(n * state.threshold) / n.sum()),
        }

    def _loss(self, y: Array) -> float:
        """Return the loss of a state."""
        self._rate(y, np.empty_like(y))
        return sum(self.losses)


def _error(estimate: Array, y: Array) -> float:
    """Return the local error in tolerances: root mean square over the state."""
    return float(np.sqrt(np.mean((estimate / (ATOL + RTOL * np.abs(y))) ** 2)))


def cosine_cells(width: int, n_cells: int) -> tuple[Array, Array]:
    """Return means and masses of the cosine of two random columns in equal cells.

    Its density is proportional to (1 − x²)^((K − 3)/2); cells that hold less than 1e-12 are left
    out.

    Examples
    --------
    >>> x, w = cosine_cells(32, 48)
    >>> f"{w.sum():.6f} {32 * (w * x**2).sum():.3f}"
    '1.000000 0.996'
    """
    edges = np.linspace(-1.0, 1.0, n_cells + 1) * min(1.0, LARGEST_NODE / math.sqrt(width))
    edges[0], edges[-1] = -1.0, 1.0
    half = 0.5 * betainc((width - 1) / 2, 0.5, 1.0 - edges**2)
    mass = np.diff(np.where(edges < 0.0, half, 1.0 - half))
    scale = (width - 1) * beta_function(0.5, (width - 1) / 2)
    moment = np.diff(-((1.0 - edges**2) ** ((width - 1) / 2)) / scale)
    kept = mass > 1e-12
    return moment[kept] / mass[kept], mass[kept] / mass[kept].sum()
