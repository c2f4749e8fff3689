"""A column without bias: its own overlap at rest, and the floor of its loss."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import sympy as sp

from superlaw.theory.derivation import About, Derivation
from superlaw.theory.proof.checks import Check, Equal, Sampled
from superlaw.theory.proof.derivation import Step
from superlaw.theory.proof.random_matrices import unit_columns
from superlaw.theory.symbols import K, N

_WIDE = (sp.Gt(N, 2 * K),)
_SIZES = (4, 16, 64)
_FEATURES_PER_DIMENSION = 8
_COLUMNS_PER_DIMENSION = 4
"""Columns solved for: more at larger widths, where each scatters less too."""
_MAX_SWITCHES = 60


def _leverage(step: Step, *_: Step) -> Iterator[Check]:
    """Add up the leverages of four open outputs, of eight, in two dimensions."""
    W = sp.Matrix(2, 4, sp.symbols("w:8", real=True))
    inverse = (W * W.T).inv()
    mean = (W.T * inverse * W).trace() / 4
    yield Equal(mean, step.rhs.subs({K: 2, N: 8}), instance=True)


def _static_overlap(width: int, rng: np.random.Generator) -> tuple[float, float]:
    """Return the own overlap and the loss, relative to the start, of one column at rest."""
    W = unit_columns(width, _FEATURES_PER_DIMENSION * width, rng)
    own, others = W[:, 0], W[:, 1:]
    open_ = np.asarray(rng.random(others.shape[1]) < 0.5)
    for _ in range(_MAX_SWITCHES):
        seen = others[:, open_]
        column = np.linalg.solve(seen @ seen.T + np.outer(own, own), own)
        now = np.asarray(others.T @ column > 0)
        if np.array_equal(now, open_):
            break
        open_ = now
    overlap = float(own @ column)
    interference = float(np.sum(np.maximum(others.T @ column, 0.0) ** 2))
    return overlap, (1.0 - overlap) ** 2 + interference


def _columns(stated: sp.Expr, which: Callable[[tuple[float, float]], float]) -> Sampled:
    def pair(width: int, rng: np.random.Generator) -> tuple[float, float]:
        found = [which(_static_overlap(width, rng)) for _ in range(_COLUMNS_PER_DIMENSION * width)]
        return float(np.mean(found)), float(stated.subs({K: 1, N: _FEATURES_PER_DIMENSION}))

    return Sampled(pair, _SIZES)


def _own_overlap(step: Step, leverage: Step) -> Iterator[Check]:
    """Take the own output as open like half of the others; then solve columns at rest."""
    response = sp.Symbol("response", positive=True)
    solved = sp.solve(sp.Eq(response / (1 + response), leverage.rhs), response)[0]
    overlap = sp.Symbol("own", positive=True)
    at_rest = sp.solve(sp.Eq(overlap, solved * (1 - overlap)), overlap)[0]
    yield Equal(at_rest, step.rhs)
    yield _columns(step.rhs, lambda found: found[0])


def _floor(step: Step, overlap: Step) -> Iterator[Check]:
    """At rest the own drive does the work of the interference: s(1 − s) = Σ S₊²."""
    yield Equal((1 - overlap.rhs) ** 2 + overlap.rhs * (1 - overlap.rhs), step.rhs)
    yield _columns(step.rhs, lambda found: found[1])


DERIVATION = Derivation(
    name="column",
    title="A superposed student without bias",
    summary=(
        "Without a bias nothing filters the interference: each column of the student's map comes "
        "to rest where its own output balances that of the others, and the loss has a floor."
    ),
    references=("superposition2026",),
    about=About(kinds=("superposed",), student={"bias": False}),
    steps=(
        Step(
            "X18",
            "Leverage of an open output, without bias",
            sp.Symbol(r"\frac{\chi}{1 + \chi}"),
            2 * K / N,
            "identity",
            r"Interference is as often positive as negative, so half of the outputs are open; "
            r"their "
            r"leverages add up to the dimension $K$. An output that answers $\chi$ to a unit force "
            r"when left alone has leverage $\chi/(1 + \chi)$.",
            by=_leverage,
            hypotheses=_WIDE,
        ),
        Step(
            "X19",
            "Own overlap of a column at rest, without bias",
            sp.Symbol("s_i"),
            2 * K / N,
            "asymptotics",
            r"The own output is one open output among the others: $s = \chi (1 - s)$, for a target "
            r"of 1.",
            follows=("X18",),
            by=_own_overlap,
            hypotheses=_WIDE,
        ),
        Step(
            "X20",
            "Floor without bias",
            sp.Symbol(r"L_{\infty}") / sp.Symbol("L_0"),
            1 - 2 * K / N,
            "asymptotics",
            r"For $K < N/2$; wider students have none. A bias trades this floor for thresholds.",
            follows=("X19",),
            by=_floor,
            hypotheses=_WIDE,
        ),
    ),
)
