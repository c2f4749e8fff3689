"""The rows of the row-replica closure: all entries of a class of rows, for every replica's bias.

With A = |S|, x = min(u/A, 2), u = relu(−β) where S > 0 and else relu(β), R4 and R5 per unit of p:

    −∂L/∂S = A (x − x³/12 − 4/3 [S > 0]) − relu(β),   −∂L/∂β = A (x − x²/4 − [S > 0]) − relu(β).

In a tail column all replicas share S. Where 0 ≤ x < 2 for all of them, or x = 2 for all, both are
polynomials in min(β, 0) and max(β, 0), so that sums over replicas need only those of their powers;
no more than a few nodes are left between. Indices as in `row_replica_pairs`. A helper goes through
a whole row, and arrays are indexed, not viewed: counting references takes longer than an entry.
"""

from __future__ import annotations

from collections import namedtuple

import numpy as np

from superlaw.compiled import LOOSE, helper
from superlaw.solvers.closures.kernels.row_replica_pairs import SMALL

_SECOND, _TWELFTH = 4.0 / 3.0, 1.0 / 12.0
_D, _DRIVE, _S, _BELOW, _ABOVE, _BIAS, _NEAR, _FAR, _N_ROOM = range(9)
"""Room by replica: −∂L/∂S, −∂L/∂β and S of an entry; min(β, 0) and max(β, 0); sums over columns:
drive of the bias, and that of the overlap, without the replica's own overlap and what times it."""
_P0, _P1, _P2, _P3, _P4, _D0, _D1, _D2, _D3, _D4 = range(10)
_PULL, _POWER, _SLACK, _RECALL, _REST, _N_FOUND = range(10, 16)
"""Found of each column, with b = min(β, 0) and c = max(β, 0): coefficients of 1, b, b³, c, c³ in
−Σ w ξ ∂L/∂S and of 1, b, b², c, c² in −Σ w ∂L/∂β over nodes; sums over nodes or replicas of
−ξ ∂L/∂S, −S ∂L/∂S, −β ∂L/∂β and ξM; nodes between."""
Row = namedtuple("Row", ("count", "deep", "shallow", "high", "least", "below", "above"))
"""Number of replicas; half the largest and the least of relu(−β) and of relu(β); sums over replicas
of the first three powers of min(β, 0) and of max(β, 0)."""


@helper(fastmath=LOOSE)
def _row(g, state, room):
    """Return what the biases of a class are like; clear what is summed over columns."""
    deep, shallow, high, least = 0.0, np.inf, 0.0, np.inf
    below = below_2 = below_3 = above = above_2 = above_3 = 0.0
    for r in range(state.beta.shape[1]):
        low, up = min(state.beta[g, r], 0.0), max(state.beta[g, r], 0.0)
        room[_BELOW, r], room[_ABOVE, r] = low, up
        room[_BIAS, r] = room[_NEAR, r] = room[_FAR, r] = 0.0
        below += low
        below_2 += low * low
        below_3 += low * low * low
        above += up
        above_2 += up * up
        above_3 += up * up * up
        deep, shallow = max(deep, -0.5 * low), min(shallow, -0.5 * low)
        high, least = max(high, 0.5 * up), min(least, 0.5 * up)
    powers = (below, below_2, below_3), (above, above_2, above_3)
    return Row(float(state.beta.shape[1]), deep, shallow, high, least, powers[0], powers[1])


@helper(fastmath=LOOSE)
def _answer(S, below, above):
    """Return −∂L/∂S and −∂L/∂β of an entry, both without −relu(β)."""
    opens = 1.0 if S > 0.0 else 0.0
    size = max(abs(S), SMALL)
    x = min(((1.0 - opens) * above - opens * below) / size, 2.0)
    square = x * x
    D = size * (x - _TWELFTH * x * square - _SECOND * opens)
    return D, size * (x - 0.25 * square - opens)


