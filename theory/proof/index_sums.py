"""Sums over features, for any number of them and any rank: coordinates in an eigenbasis.

Coordinates y_ki of features in the eigenbasis of their frame operator have
Σ_j y_kj y_lj = Λ_k δ_kl. That, and that finite sums may be taken in any order, is all that is used.
"""

from __future__ import annotations

from collections.abc import Iterable

import sympy as sp

from superlaw.theory.symbols import Lambda_k, mu_ik, r_F, square_norm_i, sum_i, sum_j, sum_k, sum_l

_y, _level = sp.IndexedBase("y"), sp.IndexedBase("Lambda")


def overlap(one: sp.Symbol, other: sp.Symbol, *, level: sp.Symbol = sum_k) -> sp.Expr:
    """Return what is summed over the level in w_one · w_other = Σ_k y_k,one y_k,other."""
    return _y[level, one] * _y[level, other]


def square_overlap() -> sp.Expr:
    """Return what is summed over both levels in (w_i · w_j)²."""
    return overlap(sum_i, sum_j) * overlap(sum_i, sum_j, level=sum_l)


def weighted(power: int) -> sp.Expr:
    """Return what is summed over the level in w_iᵀ F^power w_i; F⁻¹ is F⁺ on the range of F."""
    return overlap(sum_i, sum_i) * _level[sum_k] ** power


def summed(term: sp.Expr, *, features: Iterable[sp.Symbol]) -> sp.Expr:
    """Return a product of coordinates, summed over these features and all levels, as one sum.

    Parameters
    ----------
    term : sympy expression
        A product; each feature that is summed over stands in two coordinates.
    features : iterable of Symbol

    Returns
    -------
    Sum over k of levels Λ_k and, where feature i was not summed over, of its shares μ_ik.
    """
    for feature in features:
        term = _without(term, feature)
    own = {_y[sum_k, sum_i]: sp.sqrt(square_norm_i * mu_ik), _level[sum_k]: Lambda_k}
    found = sp.sympify(term).subs(own)
    if found.atoms(sp.Indexed):
        raise ValueError(f"{found} is no sum over one level")
    return sp.Sum(found, (sum_k, 1, r_F))


def _without(term: sp.Expr, feature: sp.Symbol) -> sp.Expr:
    """Sum over a feature: Σ_j y_kj y_lj = Λ_k δ_kl, and the sum over l has one term, l = k."""
    rest, levels = sp.Integer(1), []
    for base, power in term.as_powers_dict().items():
        if isinstance(base, sp.Indexed) and feature in base.indices:
            levels += [base.indices[0]] * int(power)
        else:
            rest *= base**power
    one, other = sorted(levels, key=str)
    return _level[one] * rest.subs(other, one)
