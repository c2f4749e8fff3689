"""Population flow of far more features than columns: classes of features that share one column.

Neighbouring features take one column, with a multiplicity n, and the flow is that of the classes:

    dw_i = own_i + Σ_{j≠i} n_j (D_ji + D_ij) w_j     (tied; own_i and D of one feature each)
    dB = Σ_i n_i r_i w_iᵀ,  r_i = own_i + Σ_{j≠i} n_j D_ji w_j     (W fixed).

Two things are lost. Features that share a column do not act on each other: the part
e = Σ n (n − 1)/N² of all pairs. And what a class does to another is done n times along one
direction, where n features would do it along n independent ones, so that columns get out of each
other's way, and rows answer themselves, n times as fast: relative to the sum over all features this
is K e, the larger part, of the order of K/M − K/N [derived to that order only].

So ln L is a function of how many share with each, F[n] = F[1] + Σ g_x (n_x − 1) + …, and g is not
even: about −2K/N² for every feature, and −4K/(Nx) where feature x is about to be learned [measured,
N = 512, K = 16, tied, a = 1.5: blocks of two in one octave of features at a time]. F is a power
series in one small number only if n_x − 1 = ε s_x with one shape s for all ε (`blocks`): then
e ∝ ε, whatever g. Features that are learned by the end have columns of their own; beyond, s is
flat, which makes Σ (n − 1) least for given M. The loss at ε = 0 is that of the parabola in e
through ln L at ε = 1, 2 and 4 (L. F. Richardson, Phil. Trans. R. Soc. A 210 (1911) 307); how far it
is from the line through the first two tells the error (`thinning_error`) [measured]. The series is
one in K over the columns whose gates are open to a feature, no longer in K/M, while the last gates
of the most frequent ones close.
"""

from __future__ import annotations

import copy
import math
from concurrent.futures import Executor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superlaw.setting.case import Case
from superlaw.setting.optimizer import GradientFlow
from superlaw.setting.task import PowerLawTask
from superlaw.validation.training.blocks import Edges, Sharing, representatives, shared_pairs
from superlaw.validation.training.extrapolation import ADDED, CHANGE, extrapolated
from superlaw.validation.training.features import Features
from superlaw.validation.training.students import flow_of

Array = NDArray[Any]
COARSER = (1.0, 2.0, 4.0)
"""ε of the flows."""
LEARNED = 0.5
"""λ_x t of the last feature that has a column of its own: it is about to be learned then."""


def classes(task: PowerLawTask, n_classes: int, last: float) -> list[Edges]:
    """Return where classes end, the finest first.

    Parameters
    ----------
    task : PowerLawTask
    n_classes : int
    last : float
        Time until which features that are learned have columns of their own.
    """
    n, fastest = task.n_features or 0, float(task.second_moment(1.0))
    learned = int(min(n, (fastest * last / LEARNED) ** (1.0 / task.a)))
    sharing = Sharing.of(n, n_classes, learned)
    return [sharing.edges(coarser) for coarser in COARSER]


def columns(task: PowerLawTask, n_classes: int, last: float) -> list[float]:
    """Return how many columns each flow trains."""
    return [len(edges) - 1.0 for edges in classes(task, n_classes, last)]


class ThinnedFlow:
    """A student under population flow on M columns, and on fewer and fewer, extrapolated to N.

    Parameters
    ----------
    studied : Case
        With W fixed or trained, ReLU outputs and one active feature.
    n_classes : int
        M, at most N/2.
    last : float
        Last time.
    generator : numpy.random.Generator
        Draws the M columns; coarser flows start from some of them.
    tracked : ndarray of int
        Features of which more is reported, counted from 1: that of their class.
    dtype : type
    pool : Executor, optional
    """

    def __init__(
        self,
        studied: Case,
        n_classes: int,
        last: float,
        generator: np.random.Generator,
        tracked: NDArray[np.int64],
        dtype: Any,
        pool: Executor | None = None,
    ) -> None:
        assert isinstance(studied.optimizer, GradientFlow)  # by the row's dynamics
        assert isinstance(studied.task, PowerLawTask)  # `simulate` refuses others
        edges = classes(studied.task, n_classes, last)
        self.shared = [shared_pairs(each) for each in edges]
        self.generator = generator
        self.flows = [
            flow_of(
                Features.of_blocks(studied.task, each, dtype),
                studied.student,
                studied.optimizer,
                copy.deepcopy(generator),
                tracked,
                pool,
                representatives(edges[0], each),
            )
            for each in edges
        ]

    @property
    def position(self) -> float:
        """Time that all flows have reached."""
        return min(flow.position for flow in self.flows)

    def advance(self, goal: float, budget: int) -> None:
        """Take at most `budget` steps of the flow that is furthest behind."""
        min(self.flows, key=lambda flow: flow.position).advance(goal, budget)

    def measure(self) -> dict[str, Array]:
        """Return the extrapolated loss, in parts as with M columns, and all else of these."""
        found = [flow.measure() for flow in self.flows]
        log_loss = [math.log(max(float(each["loss"]), np.finfo(float).tiny)) for each in found]
        fine, coarse = (extrapolated(log_loss[:k], self.shared[:k]) for k in (3, 2))
        added = {ADDED: np.asarray(fine - log_loss[0]), CHANGE: np.asarray(fine - coarse)}
        factor = math.exp(fine - log_loss[0])
        parts = ("loss", "loss_diagonal", "loss_interference")
        return found[0] | {name: factor * found[0][name] for name in parts} | added

    def arrays(self) -> dict[str, Array]:
        """Return what a resume file must hold."""
        return {
            f"{k}.{name}": array
            for k, flow in enumerate(self.flows)
            for name, array in flow.arrays().items()
        }

    def restore(self, arrays: dict[str, Array]) -> None:
        """Go on from a resume file."""
        for k, flow in enumerate(self.flows):
            own = {name: array for name, array in arrays.items() if name.startswith(f"{k}.")}
            flow.restore({name.split(".", 1)[1]: array for name, array in own.items()})
