"""Population gradient flow of ŷ = φ(S x + β), S = LRᵀ, with one feature active: no sampling.

dθ/dt = −∂L/∂θ for the parameters that make the factors (`factors`) and for β, where the pull of
the loss is a closed form for every pair of features (R4 to R6; `interactions`).
"""

from __future__ import annotations

import math
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from superlaw.solvers.integrators.stabilised import Chebyshev
from superlaw.validation.training.features import Features
from superlaw.validation.training.frame import frame_of
from superlaw.validation.training.observables import dead_fraction, learned

Array = NDArray[Any]
Parts = dict[str, Array]
FIRST_STEP = 0.02
REFRESH, WARM_STEPS = 5, 2
"""Steps after which the spectral radius is measured again, and how often F is asked for it."""
ROUNDING = 1.05
"""Slack of an upper bound on the rates of change."""
LOCAL = 12.0
"""A step may err by LOCAL rtol^(3/2): h ∝ rtol^(1/2) then, and what steps of second order add up to
is ∝ rtol; the factor makes it just below rtol (measured: tests, docs/benchmarks.md)."""
SMALL = 1e-12
"""Losses below this part of that of a student that says nothing are not resolved."""


class Factors(Protocol):
    """How trained parameters make L and R, and what pulls them (`factors`, `entries`)."""

    is_tied: bool
    two_sided: bool

    def start(self) -> Parts:
        """Return the trained arrays at their start."""

    def factors(self, parts: Parts) -> tuple[Array, Array]:
        """Return what a response takes as L and R."""

    def geometry(self, parts: Parts) -> tuple[Array, Array]:
        """Return L and R with S = LRᵀ."""

    def moves(self, parts: Parts, step: Parts) -> tuple[Array, Array]:
        """Return δL and δR of a small step."""

    def pull_back(self, parts: Parts, L_pull: Array, R_pull: Array, out: Parts) -> None:
        """Fill the rates of change."""

    def radius(self, parts: Parts) -> float:
        """Upper bound on the rates of change with every gate open, but those of β."""

    def trace(self, parts: Parts) -> float:
        """Trace of the map in K dimensions, over K."""


class Response(Protocol):
    """The population loss and its pull at given factors (`interactions`, `linear_response`)."""

    def pull(
        self, L: Array, R: Array, beta: Array, L_pull: Array, R_pull: Array, beta_pull: Array
    ) -> None:
        """Fill −∂L/∂L, −∂L/∂R and −∂L/∂β; a tied student's is left in R_pull."""

    def losses(self, L: Array, R: Array, beta: Array) -> tuple[float, float]:
        """Return the loss of features on their own output, and on all others."""

    def loss_and_shift(
        self, L: Array, R: Array, beta: Array, moves: tuple[Array, Array, Array]
    ) -> tuple[float, float]:
        """Return the loss, and E‖δŷ‖² to first order in a move of L, R and β."""


class PopulationFlow:
    """A student under population gradient flow.

    Parameters
    ----------
    factors : Factors
    response : Response
    features : Features
    tracked : ndarray of int
        Features of which more is reported, counted from 1.
    rtol : float
        Relative error of the loss. Steps are judged by the error of the outputs relative to the
        residual, both root mean square over the data.
    trains_bias, is_relu : bool
    generator : numpy.random.Generator
        What the start was drawn from.
    """

    def __init__(
        self,
        factors: Factors,
        response: Response,
        features: Features,
        tracked: NDArray[np.int64],
        rtol: float,
        *,
        trains_bias: bool,
        is_relu: bool,
        generator: np.random.Generator,
    ) -> None:
        self.factors, self.response, self.features = factors, response, features
        self.tracked, self.generator, self.tolerance = tracked, generator, LOCAL * rtol**1.5
        self.trains_bias, self.is_relu, self.goal = trains_bias, is_relu, 0.0
        start = factors.start() | {"beta": np.zeros(len(features.p), features.p.dtype)}
        self._shapes = {name: array.shape for name, array in start.items()}
        self._pulls = np.empty((2, *factors.factors(start)[0].shape), features.p.dtype)
        y = np.concatenate([array.ravel() for array in start.values()])
        radius = ROUNDING * (factors.radius(start) + float(trains_bias))
        self.stepper = Chebyshev(
            self._rate, radius, self._error, y, 0.0, FIRST_STEP, REFRESH, WARM_STEPS
        )

    @property
    def position(self) -> float:
        """Time that can be measured: reached, and asked for."""
        return min(self.stepper.t, self.goal)

    def advance(self, goal: float, budget: int) -> None:
        """Take at most `budget` steps until a time is reached or passed."""
        self.goal = goal
        for _ in range(budget):
            if self.stepper.t >= goal:
                return
            self.stepper.step(math.inf)

    def parts(self, y: Array) -> Parts:
        """Return views of a state by name."""
        parts, at = {}, 0
        for name, shape in self._shapes.items():
            size = math.prod(shape)
            parts[name] = y[at : at + size].reshape(shape)
            at += size
        return parts

    def state(self) -> Parts:
        """Return the parameters at the time asked for, in double precision."""
        return self.parts(self.stepper.at(self.position).astype(np.float64))

    def measure(self) -> dict[str, Array]:
        """Return the exact losses and what the student has learned."""
        parts = self.state()
        beta = parts["beta"]
        own, others = self.response.losses(*self.factors.factors(parts), beta)
        L, R = self.factors.geometry(parts)
        modes = np.einsum("jk,jk->j", L, R)
        n, law = self.features.n.astype(np.float64), self.features.law.code
        dead = dead_fraction(law, modes, beta, n) if self.is_relu else 0.0
        numbers = {
            "loss": own + others,
            "loss_diagonal": own,
            "loss_interference": others,
            "dead_fraction": dead,
            "trace": self.factors.trace(parts),
        }
        found = {name: np.asarray(number) for name, number in numbers.items()}
        frame = frame_of(parts["W"], n) if "W" in parts else {}
        return found | learned(L, R, beta, self.tracked, n) | frame

    def arrays(self) -> dict[str, Array]:
        """Return what a resume file must hold; W is drawn again from the seed."""
        return self.stepper.arrays()

    def restore(self, arrays: dict[str, Array]) -> None:
        """Go on from a resume file."""
        self.stepper.restore(arrays)

    def _rate(self, y: Array, out: Array) -> None:
        """Fill dθ/dt."""
        parts, rates = self.parts(y), self.parts(out)
        L, R = self.factors.factors(parts)
        L_pull, R_pull = self._pulls
        self.response.pull(L, R, parts["beta"], L_pull, R_pull, rates["beta"])
        self.factors.pull_back(parts, L_pull, R_pull, rates)
        if not self.trains_bias:
            rates["beta"][:] = 0.0

    def _error(self, estimate: Array, y: Array) -> float:
        """Return the local error of the outputs in tolerances."""
        parts, step = self.parts(y), self.parts(estimate)
        moves = (*self.factors.moves(parts, step), step["beta"])
        L, R = self.factors.factors(parts)
        loss, square = self.response.loss_and_shift(L, R, parts["beta"], moves)
        residual = 2.0 * (loss + SMALL * self.features.silent_loss)
        return math.sqrt(square / residual) / self.tolerance if square >= 0.0 else math.inf
