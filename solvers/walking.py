"""Walks over the features, block by block."""

from __future__ import annotations

from numba import njit, prange, types

from superlaw.solvers.blocks import WALK, pointer


@njit(WALK, cache=True, nogil=True, error_model="numpy")
def walk_serial(visit, h, stage, problem):
    """Visit the blocks one after another."""
    for block in range(problem.y.shape[1]):
        visit(block, h, stage, problem)


@njit(WALK, cache=True, nogil=True, error_model="numpy", parallel=True)
def walk_threads(visit, h, stage, problem):
    """Visit the blocks in threads."""
    for block in prange(problem.y.shape[1]):
        visit(types.int64(block), h, stage, problem)


SERIAL, THREADS = pointer(walk_serial, WALK), pointer(walk_threads, WALK)
