"""Rates of the row-replica closure of the ReLU student: mean-field equations on feature classes.

A row of S (an output unit) lives among Gaussian interference from all other features. Rows of a
class are represented by R replicas, each with its own overlap s and bias β and with frozen Gaussian
marks ξ for the H most frequent columns; rarer columns are seen through quantile nodes of their
Gaussian, which turns with B (R26). What a row has learned to subtract from an entry is its own
response M.

Indices as in `row_replica_pairs`.
"""

from __future__ import annotations

import numpy as np
from numba import float64, types

from superlaw.compiled import helper, kernel
from superlaw.solvers.closures.kernels.row_replica_pairs import (
    MODEL,
    STATE,
    moments,
    new_pairs,
)
from superlaw.solvers.closures.kernels.row_replica_rows import all_pairs
from superlaw.solvers.closures.kernels.row_replica_turning import forget, turn


@helper()
def _own(model, state, rate, pairs):
    """Add what a row's own feature does to its overlap and bias; return its E[D] and E[S D]."""
    n_classes, n_replicas = state.s.shape
    drive, power, loss = np.zeros(n_classes), np.zeros(n_classes), 0.0
    for g in range(n_classes):
        p, a = model.p[g], model.target[g]
        for r in range(n_replicas):
            s, beta = state.s[g, r], state.beta[g, r]
            m0, m1, m2 = moments(s, beta)
            error = s - a
            D = -p * (error * m2 + beta * m1)
            rate.s[g, r] = D
            rate.beta[g, r] = pairs.bias_drive[g, r] - p * (error * m1 + beta * m0)
            rate.beta[g, r] *= model.trains_bias
            cost = error * error * m2 + 2.0 * error * beta * m1 + beta * beta * m0
            loss += model.n[g] * p * 0.5 * (cost + a * a * (4.0 / 3.0 - m2)) / n_replicas
            drive[g] += D / n_replicas
            power[g] += s * D / n_replicas
    return drive, power, loss


@helper()
def _reactions(model, pairs):
    """Return how all entries of a column, of a row, and all entries together react, times 1/K."""
    n, n_classes = model.n, model.n.size
    column, row, bulk = np.zeros(n_classes), np.zeros(n_classes), 0.0
    for g in range(n_classes):
        for h in range(n_classes):
            same = 1.0 if g == h else 0.0
            column[h] += (n[g] - same) * pairs.gain[g, h] / model.width
            row[g] += (n[h] - same) * pairs.gain[g, h] / model.width
            bulk += n[g] * (n[h] - same) * pairs.gain[g, h] / model.width**2
    return column, row, bulk


@helper()
def _bulk_rates(model, state, mean, pairs, drive, power):
    """Return d(tr B/K)/dt and d(|B|²/K)/dt."""
    trace = square = 0.0
    for g in range(model.n.size):
        trace += model.n[g] * drive[g]
        square += model.n[g] * power[g]
        for h in range(model.n.size):
            weight = model.n[g] * (model.n[h] - (1.0 if g == h else 0.0))
            overlap = (mean[g] + mean[h] - state.bulk[0]) / model.width
            trace -= weight * pairs.gain[g, h] * overlap
            square += weight * pairs.power[g, h]
    return trace / model.width, 2.0 * square / model.width


@helper()
def _norm_rates(model, state, mean, pairs, reactions, drive, power, rate):
    """Set the rates of |Bw|² and |Bᵀw|² of each class."""
    bulk, mu, square = reactions[2], state.bulk[0], state.bulk[1]
    for g in range(model.n.size):
        by_column = by_row = power_column = power_row = 0.0
        for h in range(model.n.size):
            weight = model.n[h] - (1.0 if g == h else 0.0)
            overlap = (mean[g] + mean[h] - mu) / model.width
            by_column -= weight * pairs.gain[h, g] * overlap
            by_row -= weight * pairs.gain[g, h] * overlap
            power_column += weight * pairs.power[h, g]
            power_row += weight * pairs.power[g, h]
        own = mean[g] - mu
        shared = rate.bulk[1] + 2.0 * own * rate.bulk[0] + 2.0 * power[g]
        rate.column[g] = shared + 2.0 * (power_column + mean[g] * by_row)
        rate.row[g] = shared + 2.0 * (power_row + mean[g] * by_column)
        rate.column[g] -= 2.0 * (state.column[g] - square - own * mu) * bulk
        rate.row[g] -= 2.0 * (state.row[g] - square - own * mu) * bulk


