"""Interference: averages over random directions, and what entries answer to it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import sympy as sp

from superlaw.theory.proof.checks import Check, Equal
from superlaw.theory.proof.derivation import Step
from superlaw.theory.symbols import (
    D_ji,
    Delta,
    K,
    M_ji,
    S_ji,
    column_i,
    k_ji,
    kc_i,
    kr_j,
    mu,
    r_0,
    row_j,
    s_i,
    s_j,
    sigma_ji,
    t,
    xi,
)

_cov = (s_i + s_j - mu) / K


def mean_over_directions(expression: sp.Expr, *columns: tuple[sp.Symbol, ...]) -> sp.Expr:
    """Average over unit vectors along an orthonormal basis, which have the second moments of w."""
    size, total = len(columns[0]), sp.Integer(0)
    for axes in product(range(size), repeat=len(columns)):
        point = {
            entry: int(place == axis)
            for column, axis in zip(columns, axes, strict=True)
            for place, entry in enumerate(column)
        }
        total += expression.subs(point)
    return total / size ** len(columns)


_first, _second = sp.symbols("x:2", real=True), sp.symbols("y:2", real=True)
_w_i, _w_j = sp.Matrix(_first), sp.Matrix(_second)
_rest = sp.Matrix(2, 2, sp.symbols("R:4", real=True))
_c_i, _c_j = sp.symbols("c_first c_second", positive=True)


def _interference(step: Step, *_: Step) -> Iterator[Check]:
    """Let B hold column j on top of what does not know it, in two dimensions."""
    overlap, B = _w_j.dot(_w_i), _rest + _c_j * _w_j * _w_j.T
    column, row = _rest * _w_i + _c_j * overlap * _w_j, _rest.T * _w_j + _c_j * _w_j
    norms = {column_i**2: column.dot(column), row_j**2: row.dot(row), r_0: (B.T * B).trace() / 2}
    square = (_w_j.dot(_rest * _w_i) + _c_j * overlap) ** 2
    stated = (step.rhs**2).subs(norms).subs(K, 2)
    left, right = (mean_over_directions(e, _first, _second) for e in (square, stated))
    yield Equal(left, right, instance=True)
    yield Equal(abs(step.rhs), step.rhs)


def _overlap(step: Step, *_: Step) -> Iterator[Check]:
    """Let B hold both columns on top of what knows neither, in two dimensions."""
    B = _rest + _c_j * _w_j * _w_j.T + _c_i * _w_i * _w_i.T
    overlap = _w_j.dot(_w_i)
    product_of_entries = overlap * ((_w_j.T * _rest * _w_i)[0] + (_c_i + _c_j) * overlap)
    known = {
        s_i: (_w_i.T * B * _w_i)[0],
        s_j: (_w_j.T * B * _w_j)[0],
        mu: B.trace() / 2,
        K: 2,
    }
    left = mean_over_directions(product_of_entries, _first, _second)
    yield Equal(left, mean_over_directions(step.rhs.subs(known), _first, _second), instance=True)


def gaussian_mean(expression: sp.Expr, *variables: sp.Symbol) -> sp.Expr:
    """Average a polynomial over independent standard Gaussians."""
    for variable in variables:
        terms = sp.Poly(expression, variable).terms()
        expression = sum(
            factor * (sp.factorial2(order - 1) if order else 1)
            for (order,), factor in terms
            if order % 2 == 0
        )
    return sp.sympify(expression)


def _regression(stated: sp.Expr, coefficient: sp.Symbol, covariance: sp.Expr) -> Equal:
    """Let G be Gaussian beside ξ, and the answer of an entry any cubic in its interference."""
    other, spread = sp.Symbol("eta_G", real=True), sp.Symbol("g", positive=True)
    factors = sp.symbols("d_1:4", real=True)
    answer = sum(d * (sigma_ji * xi) ** (n + 1) for n, d in enumerate(factors))
    overlap = covariance / sigma_ji * xi + spread * other
    tilt = gaussian_mean(sp.expand(xi * answer), xi) / sigma_ji
    left = gaussian_mean(sp.expand(overlap * answer), xi, other)
    return Equal(left, stated.subs(coefficient, tilt), instance=True)


def _gain_of_entry(step: Step, closure: Step, overlap: Step) -> Iterator[Check]:
    field = closure.rhs.subs(M_ji, 0)
    yield Equal(gaussian_mean(field**2, xi), sigma_ji**2)
    yield Equal(gaussian_mean(overlap.rhs / sigma_ji * xi * field, xi), overlap.rhs)
    minus = sp.Symbol("minus_k", real=True)
    yield _regression(step.rhs.subs(k_ji, -minus), minus, overlap.rhs)


def _echo_of_entry(step: Step, closure: Step, overlap: Step) -> Iterator[Check]:
    yield _regression(step.rhs, _recall, overlap.rhs)


_recall = sp.Symbol(r"\mathrm{E}[\xi M_{ji}]/\sigma_{ji}", real=True)


def _fluctuation(step: Step, *_: Step) -> Iterator[Check]:
    """Average (wᵀBw)² over the sphere in three dimensions, in the eigenbasis of B."""
    angle, height = sp.symbols("varphi h", real=True)
    around = sp.sqrt(1 - height**2)
    w = (around * sp.cos(angle), around * sp.sin(angle), height)
    values = sp.symbols("b:3", real=True)
    form = sum(b * x**2 for b, x in zip(values, w, strict=True))

    def mean(expression: sp.Expr) -> sp.Expr:
        turned = sp.integrate(sp.expand(expression), (angle, 0, 2 * sp.pi))
        return sp.integrate(sp.expand(turned), (height, -1, 1)) / (4 * sp.pi)

    known = {K: 3, mu: sum(values) / 3, r_0: sum(b**2 for b in values) / 3}
    yield Equal(mean(form**2) - mean(form) ** 2, step.rhs.subs(known), instance=True)


STEPS = (
    Step(
        "R9",
        "Gaussian interference",
        S_ji,
        sigma_ji * xi + M_ji,
        "closure",
        r"An off-diagonal entry is a sum over many nearly independent overlaps, Gaussian with "
        r"a "
        r"frozen mark $\xi$, plus the response $M_{ji}$ that training has added to it. Assumed "
        "Gaussian to the far tail, where few features decide.",
    ),
    Step(
        "R10",
        "Size of the interference",
        sigma_ji,
        sp.sqrt((column_i**2 + row_j**2 - r_0) / K),
        "identity",
        r"Exact in the mean over directions if $B$ knows one of the two columns; a $B$ that "
        r"has "
        r"learned both adds a product of what it learned of each, which is left out here.",
        by=_interference,
        hypotheses=(sp.Gt(column_i**2 + row_j**2, r_0),),
    ),
    Step(
        "R11",
        "Overlap of an entry with the Gram matrix",
        sp.Symbol(r"\mathrm{E}[G_{ji} S_{ji}]"),
        _cov,
        "identity",
        "Features that overlap see each other's learned part; exact in the mean over "
        "directions for any number of learned columns.",
        by=_overlap,
    ),
    Step(
        "R12",
        "Gain of an entry",
        sp.Symbol(r"\mathrm{E}[G_{ji} D_{ji}]"),
        -k_ji * _cov,
        "identity",
        r"Stein's lemma: of the Gram matrix only its regression on the mark matters, and "
        r"$k_{ji} = -E[\xi D_{ji}]/\sigma_{ji}$ is what the entry answers to it.",
        follows=("R9", "R11"),
        by=_gain_of_entry,
    ),
    Step(
        "R13",
        "Response of an entry",
        sp.Derivative(M_ji, t),
        D_ji - (kc_i + kr_j + Delta) * M_ji,
        "closure",
        r"The rest of the network answers a response: its column with $k^c_i = \sum_j "
        r"k_{ji}/K$, its row with $k^r_j = \sum_i k_{ji}/K$, everything together with $\Delta "
        r"= "
        r"\sum_{ji} k_{ji}/K^2$. Assumed without memory; exact to second order in time and at "
        "rest.",
        follows=("R9", "R12"),
    ),
    Step(
        "R14",
        "Echo of a response",
        sp.Symbol(r"\mathrm{E}[G_{ji} M_{ji}]"),
        _cov * _recall,
        "identity",
        "A response remembers the mark it came from, and so the overlap of the two features.",
        follows=("R9", "R11"),
        by=_echo_of_entry,
    ),
    Step(
        "R18",
        "Fluctuation from row to row",
        sp.Symbol(r"\mathrm{Var}[w^T B w]"),
        2 * (r_0 - mu**2) / (K + 2),
        "identity",
        r"Of a symmetric $B$ over directions: rows of one class differ, and the luckiest "
        r"revive "
        "first. The squares of their marks carry the part that belongs to the head.",
        by=_fluctuation,
    ),
)
