"""Gradient flow of B: the student's map, what all features share, and the norm of B."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import sympy as sp

from superlaw.theory.proof.checks import Check, Equal
from superlaw.theory.proof.derivation import Step
from superlaw.theory.symbols import K, N, mu, r_0, sum_i, sum_j, t

_G, _D = sp.MatrixSymbol("G", 3, 3), sp.MatrixSymbol("D", 3, 3)
gram_entry, drive_entry, map_entry = sp.IndexedBase("G"), sp.IndexedBase("D"), sp.IndexedBase("S")
speed_entry = sp.IndexedBase(r"\dot{S}")
_W = sp.Matrix(2, 3, sp.symbols("w:6", real=True))
_Drives = sp.Matrix(3, 3, sp.symbols("D:9", real=True))
Student = sp.Matrix(2, 2, sp.symbols("B:4", real=True))
Velocity = _W * _Drives * _W.T


def _flow(step: Step, flow: Step) -> Iterator[Check]:
    gram = _W.T * _W
    stated = sp.Matrix(step.rhs.subs({_G: gram, _D: _Drives}).doit())
    known = sp.Matrix(flow.rhs.subs({_G: gram, _D: -_Drives}).doit())
    yield Equal(known, stated, instance=True)


def summed(expression: sp.Expr) -> sp.Expr:
    """Write a double sum over entries out for three features in two dimensions."""
    matrices = {
        gram_entry: _W.T * _W,
        drive_entry: _Drives,
        map_entry: _W.T * Student * _W,
        speed_entry: _W.T * Velocity * _W,
    }
    written = expression.subs({N: 3, K: 2}).doit()
    entries = {
        base[j + 1, i + 1]: matrix[j, i]
        for base, matrix in matrices.items()
        for j, i in product(range(3), repeat=2)
    }
    return written.xreplace(entries)


def _trace(step: Step, *_: Step) -> Iterator[Check]:
    yield Equal(Velocity.trace() / 2, summed(step.rhs), instance=True)


def _norm(step: Step, *_: Step) -> Iterator[Check]:
    yield Equal((Student.T * Velocity).trace() * 2 / 2, summed(step.rhs), instance=True)


STEPS = (
    Step(
        "R6",
        "Flow of the student's map",
        sp.Derivative(sp.Symbol("S"), t),
        _G * _D * _G,
        "substitution",
        r"$dB/dt = W D W^T$, so that $S = W^T B W$ moves through the Gram matrix.",
        follows=("S6",),
        by=_flow,
    ),
    Step(
        "R7",
        "What all features share",
        sp.Derivative(mu, t),
        sp.Sum(gram_entry[sum_j, sum_i] * drive_entry[sum_j, sum_i], (sum_i, 1, N), (sum_j, 1, N))
        / K,
        "identity",
        r"$\mu = \mathrm{tr}\, B/K$ is the overlap of a direction that no feature owns.",
        follows=("R6",),
        by=_trace,
    ),
    Step(
        "R8",
        "Norm of B",
        sp.Derivative(r_0, t),
        2
        * sp.Sum(map_entry[sum_j, sum_i] * drive_entry[sum_j, sum_i], (sum_i, 1, N), (sum_j, 1, N))
        / K,
        "identity",
        r"$r_0 = |B|^2/K$ sets the size of the interference.",
        follows=("R6",),
        by=_norm,
    ),
)
