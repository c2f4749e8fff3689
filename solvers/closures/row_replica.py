"""Row-replica closure of the ReLU student: from a task to a loss curve (R9 to R26).

A closure, not a theorem: each row sees Gaussian interference, and what its features learn from each
other enters through memories that are exact to second order. Its accuracy is measured against
direct population flows (`superlaw validate meanfield`), and a solution outside the region where
that was done says so.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import ndtri

from superlaw.curves import Array
from superlaw.resume import Place, fingerprint
from superlaw.setting.task import Task
from superlaw.solvers.closures import accuracy
from superlaw.solvers.closures.followed import TINY, loss_slope, solution
from superlaw.solvers.closures.kernels.row_replica import closure_rates
from superlaw.solvers.closures.kernels.row_replica_pairs import Model, State
from superlaw.solvers.integrators.following import follow
from superlaw.solvers.integrators.stabilised import Chebyshev
from superlaw.solvers.solution import Solution
from superlaw.solvers.task_classes import fewest

HEAD, PER_DECADE = 20, 5
"""Single features, and classes a decade of the rest."""
MOST_CLASSES = 160
"""Of measured features. Merging unlike targets moves the loss most: with N = 512 log-normal
frequencies and importances 50 classes are 20 % off where 100 are 1 % off, at a tenth of the loss
[measured]; the time of a rate grows with their square."""
N_REPLICAS, N_NODES = 32, 8
"""Rows that stand for a class, and nodes on the open side of a Gaussian field."""
LARGEST_NODE = 5.5
"""Nodes reach this many standard deviations: late interference lives in the tail."""
FASTEST = 30.0
"""Exchange between the outermost nodes, near and light, is slowed down to this rate while a mark
turns once: they would turn 10⁵ times faster than it."""
N_BULK = 3
"""Numbers that B as a whole has: tr B/K, |B|²/K, and the angle through which it has turned."""
MARK_SEED = 0
"""Of the shuffles of the replicas' marks: the same for every solution."""
REFRESH = 6
"""Steps between measurements of the spectral radius, which falls as gates close."""
START, FIRST_STEP = 1e-3, 1e-3
"""The closure starts from the first two orders in t at this time."""
RTOL = 2e-2
WATCHED = np.geomspace(1.0, 1e9, 37)
"""Times at which the loss of a student without bias is looked at besides."""
_SECOND = 4.0 / 3.0
_SMALLEST_BIAS = 1e-6


@dataclass(frozen=True)
class Sizes:
    """Classes G, single features H among them, replicas R, nodes Q."""

    G: int
    H: int
    R: int
    Q: int

    @property
    def n_state(self) -> int:
        """Numbers in a state."""
        rows = 2 * self.G * self.R + 2 * self.G + N_BULK
        return rows + self.G * self.H * self.R + self.G * (self.G - self.H) * self.Q

    def parts(self, y: Array) -> State:
        """Return the parts of a flat state as views."""
        return State(*(y[start:end].reshape(shape) for start, end, shape in self._layout))

    @cached_property
    def _layout(self) -> list[tuple[int, int, tuple[int, ...]]]:
        """Where each part starts and ends in a flat state, and its shape."""
        G, H, R, Q = self.G, self.H, self.R, self.Q
        shapes = (G, R), (G, R), (G,), (G,), (N_BULK,), (G, H, R), (G, G - H, Q)
        ends = np.cumsum([math.prod(shape) for shape in shapes]).tolist()
        return list(zip([0, *ends[:-1]], ends, shapes, strict=True))


def solve_closure(
    task: Task,
    width: int,
    trains_bias: bool,
    times: Array,
    progress: bool = False,
    place: Place | None = None,
    turns: bool = True,
) -> Solution:
    """Return the loss curve of the ReLU student with random unit columns, one active feature.

    Parameters
    ----------
    task : Task
        Amplitudes uniform on (0, 2), one feature active.
    width : int
        K.
    trains_bias : bool
    times : ndarray
        Output times [time].
    progress : bool
        Show a bar on a terminal.
    place : Place, optional
        Resume file of an interrupted run.
    turns : bool
        Whether the marks of tail columns turn (R26); False to measure what that does.

    Returns
    -------
    Solution
        Loss, local slope, and as observables the two parts of the loss, tr B/K, |B|²/K, how
        far B has turned (R25) and the fraction of dead units.
    """
    return RowReplicas(task, width, trains_bias, turns).solve(times, progress, place)


