"""How the marks of tail columns turn with B, in the row-replica closure.

Indices as in `row_replica_pairs`. The generator of a Gaussian mark that is forgotten at the rate κ
(R26) is an exchange between neighbouring nodes, in detailed balance with their weights.
"""

from __future__ import annotations

import numpy as np

from superlaw.compiled import LOOSE, helper

_SMALL = 1e-30


@helper(fastmath=LOOSE)
def forget(model, state, pairs, reactions, rate):
    """Let the rest of the network react to each response (R13); return Σ D dS/dt over pairs (R21).

    dM/dt = D − (column + row + bulk) M, and dS/dt = ξ dσ/dt + dM/dt.
    """
    column, row, bulk = reactions
    n_head, n_replicas, total = state.head.shape[1], state.s.shape[1], 0.0
    for g in range(model.n.size):
        for h in range(model.n.size):
            loss, work = column[h] + row[g] + bulk, 0.0
            growth = rate.column[h] + rate.row[g] - rate.bulk[1]
            growth /= 2.0 * pairs.sigma[g, h] * model.width
            if h < n_head:
                for r in range(n_replicas):
                    D = rate.head[g, h, r]
                    change = D - loss * state.head[g, h, r]
                    work += D * (growth * model.marks[g, h, r] + change)
                    rate.head[g, h, r] = change
                work /= n_replicas
            else:
                for q in range(model.nodes.size):
                    D = rate.tail[g, h - n_head, q]
                    change = D - loss * state.tail[g, h - n_head, q]
                    work += model.node_weights[q] * D * (growth * model.nodes[q] + change)
                    rate.tail[g, h - n_head, q] = change
            total += model.n[g] * (model.n[h] - (1.0 if g == h else 0.0)) * work
    return total


@helper()
def turn(model, state, own, work, rate):
    """Turn B, and with it the marks of tail columns (R22, R25, R26).

    `own` holds the drives of diagonal entries, (G, R); `work` is Σ D dS/dt over all others.
    """
    n_replicas, square = own.shape[1], state.bulk[1]
    for g in range(model.n.size):
        for r in range(n_replicas):
            work += model.n[g] * own[g, r] * rate.s[g, r] / n_replicas
    along = 0.5 * rate.bulk[1] / square
    turning = np.sqrt(max(work / (model.width * square) - along * along, 0.0))
    rate.bulk[2] = turning
    half = max(np.tanh(0.5 * state.bulk[2]), _SMALL)
    kappa = turning * half * half / ((1.0 + half * half) * np.arctan(half))
    given, taken = kappa * model.edges, kappa * model.edges
    for q in range(model.edges.size):
        given[q] /= model.node_weights[q]
        taken[q] /= model.node_weights[q + 1]
    for g in range(model.n.size):
        for column in range(state.tail.shape[1]):
            for q in range(model.edges.size):
                change = state.tail[g, column, q + 1] - state.tail[g, column, q]
                rate.tail[g, column, q] += given[q] * change
                rate.tail[g, column, q + 1] -= taken[q] * change