@helper(fastmath=LOOSE)
def _head_row(g, model, state, rate, pairs, room, found):
    """Go through entries in head columns, where each replica has its own mark."""
    n_replicas, mu = state.beta.shape[1], state.bulk[0]
    for h in range(state.head.shape[1]):
        sigma, p = pairs.sigma[g, h], model.p[h]
        for r in range(n_replicas):
            S = sigma * model.marks[g, h, r] + state.head[g, h, r]
            D, drive = _answer(S, room[_BELOW, r], room[_ABOVE, r])
            room[_S, r] = S
            room[_D, r], room[_DRIVE, r] = D - room[_ABOVE, r], drive - room[_ABOVE, r]
        pull = power = slack = recall = 0.0
        for r in range(n_replicas):
            rate.head[g, h, r] = p * room[_D, r]
            pull += model.marks[g, h, r] * room[_D, r]
            power += room[_S, r] * room[_D, r]
            slack += (room[_BELOW, r] + room[_ABOVE, r]) * room[_DRIVE, r]
            recall += model.marks[g, h, r] * state.head[g, h, r]
        found[h, _PULL], found[h, _POWER], found[h, _SLACK] = pull, power, slack
        found[h, _RECALL] = recall / n_replicas
        strength = (model.n[h] - (1.0 if g == h else 0.0)) * p
        far = strength / sigma
        near = far * (pairs.mean[h] - mu)
        for r in range(n_replicas):
            pulled = model.marks[g, h, r] * room[_D, r]
            room[_BIAS, r] += strength * room[_DRIVE, r]
            room[_NEAR, r] += near * pulled
            room[_FAR, r] += far * pulled


@helper(fastmath=LOOSE)
def _sides(S, row):
    """Return 1 for what all replicas do: x < 2, S > 0; x < 2, S ≤ 0; x = 2, S ≤ 0; none of these.

    Where S > 0 and x = 2 for all, the gate is shut and nothing is added.
    """
    size, opens = abs(S), 1.0 if S > 0.0 else 0.0
    part = opens * (1.0 if size >= row.deep else 0.0)
    shut = (opens - part) * (1.0 if size <= row.shallow else 0.0)
    near = (1.0 - opens) * (1.0 if size >= row.high else 0.0)
    full = (1.0 - opens - near) * (1.0 if size <= row.least else 0.0)
    return part, near, full, 1.0 - part - shut - near - full


@helper(fastmath=LOOSE)
def _tail_row(g, model, state, rate, pairs, row, found):
    """Go through nodes of entries in tail columns where all replicas are on the same side."""
    n_head, (low, _, low_3), (up, _, up_3) = state.head.shape[1], row.below, row.above
    for h in range(n_head, model.n.size):
        sigma, mean = pairs.sigma[g, h], model.p[h] / row.count
        p0 = p1 = p2 = p3 = p4 = d0 = d1 = d2 = d3 = d4 = power = recall = between = 0.0
        for q in range(model.nodes.size):
            node, weight, M = model.nodes[q], model.node_weights[q], state.tail[g, h - n_head, q]
            S = sigma * node + M
            part, near, full, rest = _sides(S, row)
            size, share, most = max(abs(S), SMALL), weight * node, 1.0 - near
            inverse, flat = 1.0 / size, size * (full - part)
            cube = _TWELFTH * inverse * inverse
            D = row.count * _SECOND * flat - up * most - low * part
            D += cube * (low_3 * part - up_3 * near)
            rate.tail[g, h - n_head, q] = mean * D
            p0 += share * _SECOND * flat
            p1 -= share * part
            p2 += share * cube * part
            p3 -= share * most
            p4 -= share * cube * near
            d0 += weight * flat
            d1 -= weight * part
            d2 -= 0.25 * weight * inverse * part
            d3 -= weight * most
            d4 -= 0.25 * weight * inverse * near
            power += weight * S * D
            recall += share * M
            between += rest
        found[h, _P0], found[h, _P1], found[h, _P2], found[h, _P3], found[h, _P4] = (
            p0,
            p1,
            p2,
            p3,
            p4,
        )
        found[h, _D0], found[h, _D1], found[h, _D2], found[h, _D3], found[h, _D4] = (
            d0,
            d1,
            d2,
            d3,
            d4,
        )
        found[h, _POWER], found[h, _RECALL], found[h, _REST] = power, recall, between


