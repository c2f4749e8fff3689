"""What is measured: which solvers on which problems, and how long each may take."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, log10
from typing import Any

from benchmarks import ours, peers
from benchmarks.problems import A

TOLERANCES = (1e-4, 1e-6, 1e-9)
CLOSURE_OURS, CLOSURE_PEERS = (1e-2, 1e-3, 1e-4), (1e-4, 1e-5, 1e-6)
"""A closure is wanted to a thousandth: it is no nearer to what it stands for. Peers, which weigh
every number of its state alike, need a tighter tolerance for that."""
CLOSURE_SPAN, CLOSURE_PATIENCE = 1e4, 8.0
"""Its last time, and how many times the limit its runs get: a rate takes half a millisecond."""
OURS_FULL = (1e-3, 1e-4, 1e-6)
LARGE_FULL = (1e-6, 1e-8, 1e-9)
"""At full size peers need a tighter tolerance than ours for the same achieved error."""
HOPELESS = (
    "scipy RK45", "scipy DOP853", "scipy LSODA", "CyRK RK45", "diffrax Tsit5",
    "LSRKStep RKC_2", "LSRKStep RKL_2",
)  # fmt: skip
"""Stability or memory stops them at full size: one tolerance shows it."""
BEST_PEER, PATIENCE = "CVODE gmres+Jv+diagonal", 5.0
"""The one that comes nearest on the coupled problem at full size, and how many times the limit it
gets, so that the ratio is one between runs that finished."""


@dataclass(frozen=True)
class Size:
    """How large a measurement is: a quick look, or the page."""

    middle: int
    full: int
    growth: tuple[int, ...]
    closure: int
    limit: float
    full_limit: float
    problems: tuple[str, ...] = ("cross_talk", "two_layer", "linear")


SIZES = {
    "small": Size(1000, 20_000, (10**3, 10**4), 64, 3.0, 5.0),
    "full": Size(10_000, 1_000_000, (10**4, 10**5, 10**6, 10**7), 512, 8.0, 60.0),
}
"""Seconds are limits of one process: one solver, one problem, all tolerances; `__main__` adds what
it takes to set up the problem and its closed form."""


def cases(size: Size) -> list[dict[str, Any]]:
    """Return every case, each for a process of its own."""
    coupled, independent = _full(size, "cross_talk"), _full(size, "linear")
    several = (*_growth(size), *_span(size), *_precision(size), *_closure(size))
    return [*coupled, *several, *independent]


def _case(study: str, problem: str, n: int, solver: str, **more: Any) -> dict[str, Any]:
    base = {"study": study, "problem": problem, "n_features": n, "solver": solver, "t0": 1e-3}
    return base | more


def _precision(size: Size) -> list[dict[str, Any]]:
    """Return work against precision at a middle size, where most methods finish."""
    return [
        _case("precision", problem, size.middle, solver, t1=_relaxed(size.middle),
              rtols=TOLERANCES, limit=size.limit)
        for problem in size.problems
        for solver in (*ours.SOLVERS, *peers.SOLVERS)
    ]  # fmt: skip


def _closure(size: Size) -> list[dict[str, Any]]:
    """Return the same for the row-replica closure, whose classes depend little on N."""
    return [
        _case("precision", "row_replica", size.closure, solver, t1=CLOSURE_SPAN,
              rtols=CLOSURE_OURS if solver in ours.CLOSURE else CLOSURE_PEERS,
              limit=CLOSURE_PATIENCE * size.limit)
        for solver in (*ours.CLOSURE, *peers.SOLVERS)
    ]  # fmt: skip


def _full(size: Size, problem: str) -> list[dict[str, Any]]:
    """Return twelve decades at full size."""
    found = []
    for solver in (*ours.SOLVERS, *peers.SOLVERS):
        if solver in ("superlaw tsit5", "superlaw rkc"):
            continue
        rtols = OURS_FULL if solver in ours.SOLVERS else LARGE_FULL
        limit = size.full_limit
        if (problem, solver) == ("cross_talk", BEST_PEER):
            rtols, limit = (1e-6, 1e-9), PATIENCE * size.full_limit
        if solver in HOPELESS:
            rtols, limit = (1e-6,), 0.3 * size.full_limit
        found.append(
            _case("full", problem, size.full, solver, t1=_relaxed(size.full), rtols=rtols,
                  limit=limit)
        )  # fmt: skip
    return found


def _growth(size: Size) -> list[dict[str, Any]]:
    """Return the same span at growing N."""
    return [
        _case("growth", "cross_talk", n, solver, t1=1e3, rtols=(rtol,), limit=size.full_limit)
        for n in size.growth
        for solver, rtol in (("superlaw rosenbrock", 1e-4), ("CVODE gmres+Jv", 1e-6))
    ]


def _span(size: Size) -> list[dict[str, Any]]:
    """Return the same N over a growing span."""
    n = size.full // 10
    return [
        _case("span", "cross_talk", n, solver, t1=10.0**decade, rtols=(rtol,), limit=size.limit)
        for decade in range(0, 8, 2)
        for solver, rtol in (
            ("superlaw rosenbrock", 1e-4),
            ("CVODE gmres+Jv", 1e-6),
            ("extensisq SSV2stab", 1e-6),
            ("scipy RK45", 1e-6),
        )
    ]


def _relaxed(n_features: int) -> float:
    """Return the decade in which the rarest feature is learned, 1/λ_N ∝ N^a."""
    return 10.0 ** floor(A * log10(n_features))
