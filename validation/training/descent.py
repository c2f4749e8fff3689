"""Plain gradient on ŷ = relu(WᵀW x + b) with a ridge: dθ/dt = −½ ∂E/∂θ, E = L + ½λ Σ|w|².

Stabilised steps follow the flow, whose energy only falls, and grow as it slows down: no learning
rate, no memory, no schedule. One active feature, exact gradients.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superlaw.curves import Array
from superlaw.solvers.integrators.stabilised import Chebyshev, StepUnderflow
from superlaw.validation.training.codes import Code, exact_code, interactions
from superlaw.validation.training.seeds import DivergenceError

TOLERANCE = 0.01
"""Local error of a step over the length of all parameters: the path need not be exact, its end is
where the gradient is 0."""
FIRST_STEP, REFRESH, WARM_STEPS = 0.02, 5, 2
RADIUS = 10.0
"""Bound on the rates of change at the start, which measured ones replace after the first steps."""
FALL = 1e-5
"""The flow is at rest when a step would lower the energy by less than this part of it."""


class FlowTrainer:
    """A code under the gradient flow of its loss and the cost ½λ Σ|w|² of norms.

    Parameters
    ----------
    p : ndarray, (n,)
        Frequencies that sum to 1.
    columns : ndarray, (n, m)
        Start of Wᵀ.
    biases : ndarray, (n,)
    ridge : float
        λ.
    steps : int
        Steps at most; it ends sooner at rest.
    """

    def __init__(
        self, p: Array, columns: NDArray[Any], biases: Array, ridge: float, steps: int
    ) -> None:
        self.ridge, self.steps, self.n_steps = ridge, steps, 0
        self._shape, self._exact = columns.shape, interactions(p, columns.shape[1])
        y = np.concatenate([columns.ravel(), biases]).astype(np.float32)
        self.stepper = Chebyshev(
            self._rate, RADIUS, self._error, y, 0.0, FIRST_STEP, REFRESH, WARM_STEPS
        )

    @property
    def is_done(self) -> bool:
        """Whether the flow is at rest, or every step has been taken."""
        return self.n_steps >= self.steps or self._is_at_rest()

    def step(self) -> None:
        """Try a step; one that is too long is tried again shorter, and counts.

        Raises
        ------
        DivergenceError
            If steps have become too small to move time.
        """
        try:
            self.stepper.step(math.inf)
        except StepUnderflow:
            raise DivergenceError("the flow has come to a stop; nothing of it is kept") from None
        self.n_steps += 1

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return copies of what a resume file must hold to go on to the same bits."""
        kept = {name: values.copy() for name, values in self.stepper.arrays().items()}
        return kept | {"n_steps": np.array(self.n_steps)}

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Go on from a resume file."""
        self.stepper.restore(arrays)
        self.n_steps = int(arrays["n_steps"])

    def code(self) -> Code:
        """Return what the flow has reached.

        Raises
        ------
        DivergenceError
            If the loss is not finite.
        """
        return exact_code(self._exact, *self._parts(self.stepper.y.astype(np.float64)))

    @property
    def energy(self) -> float:
        """L + ½λ Σ|w|² now."""
        return self.code().energy(self.ridge)

    def _is_at_rest(self) -> bool:
        """Whether dE/dt = −2 |dθ/dt|² lowers E by next to nothing in the next step."""
        if self.n_steps % REFRESH or self.n_steps == 0:
            return False
        slope = float(np.linalg.norm(self.stepper.slope.astype(np.float64)))
        return 2.0 * slope**2 * self.stepper.h <= FALL * self.energy

    def _parts(self, y: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return views of columns and biases."""
        size = math.prod(self._shape)
        return y[:size].reshape(self._shape), y[size:]

    def _rate(self, y: NDArray[Any], out: NDArray[Any]) -> None:
        """Fill dθ/dt; pulls are of ½L, so that the ridge is halved too."""
        (W, b), (W_rate, b_rate) = self._parts(y), self._parts(out)
        self._exact.pull(W, W, b, W_rate, W_rate, b_rate)
        W_rate -= W.dtype.type(0.5 * self.ridge) * W

    def _error(self, estimate: NDArray[Any], y: NDArray[Any]) -> float:
        """Return the local error in tolerances."""
        lengths = (float(np.linalg.norm(x.astype(np.float64))) for x in (estimate, y))
        error, length = lengths
        return error / (TOLERANCE * length) if length > 0.0 else math.inf
