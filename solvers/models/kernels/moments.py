"""Recursions of the second moments of SGD, compiled (N4, N10 to N14)."""

from __future__ import annotations

import numpy as np
from numba import float64, int64, void

from superlaw.compiled import kernel


@kernel(void(float64[::1], float64[::1], float64[::1], float64[::1], int64[::1], float64[::1]))
def mean_squares(factor, kick, half_rate, P, steps, loss):
    """P ← factor P + kick L, L = Σ half_rate P, recorded at the given steps."""
    done = 0
    for row in range(steps.size):
        while True:
            L = 0.0
            for g in range(P.size):
                L += half_rate[g] * P[g]
            if done == steps[row]:
                break
            for g in range(P.size):
                P[g] = factor[g] * P[g] + kick[g] * L
            done += 1
        loss[row] = L


@kernel(void(float64[:, :, ::1], float64[::1], float64[::1], int64[::1], float64[::1]))
def add_by_powers(change, start, half_rate, steps, loss):
    """Add half_rate · P of every mode at the given steps, by squaring its matrix again and again.

    While P is not yet halved D = T − 1 is kept instead of T, T² − 1 = 2D + D²: T would round away
    what slow modes learn in a step. After that T itself is kept: 1 + D would round what is left.
    """
    n_bits = 1
    while steps[steps.size - 1] >> n_bits > 0:
        n_bits += 1
    powers, state, moved = np.empty((n_bits, 3, 3)), np.empty(3), np.empty(3)
    for g in range(start.size):
        powers[0], kept = change[g], 1.0
        halved = n_bits  # powers from here on are T, those before D
        for bit in range(n_bits):
            if bit > 0:
                for j in range(3):
                    for k in range(3):
                        powers[bit, j, k] = 2.0 * kept * powers[bit - 1, j, k]
                        for inner in range(3):
                            powers[bit, j, k] += (
                                powers[bit - 1, j, inner] * powers[bit - 1, inner, k]
                            )
            if halved == n_bits and abs(1.0 + powers[bit, 0, 0]) < 0.5:
                halved, kept = bit, 0.0
                for j in range(3):
                    powers[bit, j, j] += 1.0
        state[:] = 0.0
        state[0], done = start[g], 0
        for row in range(steps.size):
            ahead, bit = steps[row] - done, 0
            while ahead > 0:
                if ahead & 1:
                    for j in range(3):
                        moved[j] = state[j] if bit < halved else 0.0
                        for k in range(3):
                            moved[j] += powers[bit, j, k] * state[k]
                    state[:] = moved
                ahead, bit = ahead >> 1, bit + 1
            done = steps[row]
            loss[row] += half_rate[g] * state[0]


@kernel(
    void(float64[:, :, ::1], float64[::1], float64[::1], float64[:, ::1], int64[::1], float64[::1])
)
def step_by_step(change, kick, half_rate, state, steps, loss):
    """Move (P, C, U) of every mode on, each kicked by the loss of all, recorded at given steps."""
    done = 0
    for row in range(steps.size):
        while True:
            L = 0.0
            for g in range(half_rate.size):
                L += half_rate[g] * state[g, 0]
            if done == steps[row]:
                break
            for g in range(half_rate.size):
                P, C, U = state[g, 0], state[g, 1], state[g, 2]
                for j in range(3):
                    pull = change[g, j, 0] * P + change[g, j, 1] * C + change[g, j, 2] * U
                    state[g, j] += pull + kick[g] * L
            done += 1
        loss[row] = L
