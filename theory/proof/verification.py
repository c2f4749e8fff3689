"""Check a step of a derivation: symbolically, and to 30 digits at random points."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import mpmath
import numpy as np
import sympy as sp

from superlaw.theory.proof.calculus import one_term
from superlaw.theory.proof.checks import Check, Equal, Sampled, Tends
from superlaw.theory.proof.derivation import Graph, Step
from superlaw.theory.proof.ledger import Verdict
from superlaw.theory.symbols import NOTATION

DIGITS = 30
N_POINTS = 20
EQUAL_TOLERANCE = 1e-25
"""Thirty digits, less what sums and quadratures of some ten terms lose."""
LIMIT_TOLERANCE = 0.02
"""At the last point an asymptotic form, or a mean over the largest matrices, must be this near."""
_MAX_DRAWS = 2000
_NOT_FINITE = (sp.nan, sp.oo, -sp.oo, sp.zoo)

Point = dict[sp.Symbol, Any]


@dataclass(frozen=True)
class _Outcome:
    """What one check gave; `wrong` says where it fails, `is_proof` whether algebra settled it."""

    n_points: int
    deviation: float
    wrong: str = ""
    is_proof: bool = False


def verify(graph: Graph, step: Step) -> Verdict:
    """Return the verdict on one step of a derivation.

    A step that is not finite fails, whether it is taken as given or not, and so does one whose
    checks cannot be carried out: nothing is proved by an error.
    """
    if not (_is_finite(step.lhs) and _is_finite(step.rhs)):
        return Verdict(step.id, "failed", 0, math.inf, "one of its sides is not finite")
    if step.is_given:
        return Verdict(step.id, "assumed", 0, 0.0)
    try:
        return _verdict(graph, step)
    except Exception as error:  # a wrong equation can fail anywhere inside sympy and mpmath
        reason = f"cannot be checked, {type(error).__name__}: {error}".splitlines()[0]
        return Verdict(step.id, "failed", 0, math.inf, reason)


def stream(step: Step, number: int) -> random.Random:
    """Return the random numbers of one check of a step, the same whenever it is checked."""
    return random.Random(f"{step.id}/{number}")


def _is_finite(side: Any) -> bool:
    """Whether no infinity and no NaN stands in an expression; sums may have infinite limits."""
    return not one_term(sp.sympify(side)).has(*_NOT_FINITE)


def _verdict(graph: Graph, step: Step) -> Verdict:
    proved, n_points, worst = True, 0, 0.0
    checks = graph.checks(step)
    if not checks:
        return Verdict(step.id, "failed", 0, math.inf, "it has no checks")
    for number, check in enumerate(checks):
        outcome = _try(check, step, stream(step, number))
        n_points, worst = n_points + outcome.n_points, max(worst, outcome.deviation)
        if outcome.wrong:
            reason = f"check {number + 1}: {outcome.wrong}"
            return Verdict(step.id, "failed", n_points, worst, reason)
        proved = proved and outcome.is_proof
    return Verdict(step.id, "proved" if proved else "verified", n_points, worst)


def _try(check: Check, step: Step, rng: random.Random) -> _Outcome:
    if isinstance(check, Equal):
        return _agrees(check, step, rng)
    return _tends(check) if isinstance(check, Tends) else _converges(check, rng)


def _is_identity(check: Equal) -> bool:
    """Whether left and right are the same by algebra."""
    left, right = sp.sympify(check.left).doit(), sp.sympify(check.right).doit()
    if isinstance(left, sp.MatrixBase):
        return all(_same(x, y) for x, y in zip(left, right, strict=True))
    return _same(left, right)


def _same(left: sp.Expr, right: sp.Expr) -> bool:
    """Try the quotient, which suits products of powers, then the difference."""
    if right != 0 and any(form == 1 for form in _quotients(left / right)):
        return True
    residual = left - right
    for transform in (sp.expand, sp.simplify, sp.gammasimp):
        residual = transform(residual)
        if residual == 0:
            return True
    return False


def _quotients(quotient: sp.Expr) -> Iterator[sp.Expr]:
    """Collect powers of equal bases; symbols are positive, so logarithms split."""
    powers = sp.powdenest(sp.expand_power_base(quotient), force=True)
    yield sp.simplify(sp.powsimp(powers, force=True))
    yield sp.exp(sp.simplify(sp.expand(sp.expand_log(sp.log(quotient), force=True))))


def _agrees(check: Equal, step: Step, rng: random.Random) -> _Outcome:
    """Compare both sides at random points inside the hypotheses, then by algebra."""
    symbols = free_symbols(check.left, check.right, *step.hypotheses)
    left, right = _compiled(check.left, symbols), _compiled(check.right, symbols)
    worst, n_points = 0.0, 0
    for n_points, point in enumerate(points(symbols, step, rng), start=1):
        deviations = [_relative(x, y) for x, y in zip(left(point), right(point), strict=True)]
        worst = max(worst, *deviations)
        if not worst <= EQUAL_TOLERANCE:
            where = ", ".join(f"{symbol} = {float(value):.4g}" for symbol, value in point.items())
            return _Outcome(n_points, worst, f"the two sides differ at {where or 'every point'}")
    return _Outcome(n_points, worst, is_proof=not check.instance and _is_identity(check))


def _tends(check: Tends) -> _Outcome:
    """Follow the ratio of both sides towards the limit; its distance from 1 must shrink."""
    symbols = list(check.points[0])
    left, right = _compiled(check.left, symbols), _compiled(check.right, symbols)
    distances = []
    for point in check.points:
        (x,), (y,) = left(point), right(point)
        distances.append(_relative(x, y))
    return _approach(distances, "the ratio")


def _converges(check: Sampled, rng: random.Random) -> _Outcome:
    """Follow the mean over random matrices as they grow."""
    generator = np.random.default_rng(rng.getrandbits(64))
    pairs = [check.pair(size, generator) for size in check.sizes]
    return _approach([_relative(*map(mpmath.mpmathify, pair)) for pair in pairs], "the mean")


def _approach(distances: list[float], what: str) -> _Outcome:
    """Judge distances from the limit: each below the one before, the last below the tolerance."""
    shrinks = all(later < earlier for earlier, later in pairwise(distances))
    holds = shrinks and distances[-1] < LIMIT_TOLERANCE
    trail = " → ".join(f"{distance:.2g}" for distance in distances)
    wrong = "" if holds else f"{what} does not approach its limit: off by {trail}"
    return _Outcome(len(distances), distances[-1], wrong)


def free_symbols(*expressions: Any) -> list[sp.Symbol]:
    """Return all symbols that have values at a point, in order."""
    free = set().union(*(sp.sympify(expression).free_symbols for expression in expressions))
    return sorted(free, key=str)


def points(symbols: list[sp.Symbol], step: Step, rng: random.Random) -> Iterator[Point]:
    """Draw points from the symbols' domains, keeping those inside the hypotheses."""
    if not symbols:
        yield {}
        return
    found = 0
    for _ in range(_MAX_DRAWS):
        point = {symbol: _draw(symbol, rng) for symbol in symbols}
        if all(sp.sympify(h).subs(point) == sp.true for h in step.hypotheses):
            yield point
            found += 1
        if found == N_POINTS:
            return
    raise ArithmeticError(f"{step.id}: no random point satisfies {step.hypotheses}")


