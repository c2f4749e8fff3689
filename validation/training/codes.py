"""Training of ŷ = relu(WᵀW x + b) towards its least loss, one active feature: no sampling.

Loss and gradient are exact (`interactions`), moved by Adam with a rate that falls to 0 as a cosine.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superlaw.curves import Array
from superlaw.setting.amplitude import AMPLITUDES
from superlaw.setting.optimizer import Adam
from superlaw.validation.training.features import Features
from superlaw.validation.training.interactions import Interactions
from superlaw.validation.training.kernels.optimizer_steps import Updater
from superlaw.validation.training.seeds import DivergenceError

RATE = 0.01
"""Learning rate of the first step."""


def trained_loss(
    p: Array,
    columns: NDArray[Any],
    biases: Array,
    *,
    steps: int,
    on_step: Callable[[], None],
) -> float:
    """Return E‖ŷ − x‖² (without a ½) after training from given columns and biases.

    Parameters
    ----------
    p : ndarray, (n,)
        Frequencies that sum to 1.
    columns : ndarray, (n, m)
        Start of Wᵀ.
    biases : ndarray, (n,)
    steps : int
    on_step : callable
        Called after every step.

    Raises
    ------
    DivergenceError
        If the loss is not finite.
    """
    real = np.float32
    W, b = np.ascontiguousarray(columns, real), biases.astype(real)
    ones = np.ones(len(p))
    features = Features(p, ones, ones, AMPLITUDES["uniform"]).cast(real)
    response = Interactions(features, W.shape[1], is_tied=True, two_sided=False)
    pull, bias_pull = np.empty_like(W), np.empty_like(b)
    movers = [Updater(Adam(lr=RATE), x) for x in (W, b)]
    for step in range(1, steps + 1):
        response.pull(W, W, b, pull, pull, bias_pull)
        rate = RATE * 0.5 * (1.0 + math.cos(math.pi * (step - 1) / steps))
        for mover, found in zip(movers, (pull, bias_pull), strict=True):
            mover.optimizer = Adam(lr=rate)
            mover(-found, step)
        on_step()
    double = [x.astype(np.float64) for x in (W, b)]
    loss = 2.0 * sum(response.losses(double[0], double[0], double[1]))
    if not math.isfinite(loss):
        raise DivergenceError("training diverged; nothing of it is kept")
    return loss
