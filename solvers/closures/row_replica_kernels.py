"""Rates of the row-replica closure of the ReLU student: mean-field equations on feature classes.

A row of S (an output unit) lives among Gaussian interference from all other features. Rows of a
class are represented by R replicas, each with its own overlap s and bias β and with frozen Gaussian
marks ξ for the H most frequent columns; rarer columns are seen through quantile nodes of their
Gaussian. What a row has learned to subtract from an entry is its own response M.

Indices: g, h classes of rows and of columns, r replicas, q quantile nodes; a pair carries the
multiplicity n_h − δ_gh. Exactly one feature is active at a time and v ~ U(0, 2).
"""

from __future__ import annotations

from collections import namedtuple

import numpy as np

from superlaw.compiled import helper, kernel

Model = namedtuple(
    "Model",
    (
        "n",  # multiplicity of each class, (G,)
        "p",  # frequency, (G,)
        "target",  # teacher entry, (G,)
        "width",  # K
        "trains_bias",  # 1.0 or 0.0
        "marks",  # ξ of the head columns, (G, H, R)
        "bulk_marks",  # η of the bulk, (G, R)
        "nodes",  # nodes of a standard Gaussian, (Q,)
        "node_weights",  # their weights, adding up to 1, (Q,)
    ),
)
State = namedtuple("State", ("s", "beta", "column", "row", "bulk", "head", "tail"))
"""Overlaps and biases (G, R); norms |Bw|² and |Bᵀw|² (G,); (tr B/K, |B|²/K); responses M to head
columns (G, H, R) and to tail columns (G, G − H, Q)."""
Pairs = namedtuple(
    "Pairs", ("mean", "sigma", "gain", "power", "loss", "bias_drive", "overlap_drive", "recall")
)
"""Mean overlap of each class (G,). Of every pair (g, h): size σ of the field (R10), gain −E[ξD]/σ
(R12), power E[S D] and recall E[ξM]/(σK), (G, G); of every row:
interference loss (G,), drives of bias and overlap (G, R)."""

_SMALL = 1e-30
LOOSE = {"reassoc", "contract", "nsz"}
"""What the compiler may do with sums: several partial sums, fused multiply-adds."""


@helper()
def moments(S, beta):
    """Return E[v^k 1(vS + β ≥ 0)], k = 0, 1, 2, for v ~ U(0, 2) (step R3)."""
    if S > 0.0:
        x = min(max(-beta / S, 0.0), 2.0)
        return 1.0 - 0.5 * x, 1.0 - 0.25 * x * x, (8.0 - x * x * x) / 6.0
    if S < 0.0:
        x = min(max(-beta / S, 0.0), 2.0)
        return 0.5 * x, 0.25 * x * x, x * x * x / 6.0
    return (1.0, 1.0, 4.0 / 3.0) if beta >= 0.0 else (0.0, 0.0, 0.0)


@helper()
def unpack(y, n_classes, n_head, n_replicas, n_nodes):
    """Return the parts of a flat state as views."""
    G, H, R, Q = n_classes, n_head, n_replicas, n_nodes
    ends = np.cumsum(np.array([G * R, G * R, G, G, 2, G * H * R, G * (G - H) * Q]))
    return State(
        y[: ends[0]].reshape(G, R),
        y[ends[0] : ends[1]].reshape(G, R),
        y[ends[1] : ends[2]],
        y[ends[2] : ends[3]],
        y[ends[3] : ends[4]],
        y[ends[4] : ends[5]].reshape(G, H, R),
        y[ends[5] : ends[6]].reshape(G, G - H, Q),
    )


@helper(fastmath=LOOSE)
def _open_side(S, inverse, beta, D, drive):
    """Fill −∂L/∂S and −∂L/∂β of an entry S > 0, for every bias of the row, per unit of p."""
    for r in range(beta.size):
        x = min(max(-beta[r] * inverse, 0.0), 2.0)
        m1 = 1.0 - 0.25 * x * x
        D[r] = -(S * (8.0 - x * x * x) / 6.0 + beta[r] * m1)
        drive[r] = -(S * m1 + beta[r] * (1.0 - 0.5 * x))


@helper(fastmath=LOOSE)
def _closed_side(S, inverse, beta, D, drive):
    """Fill the same for S < 0."""
    for r in range(beta.size):
        x = min(max(-beta[r] * inverse, 0.0), 2.0)
        m1 = 0.25 * x * x
        D[r] = -(S * x * x * x / 6.0 + beta[r] * m1)
        drive[r] = -(S * m1 + 0.5 * beta[r] * x)


@helper(fastmath=LOOSE)
def _head_entries(S, beta, D, drive):
    """Fill the same where every replica has its own S."""
    for r in range(beta.size):
        m0, m1, m2 = moments(S[r], beta[r])
        D[r] = -(S[r] * m2 + beta[r] * m1)
        drive[r] = -(S[r] * m1 + beta[r] * m0)


@helper()
def _head_pair(g, h, model, state, rate, pairs, room):
    """Go through the replicas of an entry in a head column: each has its own mark."""
    sigma, p, beta = pairs.sigma[g, h], model.p[h], state.beta[g]
    mark, response, D, drive, S = model.marks[g, h], state.head[g, h], room[0], room[1], room[2]
    others = model.n[h] - (1.0 if g == h else 0.0)
    for r in range(beta.size):
        S[r] = sigma * mark[r] + response[r]
    _head_entries(S, beta, D, drive)
    pull = power = loss = recall = 0.0
    for r in range(beta.size):
        rate.head[g, h, r] = p * D[r]
        pull += mark[r] * D[r]
        power += S[r] * D[r]
        loss -= S[r] * D[r] + beta[r] * drive[r]
        recall += mark[r] * response[r]
        pairs.bias_drive[g, r] += others * p * drive[r]
        room[3, r] = mark[r] * D[r]
    _keep_pair(g, h, model, state, pairs, room[3], p / sigma)
    mean = p / beta.size
    pairs.gain[g, h] = -mean * pull / sigma
    pairs.power[g, h] = mean * power
    pairs.recall[g, h] = recall / (beta.size * sigma * model.width)
    pairs.loss[g] += 0.5 * others * mean * loss


