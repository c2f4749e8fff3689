"""Walks over the features, block by block."""

from __future__ import annotations

from numba import prange, types

from superlaw.compiled import kernel
from superlaw.solvers.integrators.steps.layout import WALK, Kernel, pointer

THREADS_FROM = 16
"""Blocks from which waking threads costs less than it saves; the bits do not depend on it."""


@kernel(WALK)
def walk_serial(visit, h, stage, problem):
    """Visit the blocks one after another."""
    for block in range(problem.y.shape[1]):
        visit(block, h, stage, problem)


@kernel(WALK, parallel=True)
def walk_threads(visit, h, stage, problem):
    """Visit the blocks in threads."""
    for block in prange(problem.y.shape[1]):
        visit(types.int64(block), h, stage, problem)


SERIAL, THREADS = pointer(walk_serial, WALK), pointer(walk_threads, WALK)


def choose(n_blocks: int) -> Kernel:
    """Return the walk for a number of blocks."""
    return THREADS if n_blocks >= THREADS_FROM else SERIAL
