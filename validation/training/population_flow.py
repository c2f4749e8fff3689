"""Population gradient flow of ŷ = φ(WᵀB W x + β) with W fixed and one feature active: no sampling.

dB/dt = W D Wᵀ and dβ/dt with D = −∂L/∂S and −∂L/∂β in closed form (R4 to R6).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from superlaw.setting.embedding import embedding
from superlaw.setting.optimizer import GradientFlow
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.integrators.stabilised import Chebyshev
from superlaw.validation.training.loss import ExactLoss
from superlaw.validation.training.stability import largest_curvature

Array = NDArray[Any]
FIRST_STEP = 0.02
BIAS_SLACK = 5.0
"""The error of a bias may be this many times rtol, as a multiple of the mean amplitude."""
_SMALL = 1e-6


class PopulationFlow:
    """A student under population gradient flow, from B = β = 0.

    Parameters
    ----------
    task : PowerLawTask
    student : Student
        With every choice made (`Student.on`).
    optimizer : GradientFlow
    generator : numpy.random.Generator
        Draws W.
    tracked : ndarray
        Features whose diagonal s_i is reported, counted from 1.
    dtype : type
        float64 or float32.
    """

    def __init__(
        self,
        task: PowerLawTask,
        student: Student,
        optimizer: GradientFlow,
        generator: np.random.Generator,
        tracked: NDArray[np.int64],
        dtype: Any = np.float64,
    ) -> None:
        n, width = task.n_features or 0, student.width or 0
        index = np.arange(1.0, n + 1.0)
        self.student, self.generator, self.tracked = student, generator, tracked
        self.rtol, self.width = optimizer.rtol, width
        self.lam = np.asarray(task.second_moment(index))
        self.W = embedding(student.embedding or "", width, n, generator).astype(dtype)
        self.is_embedded = student.embedding != "identity"
        self.loss = ExactLoss(task, student, dtype)
        start = np.zeros(width * width + n, dtype=dtype)
        self.stepper = Chebyshev(
            self._rate, self.spectral_radius, self._error, start, 0.0, FIRST_STEP
        )

    @property
    def spectral_radius(self) -> float:
        """Bound on the rates of change: of B plus of β.

        Linear units: the largest eigenvalue of B ↦ WWᵀ B WΛWᵀ. ReLU: its mean-field value with half
        of the gates open; a step that this underestimates is rejected for its error.
        """
        if self.student.activation == "linear" or not self.is_embedded:
            return 1.01 * largest_curvature(self.W.astype(np.float64), self.lam) + 1.0
        ratio = len(self.lam) / self.width
        return float(1.1 * (self.lam[0] * (1.0 + ratio) + self.lam.sum() / self.width + 1.0))

    @property
    def position(self) -> float:
        """Time reached."""
        return self.stepper.t

    def advance(self, goal: float, budget: int) -> None:
        """Take at most `budget` steps towards a time."""
        for _ in range(budget):
            if self.stepper.t >= goal:
                return
            self.stepper.step(goal)

    def _parts(self, y: Array) -> tuple[Array, Array]:
        """Return B and β as views."""
        square = self.width**2
        return y[:square].reshape(self.width, self.width), y[square:]

    def _student_map(self, B: Array) -> Array:
        """Return S = WᵀB W."""
        return np.asarray(self.W.T @ (B @ self.W)) if self.is_embedded else B

    def _rate(self, y: Array, out: Array) -> None:
        """Fill dB/dt and dβ/dt."""
        B, beta = self._parts(y)
        dB, dbeta = self._parts(out)
        D = self.loss.descend(self._student_map(B), beta, dbeta)
        dB[:] = (self.W @ D) @ self.W.T if self.is_embedded else D
        if not self.student.bias:
            dbeta[:] = 0.0

    def _error(self, estimate: Array, y: Array) -> float:
        """Return the local error in tolerances: ‖B‖ as a whole, each β on its own."""
        error_B, error_beta = self._parts(estimate)
        size = np.linalg.norm(self._parts(y)[0])
        in_B = float(np.linalg.norm(error_B) / (size + _SMALL))
        return max(in_B, float(np.abs(error_beta).max()) / BIAS_SLACK) / self.rtol

    def measure(self) -> dict[str, Array]:
        """Return the exact losses and what the student has learned."""
        B, beta = self._parts(self.stepper.y)
        S = self._student_map(B)
        learned = {
            "trace": np.asarray(np.trace(B) / self.width),
            "modes": np.diag(S)[self.tracked - 1],
        }
        return self.loss(S, beta) | learned

    def arrays(self) -> dict[str, Array]:
        """Return what a checkpoint must hold; W is drawn again from the seed."""
        stepper = self.stepper
        return {"y": stepper.y, "clock": np.array([stepper.t, stepper.h])}

    def restore(self, arrays: dict[str, Array]) -> None:
        """Go on from a checkpoint."""
        t, h = arrays["clock"].tolist()
        self.stepper = Chebyshev(
            self._rate, self.spectral_radius, self._error, np.ascontiguousarray(arrays["y"]), t, h
        )
