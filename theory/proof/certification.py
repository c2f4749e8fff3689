"""Certify a verified step: its checks again in ball arithmetic, with bounds instead of digits.

What it says: at each point, the exact rational numbers at which the step was verified, both sides
differ by at most the stated deviation, whatever was rounded on the way. What it does not say: that
they agree anywhere else. Limits are certified to approach at their points, not to be limits.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import sympy as sp

from superlaw.theory.proof.checks import Check, Equal, Tends
from superlaw.theory.proof.derivation import Graph, Step
from superlaw.theory.proof.enclosures import Ball, NotEnclosed, arb, enclosure
from superlaw.theory.proof.ledger import Verdict
from superlaw.theory.proof.verification import (
    EQUAL_TOLERANCE,
    LIMIT_TOLERANCE,
    free_symbols,
    points,
    sides,
    stream,
)

SHARP = 0.125
"""How far the bounds on a distance from a limit may be apart."""
BITS = (192, 768, 3072)
"""Precisions that are tried in turn; the first is some 58 digits."""
Point = dict[sp.Symbol, Any]


class _Refuted(Exception):
    """Where both sides differ for sure."""


def certify(graph: Graph, step: Step, verdict: Verdict) -> Verdict:
    """Return the verdict on a verified step as "certified" where its checks can be enclosed.

    Parameters
    ----------
    graph, step
    verdict : Verdict
        On this step; one that is not "verified" comes back as it is.

    Returns
    -------
    Verdict
        "certified", with the largest bound on a deviation; "verified", with the reason why not;
        "failed" where balls do not meet.
    """
    arb()
    if verdict.status != "verified":
        return verdict
    worst = arb().arb(0)
    for number, check in enumerate(graph.checks(step)):
        try:
            worst = max(worst, _bound(check, step, stream(step, number)))
        except NotEnclosed as why:
            return replace(verdict, reason=f"not certified: check {number + 1}: {why}")
        except _Refuted as where:
            return replace(verdict, status="failed", reason=f"check {number + 1}: {where}")
    return replace(verdict, status="certified", deviation=_at_least(worst))


def _bound(check: Check, step: Step, rng: random.Random) -> Ball:
    """Return the largest bound on a deviation of a check; for limits, at the last point."""
    if isinstance(check, Equal):
        left, right = sides(check.left), sides(check.right)
        symbols = free_symbols(check.left, check.right, *step.hypotheses)
        return max(
            _equal(x, y, point)
            for point in points(symbols, step, rng)
            for x, y in zip(left, right, strict=True)
        )
    if isinstance(check, Tends):
        return _approach(check)
    raise NotEnclosed("a mean over random matrices")


def _equal(left: sp.Expr, right: sp.Expr, point: Point) -> Ball:
    """Return a bound on the relative deviation of two sides at a point."""
    for x, y in _balls(left, right, point):
        if not (x - y).contains(0):
            told = ", ".join(f"{symbol} = {value}" for symbol, value in point.items())
            raise _Refuted(f"the two sides differ for sure at {told or 'every point'}")
        high = _relative(x, y)[1]
        if high <= EQUAL_TOLERANCE:
            return high
    raise NotEnclosed(f"no enclosure below {EQUAL_TOLERANCE:g} with {BITS[-1]} bits")


def _approach(check: Tends) -> Ball:
    """Return a bound on the distance from a limit, if distances shrink for sure up to there."""
    (left,), (right,) = sides(check.left), sides(check.right)
    distances = [_distance(left, right, point) for point in check.points]
    shrinks = all(later[1] < earlier[0] for earlier, later in pairwise(distances))
    if not shrinks or distances[-1][1] >= LIMIT_TOLERANCE:
        raise NotEnclosed("distances are not told apart")
    return distances[-1][1]


def _distance(left: sp.Expr, right: sp.Expr, point: Point) -> tuple[Ball, Ball]:
    """Return bounds on the relative deviation of two sides, close to each other."""
    for x, y in _balls(left, right, point):
        low, high = _relative(x, y)
        if high <= low * (1 + SHARP):
            return low, high
    raise NotEnclosed(f"no enclosure of a distance with {BITS[-1]} bits")


def _balls(left: sp.Expr, right: sp.Expr, point: Point) -> Iterator[tuple[Ball, Ball]]:
    """Yield enclosures of both sides at a point, ever narrower."""
    flint = arb()
    exact = {symbol: sp.Rational(value) for symbol, value in point.items()}
    for bits in BITS:
        with flint.ctx.workprec(bits):
            values = {
                symbol: flint.acb(flint.fmpq(int(value.p), int(value.q)))
                for symbol, value in exact.items()
            }
            x, y = (enclosure(side, values) for side in (left, right))
            if x.is_finite() and y.is_finite():
                yield x, y


def _relative(x: Ball, y: Ball) -> tuple[Ball, Ball]:
    """Return bounds on |x − y| over the larger of |x| and |y|, exact numbers both."""
    flint, gap = arb(), x - y
    least = max(x.abs_lower(), y.abs_lower())
    most = max(x.abs_upper(), y.abs_upper())
    if gap == 0:
        return flint.arb(0), flint.arb(0)
    if least == 0:
        return flint.arb(0), flint.arb.pos_inf()
    return (gap.abs_lower() / most).lower(), (gap.abs_upper() / least).upper()


def _at_least(bound: Ball) -> float:
    """Return a double that is no smaller than an exact number."""
    return 0.0 if bound == 0 else math.nextafter(float(bound), math.inf)