class RowReplicas:
    """A closure under way: its start, its rates and what its steps are judged by."""

    def __init__(self, task: Task, width: int, trains_bias: bool, turns: bool = True) -> None:
        classes = fewest(task, head=HEAD, per_decade=PER_DECADE, most=MOST_CLASSES)
        nodes, node_weights = gaussian_cells(N_NODES, LARGEST_NODE)
        head = min(HEAD, len(classes))
        self.task, self.width = task, width
        self.sizes = Sizes(len(classes), head, N_REPLICAS, len(nodes))
        marks, bulk_marks = shuffled_marks(self.sizes)
        self.model = Model(
            n=classes.weight,
            p=classes.p,
            target=classes.target,
            width=float(width),
            trains_bias=float(trains_bias),
            marks=marks,
            bulk_marks=bulk_marks,
            nodes=nodes,
            node_weights=node_weights,
            edges=exchange(nodes, node_weights) * turns,
        )
        self.losses = (math.nan, math.nan)

    def solve(self, times: Array, progress: bool, place: Place | None) -> Solution:
        """Integrate to the last time, observing on the way; without bias, also between the times.

        A loss that rises where nobody looks would pass for one that has fallen.
        """
        asked, start = times, self.start(START)
        if not self.model.trains_bias:
            times = np.union1d(times, WATCHED[WATCHED < times[-1]])
        stepper = self.steps(start, START)
        rows = follow(
            stepper,
            times,
            lambda t: self._observe(stepper if t > START else None, t),
            key=fingerprint("row replicas", self.sizes, RTOL, times, *self.model),
            place=place,
            progress=progress,
        )
        sizes = self.sizes
        method = f"closure (row replicas, {sizes.G} feature classes, {sizes.n_state} numbers)"
        found = accuracy.falling(solution(times, rows, stepper, method))
        found = found if times is asked else found.at(np.isin(found.times, asked))
        return accuracy.with_lattice_band(
            found, self.task, self.width, trains_bias=bool(self.model.trains_bias)
        )

    def steps(self, start: Array, t: float, rtol: float = RTOL) -> Chebyshev:
        """Return the steps from a state on, at a tolerance of overlaps and biases."""
        return Chebyshev(
            self.rate,
            self._spectral_radius(),
            lambda estimate, y: self._error(estimate, y) / rtol,
            start,
            t,
            FIRST_STEP,
            REFRESH,
        )

    def states(self, times: Iterable[float]) -> Iterator[State]:
        """Yield the state at each of some times, from `START` on; the next one overwrites it."""
        stepper = self.steps(self.start(START), START)
        for time in times:
            while stepper.t < time:
                stepper.step(float(time))
            yield self.sizes.parts(stepper.y)

    def start(self, t: float) -> Array:
        """Return the state at a time so short that S = t G (λA) G (R20)."""
        model, y = self.model, np.zeros(self.sizes.n_state)
        state = self.sizes.parts(y)
        x = t * _SECOND * model.p * model.target
        mu, square = np.sum(model.n * x) / model.width, np.sum(model.n * x * x) / model.width
        state.s[:] = (x + mu)[:, None]
        state.column[:] = state.row[:] = square + x * x + 2.0 * x * mu
        state.bulk[:] = mu, square, 0.0
        return y

    def rate(self, y: Array, out: Array) -> None:
        """Fill the rates of a state; keep its diagonal and its interference loss in `losses`."""
        self.losses = closure_rates(self.model, self.sizes.parts(y), self.sizes.parts(out))

    def _spectral_radius(self) -> float:
        """Return the largest rate at the start, with half of the gates open."""
        lam, model = _SECOND * self.model.p, self.model
        total = np.sum(model.n * lam) / model.width
        return float(1.1 * (lam[0] * (1.0 + model.n.sum() / model.width) + total + 1.0))

    def _error(self, estimate: Array, y: Array) -> float:
        """Return the relative local error of overlaps and biases."""
        error, state = self.sizes.parts(estimate), self.sizes.parts(y)
        in_s = np.mean(error.s**2) / (np.mean(state.s**2) + TINY)
        in_beta = np.mean(error.beta**2) / (np.mean(state.beta**2) + _SMALLEST_BIAS**2)
        return float(np.sqrt(max(in_s, in_beta)))

    def _observe(self, stepper: Chebyshev | None, t: float) -> dict[str, float]:
        """Return what is reported at a time."""
        y = self.start(max(t, TINY)) if stepper is None else stepper.y
        slope = np.empty_like(y)
        self.rate(y, slope)
        diagonal, interference = self.losses
        state = self.sizes.parts(y)
        dead = (2.0 * state.s + state.beta < 0.0).mean(axis=1)
        loss = diagonal + interference
        return {
            "loss": loss,
            "local_slope": -t * loss_slope(self._loss, y, slope, t) / loss,
            "loss_diagonal": diagonal,
            "loss_interference": interference,
            "trace": float(state.bulk[0]),
            "frobenius": float(state.bulk[1]),
            "turned": float(state.bulk[2]),
            "dead_fraction": float(np.sum(self.model.n * dead) / self.model.n.sum()),
        }

    def _loss(self, y: Array) -> float:
        """Return the loss of a state."""
        self.rate(y, np.empty_like(y))
        return sum(self.losses)