@helper(fastmath=LOOSE)
def _between(g, model, state, rate, pairs, row, room, found):
    """Add to what was found the nodes where x is 0 or 2 for a part of the replicas only."""
    n_replicas, n_head, mu = state.beta.shape[1], state.head.shape[1], state.bulk[0]
    for h in range(n_head, model.n.size):
        if found[h, _REST] == 0.0:
            continue
        for r in range(n_replicas):
            room[_D, r] = room[_DRIVE, r] = 0.0
        for q in range(model.nodes.size):
            S = pairs.sigma[g, h] * model.nodes[q] + state.tail[g, h - n_head, q]
            if _sides(S, row)[3] == 0.0:
                continue
            weight, total = model.node_weights[q], 0.0
            for r in range(n_replicas):
                D, drive = _answer(S, room[_BELOW, r], room[_ABOVE, r])
                total += D
                room[_D, r] += weight * model.nodes[q] * D
                room[_DRIVE, r] += weight * drive
            rate.tail[g, h - n_head, q] += model.p[h] / row.count * total
            found[h, _POWER] += weight * S * total
        strength = (model.n[h] - (1.0 if g == h else 0.0)) * model.p[h]
        far = strength / pairs.sigma[g, h]
        near = far * (pairs.mean[h] - mu)
        pull = slack = 0.0
        for r in range(n_replicas):
            pull += room[_D, r]
            slack += (room[_BELOW, r] + room[_ABOVE, r]) * room[_DRIVE, r]
            room[_BIAS, r] += strength * room[_DRIVE, r]
            room[_NEAR, r] += near * room[_D, r]
            room[_FAR, r] += far * room[_D, r]
        found[h, _PULL] += pull
        found[h, _SLACK] += slack


@helper(fastmath=LOOSE)
def _over_replicas(n_head, row, found):
    """Set sums over replicas of −ξ ∂L/∂S and −β ∂L/∂β in tail columns, where all share a side."""
    (low, low_2, low_3), (up, up_2, up_3) = row.below, row.above
    for h in range(n_head, found.shape[0]):
        pull = row.count * found[h, _P0] + low * found[h, _P1] + low_3 * found[h, _P2]
        found[h, _PULL] = pull + up * found[h, _P3] + up_3 * found[h, _P4]
        slack = (low + up) * found[h, _D0] + low_2 * found[h, _D1] + low_3 * found[h, _D2]
        found[h, _SLACK] = slack + up_2 * found[h, _D3] + up_3 * found[h, _D4]


@helper(fastmath=LOOSE)
def _keep(g, model, pairs, row, found):
    """Keep the sums of every entry of a row."""
    for h in range(model.n.size):
        mean, sigma = model.p[h] / row.count, pairs.sigma[g, h]
        others = model.n[h] - (1.0 if g == h else 0.0)
        pairs.gain[g, h] = -mean * found[h, _PULL] / sigma
        pairs.power[g, h] = mean * found[h, _POWER]
        pairs.recall[g, h] = found[h, _RECALL] / (sigma * model.width)
        pairs.loss[g] -= 0.5 * others * mean * (found[h, _POWER] + found[h, _SLACK])


@helper(fastmath=LOOSE)
def _drives(g, model, state, pairs, room, found):
    """Set the drives of a class's biases and overlaps: sums over columns, then polynomials."""
    sums, n_head, mu = np.zeros((3, 5)), state.head.shape[1], state.bulk[0]
    for h in range(n_head, model.n.size):
        strength = (model.n[h] - (1.0 if g == h else 0.0)) * model.p[h]
        far = strength / pairs.sigma[g, h]
        near = far * (pairs.mean[h] - mu)
        for k in range(5):
            sums[0, k] += strength * found[h, _D0 + k]
            sums[1, k] += near * found[h, _P0 + k]
            sums[2, k] += far * found[h, _P0 + k]
    for r in range(state.beta.shape[1]):
        b, c, s = room[_BELOW, r], room[_ABOVE, r], state.s[g, r]
        drive = sums[0, 0] + b * (sums[0, 1] + sums[0, 2] * b) + c * (sums[0, 3] + sums[0, 4] * c)
        own = sums[1, 0] + s * sums[2, 0]
        own += b * (sums[1, 1] + s * sums[2, 1] + (sums[1, 2] + s * sums[2, 2]) * b * b)
        own += c * (sums[1, 3] + s * sums[2, 3] + (sums[1, 4] + s * sums[2, 4]) * c * c)
        pairs.bias_drive[g, r] = drive + room[_BIAS, r]
        pairs.overlap_drive[g, r] = (own + room[_NEAR, r] + s * room[_FAR, r]) / model.width


@helper()
def all_pairs(model, state, rate, pairs):
    """Fill what the pairs contribute, row by row."""
    n_head = state.head.shape[1]
    room, found = np.empty((_N_ROOM, state.s.shape[1])), np.zeros((model.n.size, _N_FOUND))
    for g in range(model.n.size):
        row = _row(g, state, room)
        _head_row(g, model, state, rate, pairs, room, found)
        _tail_row(g, model, state, rate, pairs, row, found)
        _over_replicas(n_head, row, found)
        _between(g, model, state, rate, pairs, row, room, found)
        _keep(g, model, pairs, row, found)
        _drives(g, model, state, pairs, room, found)