@helper(fastmath=LOOSE)
def _tail_pair(g, h, model, state, rate, pairs, room):
    """Go through the quantile nodes of an entry in a tail column, for every replica's bias."""
    sigma, p, beta = pairs.sigma[g, h], model.p[h], state.beta[g]
    column, others = h - state.head.shape[1], model.n[h] - (1.0 if g == h else 0.0)
    D, drive, pulls, biases = room[0], room[1], room[3], pairs.bias_drive[g]
    pulls[:] = 0.0
    pull = power = loss = recall = 0.0
    for q in range(model.nodes.size):
        node, weight, response = model.nodes[q], model.node_weights[q], state.tail[g, column, q]
        S = sigma * node + response
        if S > 0.0:
            _open_side(S, 1.0 / S, beta, D, drive)
        else:
            _closed_side(S, 1.0 / min(S, -_SMALL), beta, D, drive)
        total, slack, share = 0.0, 0.0, others * p * weight
        for r in range(beta.size):
            total += D[r]
            slack += beta[r] * drive[r]
            biases[r] += share * drive[r]
            pulls[r] += weight * node * D[r]
        rate.tail[g, column, q] = p * total / beta.size
        pull += weight * node * total
        power += weight * S * total
        loss -= weight * (S * total + slack)
        recall += weight * node * response
    _keep_pair(g, h, model, state, pairs, pulls, p / sigma)
    mean = p / beta.size
    pairs.gain[g, h] = -mean * pull / sigma
    pairs.power[g, h] = mean * power
    pairs.recall[g, h] = recall / (sigma * model.width)
    pairs.loss[g] += 0.5 * others * mean * loss


@helper()
def _keep_pair(g, h, model, state, pairs, pulls, scale):
    """Add to each replica's overlap what its own row pulls through the overlap with h."""
    others = model.n[h] - (1.0 if g == h else 0.0)
    for r in range(pulls.size):
        overlap = (pairs.mean[h] + state.s[g, r] - state.bulk[0]) / model.width
        pairs.overlap_drive[g, r] += others * scale * pulls[r] * overlap


@helper()
def _all_pairs(model, state, rate, pairs):
    """Fill what the pairs contribute, row by row."""
    n_classes, n_head = model.n.size, state.head.shape[1]
    room = np.empty((4, state.s.shape[1]))
    for g in range(n_classes):
        for h in range(n_head):
            _head_pair(g, h, model, state, rate, pairs, room)
        for h in range(n_head, n_classes):
            _tail_pair(g, h, model, state, rate, pairs, room)


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
            total -= weighted + steady * own
            for h in range(n_head):
                weight = model.n[h] - (1.0 if g == h else 0.0)
                recall = model.marks[g, h, r] * state.head[g, h, r] / (pairs.sigma[g, h] * K)
                total -= weight * (pairs.mean[h] + own) * column[h] * recall
            rate.s[g, r] += total


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
                    tilt = min(1.0, overlap * overlap) * (model.marks[g, h, r] ** 2 - 1.0)
                    rate.s[g, r] += tilt * speed[h] / K


@helper()
def _forget(model, state, reactions, rate):
    """Let the rest of the network react to each response M: dM = D − (column + row + bulk) M."""
    column, row, bulk = reactions
    n_head = state.head.shape[1]
    for g in range(model.n.size):
        for h in range(model.n.size):
            loss = column[h] + row[g] + bulk
            if h < n_head:
                for r in range(state.s.shape[1]):
                    rate.head[g, h, r] -= loss * state.head[g, h, r]
            else:
                for q in range(model.nodes.size):
                    rate.tail[g, h - n_head, q] -= loss * state.tail[g, h - n_head, q]


@helper()
def _new_pairs(model, state):
    """Return pairs with the sizes of their fields, σ² = (|Bw_h|² + |Bᵀw_g|² − |B|²/K)/K."""
    n_classes, n_replicas = state.s.shape
    mean, sigma = np.empty(n_classes), np.empty((n_classes, n_classes))
    for g in range(n_classes):
        mean[g] = state.s[g].mean()
        for h in range(n_classes):
            square = state.column[h] + state.row[g] - state.bulk[1]
            sigma[g, h] = np.sqrt(max(square, _SMALL) / model.width)
    by_class = np.zeros((3, n_classes, n_classes))
    by_row = np.zeros((2, n_classes, n_replicas))
    return Pairs(
        mean,
        sigma,
        by_class[0],
        by_class[1],
        np.zeros(n_classes),
        by_row[0],
        by_row[1],
        by_class[2],
    )


@kernel()
def closure_rates(model, state, rate):
    """Fill the rates of a state (R13, R15-R18); return its diagonal and its interference loss."""
    pairs = _new_pairs(model, state)
    mean = pairs.mean
    _all_pairs(model, state, rate, pairs)
    drive, power, diagonal = _own(model, state, rate, pairs)
    reactions = _reactions(model, pairs)
    rate.bulk[0], rate.bulk[1] = _bulk_rates(model, state, mean, pairs, drive, power)
    _norm_rates(model, state, mean, pairs, reactions, drive, power, rate)
    _cross_talk(model, state, pairs, reactions, rate)
    _spread(model, state, pairs, rate)
    _forget(model, state, reactions, rate)
    return diagonal, np.sum(model.n * pairs.loss)