def _draw(symbol: sp.Symbol, rng: random.Random) -> Any:
    low, high = _domain(symbol)
    if symbol.is_integer:
        return sp.Integer(rng.randint(int(low), int(high)))
    # A rational with few digits: exact in every arithmetic, and hypotheses decide exactly.
    return sp.Rational(round(rng.uniform(low, high) * 2**20), 2**20)


def _domain(symbol: sp.Symbol) -> tuple[float, float]:
    """Return the range of a symbol; entries of explicit matrices are not in the notation table."""
    if symbol.name in NOTATION:
        return NOTATION[symbol.name].low, NOTATION[symbol.name].high
    return (0.1, 1.0) if symbol.is_positive else (-1.0, 1.0)


def sides(expression: Any) -> list[sp.Expr]:
    """Return the entries of a matrix, or an expression alone, with derivatives carried out."""
    expression = sp.sympify(expression)
    if expression.has(sp.Derivative):
        expression = expression.doit()
    return list(expression) if isinstance(expression, sp.MatrixBase) else [expression]


def _compiled(expression: Any, symbols: list[sp.Symbol]) -> Callable[[Point], list[Any]]:
    """Return point ↦ the value, or the entries, of an expression to `DIGITS` digits and more."""
    function = sp.lambdify(symbols, sides(expression), "mpmath")
    function.__globals__["range"] = _counted  # lambdify writes sums as loops over a range

    def evaluate(point: Point) -> list[Any]:
        with mpmath.workdps(DIGITS + 10):
            values = function(*(_exact(point[symbol]) for symbol in symbols))
            return [mpmath.mpmathify(value) for value in values]

    return evaluate


def _counted(first: mpmath.mpf, end: mpmath.mpf) -> list[mpmath.mpf]:
    """Return what a sum counts through, in the arithmetic of the rest."""
    return [mpmath.mpf(k) for k in range(int(first), int(end))]


def _exact(value: Any) -> mpmath.mpf:
    """Return a number as mpf: quotients of whole numbers must not turn into floats."""
    number = sp.Rational(value)
    return mpmath.mpf(number.p) / number.q


def _relative(left: mpmath.mpc, right: mpmath.mpc) -> float:
    """Return the relative deviation, infinite unless both sides are finite."""
    if not (mpmath.isfinite(left) and mpmath.isfinite(right)):
        return math.inf
    with mpmath.workdps(DIGITS + 10):
        scale = max(abs(left), abs(right))
        return float(abs(left - right) / scale) if scale else 0.0
