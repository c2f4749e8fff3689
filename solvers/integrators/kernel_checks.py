"""Refuse compiled functions of a user that would fail, or worse, inside a run."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import config

from superlaw.arguments import refuse
from superlaw.curves import Array
from superlaw.solvers.integrators.steps.layout import BLOCK, MEASURE, ORDER, PARTIALS, RATE, Kernel

SIGNATURES = {"rate": RATE, "order": ORDER, "partials": PARTIALS, "measure": MEASURE}
GUARD = 64
"""Numbers kept free on both sides of an output, to see whether a function writes beyond it."""
_UNTOUCHED = -1.2345e-200


def check_kernels(problem: Any) -> None:
    """Refuse a function with another signature, or one that does not fill its output.

    Tried on the first block of features, at the start.
    """
    for name, signature in SIGNATURES.items():
        _check_signature(name, getattr(problem, name), signature)
    n, n_order = min(BLOCK, problem.n_features), problem.n_order
    y, weight = problem.y0[:n].copy(), problem.weight[:n]
    theta, shared = np.ascontiguousarray(problem.theta[:, :n]), problem.shared

    def tried(name: str, arguments: tuple[Array, ...], *shapes: tuple[int, ...]) -> list[Array]:
        guarded = [_Guarded(shape, 0.0 if name == "measure" else np.nan) for shape in shapes]
        getattr(problem, name)(*arguments, *(output.array for output in guarded))
        for output in guarded:
            output.check(name)
        return [output.array for output in guarded]

    (g,) = tried("order", (y, theta, shared), (n_order, n))
    m = np.ascontiguousarray(g @ weight)
    tried("rate", (y, theta, shared, m), (n,))
    tried("partials", (y, theta, shared, m), (n,), (n_order, n), (n_order, n))
    tried("measure", (y, theta, shared, m), (len(problem.observables), n))


def _check_signature(name: str, kernel: Kernel, signature: Any) -> None:
    if config.DISABLE_JIT:  # type: ignore[attr-defined]
        return
    if signature.args not in getattr(kernel, "overloads", {}):
        found = getattr(kernel, "signatures", None) or kernel
        remedy = f"Write @njit(layout.{name.upper()}, cache=True) above it."
        refuse(name, f"compiled with the signature {name.upper()}", found, remedy)


class _Guarded:
    """An output with free room on both sides."""

    def __init__(self, shape: tuple[int, ...], fill: float) -> None:
        size = int(np.prod(shape))
        self._room = np.full(size + 2 * GUARD, _UNTOUCHED)
        self.array = self._room[GUARD : GUARD + size].reshape(shape)
        self.array[...] = fill

    def check(self, name: str) -> None:
        """Refuse NaN, entries left out, and writing beyond the end."""
        if np.any(self._room[:GUARD] != _UNTOUCHED) or np.any(self._room[-GUARD:] != _UNTOUCHED):
            refuse(name, "a function that stays inside its output", self.array.shape, "Check it.")
        missing = np.flatnonzero(np.isnan(self.array).any(axis=tuple(range(self.array.ndim - 1))))
        if missing.size:
            rule = "a function that sets every entry of its output to a number"
            refuse(name, rule, f"NaN for feature {missing[0] + 1}", "Check it at the start.")