@helper()
def _cross_talk(model, state, pairs, reactions, rate):
    """Add to each overlap what all other features do to it, and the echo of its own responses.

    A row's response to an interfering column comes back through the overlap of the two features,
    less what the other rows do about it; likewise for its column.
    """
    column, row, bulk = reactions
    K, mu, n_head = model.width, state.bulk[0], state.head.shape[1]
    for g in range(model.n.size):
        steady = weighted = 0.0  # what every replica loses, and the part that comes with mean[h]
        for h in range(model.n.size):
            weight = model.n[h] - (1.0 if g == h else 0.0)
            loss = weight * (pairs.gain[h, g] / K + row[h] * pairs.recall[h, g])
            if h >= n_head:
                loss += weight * column[h] * pairs.recall[g, h]
            steady += loss
            weighted += loss * pairs.mean[h]
        for r in range(state.s.shape[1]):
            own = state.s[g, r] - mu
            total = rate.bulk[0] - own * bulk + pairs.overlap_drive[g, r]
            rate.s[g, r] += total - weighted - steady * own
        for h in range(n_head):
            weight = model.n[h] - (1.0 if g == h else 0.0)
            echo, shared = weight * column[h] / (pairs.sigma[g, h] * K), pairs.mean[h] - mu
            for r in range(state.s.shape[1]):
                recall = echo * model.marks[g, h, r] * state.head[g, h, r]
                rate.s[g, r] -= recall * (shared + state.s[g, r])


@helper()
def _spread(model, state, pairs, rate):
    """Add the fluctuations of wᵀBw from row to row: squared overlaps with the head, and the bulk.

    A replica with mark ξ to head column h overlaps with it by more or less than average and rises
    with it accordingly; the rest of B has (2/K)(|B|²/K − (tr B/K)²) as the variance of wᵀBw.
    """
    n_head, n_replicas, K, mu = state.head.shape[1], state.s.shape[1], model.width, state.bulk[0]
    mean, variance = pairs.mean, state.bulk[1] - mu * mu
    variance_rate = rate.bulk[1] - 2.0 * mu * rate.bulk[0]
    speed = np.zeros(n_head)
    for h in range(n_head):
        speed[h] = rate.s[h].mean()
        variance -= model.n[h] * (mean[h] - mu) ** 2 / K
        variance_rate -= model.n[h] * 2.0 * (mean[h] - mu) * (speed[h] - rate.bulk[0]) / K
    growth = 0.0
    if variance > 0.0 and variance_rate > 0.0:
        growth = variance_rate / np.sqrt(2.0 * K * variance)
    for g in range(model.n.size):
        for r in range(n_replicas):
            rate.s[g, r] += model.bulk_marks[g, r] * growth
        for h in range(n_head):
            if h != g:
                overlap = (mean[g] + mean[h] - mu) / (np.sqrt(K) * pairs.sigma[g, h])
                tilt = min(1.0, overlap * overlap) * speed[h] / K
                for r in range(n_replicas):
                    rate.s[g, r] += tilt * (model.marks[g, h, r] ** 2 - 1.0)


@kernel(types.UniTuple(float64, 2)(MODEL, STATE, STATE))
def closure_rates(model, state, rate):
    """Fill the rates of a state (R13, R15-R26); return its diagonal and its interference loss."""
    pairs = new_pairs(model, state)
    mean = pairs.mean
    all_pairs(model, state, rate, pairs)
    drive, power, diagonal = _own(model, state, rate, pairs)
    own = rate.s.copy()
    reactions = _reactions(model, pairs)
    rate.bulk[0], rate.bulk[1] = _bulk_rates(model, state, mean, pairs, drive, power)
    _norm_rates(model, state, mean, pairs, reactions, drive, power, rate)
    _cross_talk(model, state, pairs, reactions, rate)
    _spread(model, state, pairs, rate)
    work = forget(model, state, pairs, reactions, rate)
    turn(model, state, own, work, rate)
    return diagonal, np.sum(model.n * pairs.loss)
