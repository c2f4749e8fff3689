"""Features in blocks: the storage and the compiled types that every integrator shares.

A mean-field problem has N features that see each other only through R order parameters,

    dy_i/dt = f(y_i, θ_i, m),    m_r = Σ_i w_i g_r(y_i, θ_i),

so one pass over the features in cache-sized blocks, with a partial sum a block, serves every
method. Partial sums are added in the order of the blocks: the same bits for any thread count.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import types
from numba.core.types.function_type import CompileResultWAP

from superlaw.compiled import kernel
from superlaw.curves import Array

Kernel = Callable[..., Any]
"""A function compiled with one of the explicit signatures below."""

_scalar = types.float64
_vector, _matrix, _cube = _scalar[::1], _scalar[:, ::1], _scalar[:, :, ::1]

RATE = types.void(_vector, _matrix, _vector, _vector, _vector)
"""rate(y, theta, shared, m, out): out[c] = f."""
ORDER = types.void(_vector, _matrix, _vector, _matrix)
"""order(y, theta, shared, out): out[r, c] = g_r."""
PARTIALS = types.void(_vector, _matrix, _vector, _vector, _vector, _matrix, _matrix)
"""partials(y, theta, shared, m, f_y, f_m, g_y): f_y[c] = ∂f/∂y, f_m[r, c] = ∂f/∂m_r, g_y[r, c]."""
MEASURE = types.void(_vector, _matrix, _vector, _vector, _matrix)
"""measure(y, theta, shared, m, out): out[q, c] = what feature c adds to observable q."""


@kernel(ORDER)
def no_order(y, theta, shared, out):
    """No order parameters: the modes are independent."""


BLOCK = 1024
"""Features a block: what a pass works on fits the second-level cache, and the call of a pass, a
microsecond or two, is a small part of its work (measured best of 256 … 4096)."""
TINY = 1e-300
"""Added to tolerances, so that an exact 0 is within a tolerance of 0."""
LANES = 4
"""Stages are combined four at a time; tableaus and stage stores are padded to multiples of it."""
NOW, AFTER, BETWEEN = 0, 1, 2
"""States a pass may look at: before the step, after it, or between on the dense output."""

Problem = namedtuple(
    "Problem",
    (
        "y",  # states before and after a step, room for one between, (2 | 3, n_blocks, block)
        "now",  # [which of the two is the one before the step]
        "scale",  # size against which errors in y count, (n_blocks, block)
        "weight",  # multiplicity w of each feature, same shape; 0 for padding
        "theta",  # parameters, (n_blocks, P, block)
        "shared",  # parameters common to all features, (S,)
        "m",  # order parameters at each stage; last rows: after the step, between, (stages + 2, R)
        "link",  # Vᵀu of each stage: how it moves the order parameters, (stages, R)
        "sums",  # partial sums a block, (n_blocks, width)
        "store",  # vectors a method keeps between passes, (n_blocks, n_vectors, block)
        "signals",  # [hρ seen by explicit methods, θ of the state between, tolerances it is off]
        "A",  # tableau: stage states
        "C",  # tableau: stage right sides (Rosenbrock)
        "b",  # tableau: step
        "e",  # tableau: embedded error
        "D",  # tableau: dense output, (rows, stages)
        "gamma",  # tableau: diagonal (Rosenbrock)
        "rtol",
        "atol",
        "order_is_linear",  # 1 if every g_r is linear in y
        "n_observables",
        "rate",
        "order",
        "partials",
        "measure",
    ),
)
PROBLEM = types.NamedTuple(
    (
        _cube,
        types.int64[::1],
        *(_matrix,) * 2,
        _cube,
        _vector,
        *(_matrix,) * 3,
        _cube,
        _vector,
        *(_matrix,) * 2,
        *(_vector,) * 2,
        _matrix,
        *(_scalar,) * 3,
        *(types.int64,) * 2,
        types.FunctionType(RATE),
        types.FunctionType(ORDER),
        types.FunctionType(PARTIALS),
        types.FunctionType(MEASURE),
    ),
    Problem,
)

PASS = types.void(types.int64, _scalar, types.int64, PROBLEM)
"""pass(block, h, stage, problem): what one walk over the features does in one block."""
WALK = types.void(types.FunctionType(PASS), _scalar, types.int64, PROBLEM)
"""walk(pass, h, stage, problem): do it in every block."""
Passes = namedtuple("Passes", ("n_stages", "first", "second", "third", "between"))
"""The passes a step is made of, and the one that sets the state BETWEEN. They travel as arguments:
a compiled function that names another one as a value could not be cached."""
PASSES = types.NamedTuple((types.int64, *(types.FunctionType(PASS),) * 4), Passes)
STEP = _scalar(types.FunctionType(WALK), PASSES, _scalar, PROBLEM)
"""step(walk, passes, h, problem): set the state after the step, return the error in tolerances."""


def pointer(kernel: Kernel, signature: Any) -> Any:
    """Return a compiled function as a value that other compiled functions take as an argument.

    Handing over the dispatcher itself would work too, at four times the cost a call.
    """
    if not hasattr(kernel, "get_compile_result"):  # compilation is switched off
        return kernel
    return CompileResultWAP(kernel.get_compile_result(signature))


def to_blocks(values: Array, block: int, fill: float | None = None) -> Array:
    """Return values of shape (N,) or (P, N) as (n_blocks, block) or (n_blocks, P, block).

    The last block is padded with copies of the last feature, or with `fill`.
    """
    rows = np.atleast_2d(values)
    n_blocks = -(-rows.shape[1] // block)
    padded = np.empty((rows.shape[0], n_blocks * block))
    padded[:, : rows.shape[1]] = rows
    padded[:, rows.shape[1] :] = rows[:, -1:] if fill is None else fill
    blocks = np.ascontiguousarray(padded.reshape(-1, n_blocks, block).swapaxes(0, 1))
    return blocks[:, 0].copy() if values.ndim == 1 else blocks


def from_blocks(blocks: Array, n: int) -> Array:
    """Return the first n values of (n_blocks, block) storage."""
    return blocks.reshape(-1)[:n].copy()