def gaussian_cells(n_nodes: int, largest: float) -> tuple[Array, Array]:
    """Return nodes and weights of a standard Gaussian on ±largest, split where gates switch.

    Gauss-Legendre on either side of 0, more nodes on the side of open gates; the weights add up to
    1 and the nodes have variance 1.
    """
    nodes, weights = [], []
    for sign, count in ((-1.0, n_nodes // 2 + 1), (1.0, n_nodes)):
        x, w = np.polynomial.legendre.leggauss(count)
        side = 0.5 * largest * (x + 1.0)
        nodes.append(sign * side)
        weights.append(w * np.exp(-0.5 * side**2))
        weights[-1] /= 2.0 * weights[-1].sum()
    z, weight = np.concatenate(nodes), np.concatenate(weights)
    order = np.argsort(z)
    z, weight = z[order], weight[order]
    return z / np.sqrt(np.sum(weight * z**2)), weight


def exchange(nodes: Array, weights: Array) -> Array:
    """Return the exchange between neighbouring nodes that makes a Gaussian mark forget (R26).

    An exchange e_q, with e_q/w_q and e_q/w_{q+1} as its rates, is in detailed balance with the
    weights; its sum is such that a linear response fades at the rate 1, as under ∂²_ξ − ξ ∂_ξ.
    """
    centred = nodes - np.sum(weights * nodes)
    linear = -np.cumsum(weights * centred)[:-1] / np.diff(nodes)
    return np.asarray(np.minimum(linear, FASTEST * np.minimum(weights[:-1], weights[1:])))


def shuffled_marks(sizes: Sizes) -> tuple[Array, Array]:
    """Return the marks of head columns and of the bulk: shuffled normal quantiles of variance 1."""
    generator = np.random.default_rng(MARK_SEED)
    quantiles = ndtri((np.arange(sizes.R) + 0.5) / sizes.R)
    quantiles /= quantiles.std()
    shuffled = [generator.permutation(quantiles) for _ in range(sizes.G * (sizes.H + 1))]
    table = np.array(shuffled).reshape(sizes.G, sizes.H + 1, sizes.R)
    return np.ascontiguousarray(table[:, 1:]), np.ascontiguousarray(table[:, 0])
