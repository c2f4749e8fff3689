"""Repulsion: how a pair of columns closes, and the closure for all pairs at once."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from superlaw.theory.derivations.superposed.flow import drive_entry, gram_entry
from superlaw.theory.proof.checks import Check, Equal, Tends
from superlaw.theory.proof.derivation import Step
from superlaw.theory.symbols import (
    A_ji,
    D_ij,
    D_ji,
    K,
    S_ij,
    S_ji,
    Y_ij,
    Y_ji,
    beta_j,
    k,
    m_plus_1,
    m_plus_2,
    p_i,
    p_j,
    s_i,
    s_j,
    sum_i,
    sum_j,
    t,
    theta,
    v_0,
    xi,
)

_VIOLATED = (sp.Gt(2 * S_ij, theta),)
_strength = (s_i + s_j) * (p_i + p_j)
_excess = sp.Symbol("e", positive=True)
_NEAR = tuple({theta: 1, S_ij: sp.Rational(1, 2) + sp.Rational(1, 10**n)} for n in (2, 3, 4))


def _pair_alone(step: Step, moment: Step, drive: Step, overlap: Step) -> Iterator[Check]:
    """Keep the two columns only; their own errors are at rest and their thresholds equal."""
    moments = {m_plus_1: moment.rhs.subs(k, 1), m_plus_2: moment.rhs.subs(k, 2)}
    silent = {A_ji: 0, beta_j: -theta, S_ji: S_ij, v_0: theta / S_ij}
    entry = drive.rhs.subs(moments).subs(silent)
    known = {
        gram_entry[sum_i, sum_i]: s_i,
        gram_entry[sum_j, sum_j]: s_j,
        drive_entry[sum_i, sum_i]: 0,
        drive_entry[sum_j, sum_j]: 0,
        drive_entry[sum_j, sum_i]: entry,
        drive_entry[sum_i, sum_j]: entry.subs(p_i, p_j),
    }
    pair = overlap.rhs.replace(sp.Sum, lambda *_: sp.Integer(0))
    yield Equal(pair.subs(known), step.rhs)


def _closing(step: Step, pair: Step) -> Iterator[Check]:
    """Near θ/2 the rate is quadratic in the excess; what solves that equation is a power."""
    unit = {p_i: sp.Rational(1, 4), p_j: sp.Rational(1, 4), s_i: 1, s_j: 1}
    near = -2 * _strength * (2 * S_ij - theta) ** 2 / theta
    yield Tends(2 * pair.rhs.subs(unit), near.subs(unit), _NEAR)
    quadratic = near.subs(2 * S_ij, theta + _excess).subs(_excess, step.rhs)
    yield Equal(sp.diff(step.rhs, t), quadratic)


def _left_over(step: Step, loss: Step, closing: Step) -> Iterator[Check]:
    """Insert the excess into the loss of both entries, to the lowest order."""
    silent = {A_ji: 0, beta_j: -theta, v_0: theta / S_ji, p_i: 1}
    entry = loss.rhs.doit().subs(silent).subs(S_ji, (theta + _excess) / 2)
    lowest = sp.limit(sp.simplify(entry / _excess**3), _excess, 0)
    yield Equal((p_i + p_j) * lowest * closing.rhs**3, step.rhs)


def _of_closure(step: Step, marks: Step, response: Step) -> Iterator[Check]:
    """Differentiate the overlap; the response of column i is that of j with both exchanged."""
    moving = {symbol: sp.Function(symbol.name)(t) for symbol in (s_i, s_j, Y_ij, Y_ji)}
    exchanged = {s_i: s_j, s_j: s_i, Y_ij: Y_ji, D_ij: D_ji, D_ji: D_ij}
    mirrored = response.rhs.subs(exchanged, simultaneous=True)
    rates = {
        sp.diff(moving[Y_ij], t): response.rhs.subs(_speeds),
        sp.diff(moving[Y_ji], t): mirrored.subs(_speeds),
        sp.diff(moving[s_i], t): _rate_i,
        sp.diff(moving[s_j], t): _rate_j,
    }
    rate = sp.diff(marks.rhs.subs(moving), t).subs(rates)
    rate = rate.subs({function: symbol for symbol, function in moving.items()})
    yield Equal(rate, step.rhs.subs(_speeds).subs(S_ij, marks.rhs))


_rate_i, _rate_j = sp.symbols("ds_i ds_j", real=True)
_speeds = {sp.Derivative(s_i, t): _rate_i, sp.Derivative(s_j, t): _rate_j}

STEPS = (
    Step(
        "U20",
        "A pair that repels itself",
        sp.Derivative(S_ij, t),
        -_strength * (2 * S_ij - theta) ** 2 * (4 * S_ij + theta) / (12 * S_ij**2),
        "substitution",
        r"Two columns alone, both rows at the threshold $\theta$, while $2 S_{ij} > \theta$: the "
        "more frequent of the two sets the pace.",
        follows=("R3", "R4", "U4"),
        by=_pair_alone,
        hypotheses=_VIOLATED,
    ),
    Step(
        "U21",
        "How it closes",
        sp.Symbol("2 S_ij") - theta,
        theta / (2 * _strength * t),
        "asymptotics",
        "The gate closes while it is being pushed: the excess falls as a power, not exponentially.",
        follows=("U20",),
        by=_closing,
    ),
    Step(
        "U22",
        "What a closing pair still costs",
        sp.Symbol("L_ij") + sp.Symbol("L_ji"),
        theta**2 * (p_i + p_j) / (48 * (_strength * t) ** 3),
        "substitution",
        r"$t^{-3}$, so pairs with $(s_i + s_j)(p_i + p_j) t \gg 1$ are done, and what is left is "
        "interference among rare features.",
        follows=("R1", "U21"),
        by=_left_over,
    ),
    Step(
        "U23",
        "Overlaps by marks that do not turn",
        S_ij,
        sp.sqrt(s_i * s_j / K) * xi + sp.sqrt(s_i) * Y_ij + sp.sqrt(s_j) * Y_ji,
        "closure",
        r"$\xi/\sqrt{K}$ is the cosine that the pair starts with, $Y_{ij}$ what repulsion has "
        "added to column $j$ along column $i$. Assumed: all others only shorten a column. Measured "
        r"cosines of a column with its start: above 0.94 for $i > 8$, 0.68 for the most frequent "
        "($N = 512$, $K = 32$, $a = 1.5$, $b = 1$, $t = 10^3$).",
    ),
    Step(
        "U24",
        "Response of a column",
        sp.Derivative(Y_ij, t),
        Y_ij / (2 * s_j) * sp.Derivative(s_j, t) + sp.sqrt(s_i) * (D_ij + D_ji),
        "closure",
        r"Pushed along $w_i$, and shortened with the column. Gains follow U3 and thresholds R5, "
        "with means over marks and one threshold a class: no constant is fitted.",
    ),
    Step(
        "U25",
        "Flow of an overlap in the closure",
        sp.Derivative(S_ij, t),
        (s_i + s_j) * (D_ij + D_ji)
        + S_ij / 2 * (sp.Derivative(s_i, t) / s_i + sp.Derivative(s_j, t) / s_j),
        "substitution",
        "U4 with the push of all others replaced by the loss of norm that it brings about.",
        follows=("U23", "U24"),
        by=_of_closure,
    ),
)
