"""Values of sympy expressions as balls that hold them: Arb's arithmetic, every rounding counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sympy as sp

from superlaw.arguments import ArgumentError

NEEDS = "pip install 'superlaw[proof]'"
MOST_TERMS = 20_000
"""Of a sum that is written out."""
MOST_VALUES = 2_000
"""Of an integrand: seconds; the ball of an integral that needs more is wide."""
Ball = Any
"""A complex ball, flint.acb: the package is optional, and has no types."""
Values = Mapping[sp.Symbol, Ball]


class NotEnclosed(Exception):
    """What an expression holds that has no enclosure here."""


def arb() -> Any:
    """Return the module of balls.

    Raises
    ------
    ArgumentError
        If python-flint is not installed.
    """
    try:
        import flint  # the extra [proof]
    except ImportError:
        raise ArgumentError(f"certify needs python-flint; got none. {NEEDS}.") from None
    return flint


def enclosure(expression: sp.Expr, values: Values, *, analytic: bool = False) -> Ball:
    """Return a ball that holds the value of an expression, at the precision that is set.

    Parameters
    ----------
    expression : sympy expression
    values : mapping of symbols to acb
    analytic : bool
        Whether the ball of values must lie where the expression is analytic (inside an integral):
        it is not finite where that is not known.

    Raises
    ------
    NotEnclosed
        If a part of it is none of those that are known.
    """
    if isinstance(expression, sp.Symbol):
        return values[expression]
    if isinstance(expression, sp.Rational):
        return _number(expression)
    if isinstance(expression, sp.Sum):
        return _sum(expression, values, analytic)
    if isinstance(expression, sp.Integral):
        return _integral(expression, values, analytic)
    rule = _RULES.get(type(expression)) or _ENTIRE.get(type(expression))
    if rule is None and not (analytic and expression.has(sp.Dummy)):
        rule = _CUT.get(type(expression))
    if rule is None:
        raise NotEnclosed(f"no enclosure of {type(expression).__name__} here")
    return rule(expression, lambda part: enclosure(part, values, analytic=analytic), analytic)


def _number(value: Any) -> Ball:
    exact = sp.Rational(value)
    return arb().acb(arb().fmpq(int(exact.p), int(exact.q)))


Part = Callable[[sp.Expr], Ball]


def _add(expression: sp.Expr, part: Part, _: bool) -> Ball:
    first, *others = map(part, expression.args)
    return sum(others, first)


def _mul(expression: sp.Expr, part: Part, _: bool) -> Ball:
    product = _number(1)
    for factor in expression.args:
        product = product * part(factor)
    return product


def _pow(expression: sp.Expr, part: Part, analytic: bool) -> Ball:
    base, power = expression.args
    if power.is_Integer:
        return part(base) ** int(power)
    if power == sp.Rational(1, 2):
        return part(base).sqrt(analytic=analytic)
    return part(base).pow(part(power), analytic=analytic)


def _hyper(expression: sp.Expr, part: Part, _: bool) -> Ball:
    above, below, argument = expression.args
    return part(argument).hypgeom([part(each) for each in above], [part(each) for each in below])


_RULES: dict[type, Callable[[Any, Part, bool], Ball]] = {
    sp.Add: _add,
    sp.Mul: _mul,
    sp.Pow: _pow,
    type(sp.pi): lambda *_: arb().acb(arb().arb.pi()),
    type(sp.E): lambda *_: _number(1).exp(),
    sp.log: lambda e, part, analytic: part(e.args[0]).log(analytic=analytic),
}
_ENTIRE: dict[type, Callable[[Any, Part, bool], Ball]] = {
    sp.exp: lambda e, part, _: part(e.args[0]).exp(),
    sp.sin: lambda e, part, _: part(e.args[0]).sin(),
    sp.cos: lambda e, part, _: part(e.args[0]).cos(),
    sp.erf: lambda e, part, _: part(e.args[0]).erf(),
    sp.erfc: lambda e, part, _: part(e.args[0]).erfc(),
}
_CUT: dict[type, Callable[[Any, Part, bool], Ball]] = {
    sp.Abs: lambda e, part, _: arb().acb(abs(part(e.args[0]))),
    sp.gamma: lambda e, part, _: part(e.args[0]).gamma(),
    sp.lowergamma: lambda e, part, _: part(e.args[1]).gamma_lower(part(e.args[0])),
    sp.uppergamma: lambda e, part, _: part(e.args[1]).gamma_upper(part(e.args[0])),
    sp.expint: lambda e, part, _: part(e.args[1]).expint(part(e.args[0])),
    sp.polylog: lambda e, part, _: part(e.args[1]).polylog(part(e.args[0])),
    sp.hyper: _hyper,
}
"""Not known to be analytic all over a ball: constants of an integral may hold them."""


def _sum(expression: sp.Sum, values: Values, analytic: bool) -> Ball:
    """Return a finite sum, written out."""
    *inner, (symbol, low, high) = expression.limits
    first, last = (_whole(enclosure(end, values)) for end in (low, high))
    if last - first >= MOST_TERMS:
        raise NotEnclosed(f"a sum of {last - first + 1} terms")
    term = expression.function if not inner else sp.Sum(expression.function, *inner)
    total = _number(0)
    for k in range(first, last + 1):
        total += enclosure(term, {**values, symbol: _number(k)}, analytic=analytic)
    return total


def _whole(ball: Ball) -> int:
    number = ball.real.unique_fmpz()
    if number is None:
        raise NotEnclosed("a sum without end")
    return int(number)


def _integral(expression: sp.Integral, values: Values, analytic: bool) -> Ball:
    """Return an integral between finite ends, Arb's rigorous one."""
    if analytic or len(expression.limits) != 1 or len(expression.limits[0]) != 3:
        raise NotEnclosed("an integral of an integral")
    symbol, low, high = expression.limits[0]
    if not (low.is_finite is not False and high.is_finite is not False):
        raise NotEnclosed("an integral without end")
    variable = sp.Dummy(symbol.name)
    function = expression.function.subs(symbol, variable)

    unknown: list[NotEnclosed] = []

    def integrand(x: Ball, is_analytic: bool) -> Ball:
        try:
            return enclosure(function, {**values, variable: x}, analytic=is_analytic)
        except NotEnclosed as why:  # nothing may be raised through Arb
            unknown.append(why)
            return arb().acb(arb().arb.nan())

    ends = enclosure(low, values), enclosure(high, values)
    found = arb().acb.integral(integrand, *ends, eval_limit=MOST_VALUES)
    if unknown:
        raise unknown[0]
    if found.rel_accuracy_bits() < arb().ctx.prec // 4:
        raise NotEnclosed(f"an integral that {MOST_VALUES} values do not settle")
    return found
