"""Covariances of columns and rows at two times from forces and answers (R36, R37)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from superlaw.curves import Array
from superlaw.solvers.closures.two_time.memory import Memory


@dataclass(frozen=True)
class Learned:
    """What a network has learned as a whole [time] and [time, time].

    Attributes
    ----------
    mu : ndarray
        tr B/K [time].
    r0 : ndarray
        tr B B'ᵀ/K [time, time].
    """

    mu: Array
    r0: Array

    def without(self, x: Array, width: int) -> Array:
        """Return r = r0 − μμ' − x_i x_i'/K, without what feature i has put in [time, time]."""
        return np.asarray(self.r0 - np.outer(self.mu, self.mu) - np.outer(x, x) / width)


@dataclass(frozen=True)
class Across:
    """What crosses a column, or a row: a class of rows, or of columns.

    Attributes
    ----------
    answers : ndarray
        Σ q over all of the class, those of a row screened (R34) [time, earlier time].
    covariance : ndarray
        V_k of the rows, C_k of the columns, without their own directions [time, time].
    x : ndarray
        s_k − μ [time].
    """

    answers: Array
    covariance: Array
    x: Array


def covariance(known: Memory, own: Array, forces: Array, shown: Array, r: Array) -> Array:
    """Return G r Gᵀ + R F Rᵀ + R Y Gᵀ + G Yᵀ Rᵀ, R = (d − X − X^own)⁻¹, G = 1 + R X^own (R36).

    Parameters
    ----------
    known : Memory
    own : ndarray
        X^own, what the column or row answers [time, earlier time].
    forces : ndarray
        F = Σ D D' over its entries, those of a row screened [time, time].
    shown : ndarray
        Y, `shown_by` those that cross it [time, time].
    r : ndarray
        `Learned.without` the feature itself [time, time].
    """
    R = np.linalg.inv(known.d - known.everything - own)
    G = np.eye(len(R)) + R @ own
    mixed = R @ shown @ G.T
    return np.asarray(G @ r @ G.T + R @ forces @ R.T + mixed + mixed.T)


def shown_by(crossing: Sequence[Across], learned: Learned, x: Array, width: int) -> Array:
    """Return Y(t', t) = (1/K) Σ_k ∫ q_k(t', u) [V_k − r + x_k (x_k' + μ' + x_i')](t, u) du (R36).

    Those that have learned show a column, or a row, more than a random direction does.

    Parameters
    ----------
    crossing : sequence of Across
    learned : Learned
    x : ndarray
        s_i − μ of the feature itself [time].
    width : int
        K.
    """
    r, total = learned.without(x, width), np.zeros_like(learned.r0)
    for each in crossing:
        excess = each.covariance - r + np.outer(each.x, each.x + learned.mu + x)
        total += each.answers @ excess.T
    return np.asarray(total / width)
