"""What an optimizer makes of a gradient: one compiled pass over parameters and their memories."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import float32, float64, void
from numpy.typing import NDArray

from superlaw.compiled import kernel
from superlaw.setting.optimizer import SGD, Adam

Array = NDArray[Any]
REALS = (float64, float32)
"""Precisions that networks are trained in."""


@kernel(*(void(real[::1], real[::1], real) for real in REALS))
def _sgd(parameter, gradient, lr):
    for k in range(parameter.size):
        parameter[k] -= lr * gradient[k]


@kernel(*(void(*(real[::1],) * 3, *(real,) * 2) for real in REALS))
def _momentum(parameter, gradient, velocity, lr, momentum):
    for k in range(parameter.size):
        velocity[k] = momentum * velocity[k] + gradient[k]
        parameter[k] -= lr * velocity[k]


@kernel(*(void(*(real[::1],) * 4, *(real,) * 4) for real in REALS))
def _adam(parameter, gradient, first, second, rate, new, new_square, epsilon):
    for k in range(parameter.size):
        slope = gradient[k]
        first[k] += new * (slope - first[k])
        second[k] += new_square * (slope * slope - second[k])
        parameter[k] -= rate * first[k] / (np.sqrt(second[k]) + epsilon)


class Updater:
    """Moves one array of parameters.

    Parameters
    ----------
    optimizer : SGD or Adam
    parameter : ndarray
        Changed in place.
    """

    def __init__(self, optimizer: SGD | Adam, parameter: Array) -> None:
        self.optimizer, self.parameter = optimizer, parameter.reshape(-1)
        n_memories = 2 if isinstance(optimizer, Adam) else int(optimizer.momentum > 0.0)
        self.memory = np.zeros((n_memories, parameter.size), dtype=parameter.dtype)

    def __call__(self, gradient: Array, step: int) -> None:
        """Take step number `step`, counted from 1."""
        chosen, flat = self.optimizer, gradient.reshape(-1)
        # Scalars of the parameters' own type: the loops then run at its full width.
        real = self.parameter.dtype.type
        if isinstance(chosen, Adam):
            correction = (1.0 - chosen.beta2**step) ** 0.5
            rate = real(chosen.lr * correction / (1.0 - chosen.beta1**step))
            shares = real(1.0 - chosen.beta1), real(1.0 - chosen.beta2)
            epsilon = real(chosen.epsilon * correction)
            first, second = self.memory
            _adam(self.parameter, flat, first, second, rate, *shares, epsilon)
        elif chosen.momentum > 0.0:
            _momentum(self.parameter, flat, self.memory[0], real(chosen.lr), real(chosen.momentum))
        else:
            _sgd(self.parameter, flat, real(chosen.lr))
