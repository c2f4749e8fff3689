"""PyTorch's loops on ŷ = relu(WᵀW x + b): what `superlaw` is timed against.

AdamW with decoupled decay of W as this package has it, all of a step in one thread: fused moments,
inputs drawn by a mask with amplitudes where it is true, and everything else dense.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.dense_flow import torch_pulls
from superlaw.curves import Array
from superlaw.validation.training.recipe import Recipe

Step = Callable[[], object]
Real = NDArray[np.float32]


def sampled_step(p: Array, W: Real, b: Real, recipe: Recipe, *, is_compiled: bool) -> Step:
    """Return a step on a fresh batch of independent features, loss ½E‖ŷ − x‖²."""
    import torch

    columns, biases, optimizer = _trained(W, b, recipe)
    weight, batch = torch.tensor(p, dtype=torch.float32), recipe.batch or 1

    def losses(columns: Any, biases: Any, x: Any) -> Any:
        return 0.5 * (torch.relu((x @ columns) @ columns.T + biases) - x).square().sum() / batch

    loss = torch.compile(losses) if is_compiled else losses

    def step() -> None:
        rows, features = (torch.rand(batch, len(weight)) < weight).nonzero(as_tuple=True)
        x = torch.zeros(batch, len(weight))
        x[rows, features] = 2.0 * torch.rand(len(rows))
        optimizer.zero_grad(set_to_none=True)
        loss(columns, biases, x).backward()
        optimizer.step()

    return step


def exact_step(p: Array, W: Real, b: Real, recipe: Recipe, *, is_compiled: bool) -> Step:
    """Return a step on the exact gradient, one active feature: every pair, in closed form."""
    import torch

    columns, biases, optimizer = _trained(W, b, recipe)
    weight = torch.tensor(p, dtype=torch.float32)
    pulls = torch.compile(torch_pulls) if is_compiled else torch_pulls

    def step() -> Real:
        with torch.no_grad():
            D, own, pull = pulls(columns @ columns.T, biases, weight)
            D.diagonal().add_(own)
            columns.grad, biases.grad = -(D @ columns + D.T @ columns), -pull
            optimizer.step()
        return np.asarray(columns.detach())

    return step


def _trained(W: Real, b: Real, recipe: Recipe) -> tuple[Any, Any, Any]:
    """Return parameters and their optimizer."""
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(0)
    columns, biases = (torch.tensor(x.copy(), requires_grad=True) for x in (W, b))
    groups = [
        {"params": [columns], "weight_decay": recipe.decay},
        {"params": [biases], "weight_decay": 0.0},
    ]
    adam = torch.optim.AdamW(groups, lr=recipe.rate, eps=recipe.epsilon, fused=True)
    return columns, biases, adam
