"""The pull of the population loss on the factors of S = LRᵀ, over pairs that may be open only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superlaw.validation.training.features import Features
from superlaw.validation.training.kernels.pair_lists import SLACK, Pairs, has_moved, list_pairs
from superlaw.validation.training.kernels.pair_sizes import own_sizes, pair_sizes
from superlaw.validation.training.kernels.pairs import pull_apart, pull_own, pull_together

Array = NDArray[Any]
Moves = tuple[Array, Array, Array]
Part = tuple[Array, Array]
CACHE_BYTES = 2**18
"""Columns of a block of outputs take this much."""
SMALLEST_BLOCK, LARGEST_BLOCK = 64, 2**16
"""Outputs of a block are numbered by 16 bits."""
TILE = 128
"""Features whose products with all outputs are worked out at a time when lists are made."""
SHARE_WORK, MOST_SHARES = 2**28, 8
"""N²K of a share of the features that a thread takes, and how many there are at most."""
FLOOR, REST, MEMORY = 1e-3, 0.1, 0.7
"""An allowance counts at least this part of a column's length, of the typical movement, and of the
movement before."""
SHORT, LONG, WIDER, NARROWER, WIDEST = 6, 16, 1.5, 0.8, 4.0
"""Lists that last for fewer evaluations get wider allowances; after as many they are made again."""
MANY = 0.25
"""Lists of more than this part of all pairs are better made again than widened."""


class Interactions:
    """Interference and own pull of features, or of classes of features, with ReLU outputs.

    Parameters
    ----------
    features : Features
    width : int
        K.
    is_tied, two_sided : bool
        Whether L is R, and whether the pull on L is wanted too.
    pool : Executor, optional
        Threads to share the work of one evaluation; the result does not depend on their number.
    """

    def __init__(
        self,
        features: Features,
        width: int,
        *,
        is_tied: bool,
        two_sided: bool,
        pool: Executor | None = None,
    ) -> None:
        self.features, self.law = features, features.law.code
        self._double = features.cast(np.float64)
        self.is_tied, self.two_sided, self.pool = is_tied, two_sided, pool
        size, dtype = len(features.p), features.p.dtype
        block = max(SMALLEST_BLOCK, CACHE_BYTES // (width * dtype.itemsize))
        n_shares = min(MOST_SHARES, 1 + size * size * width // SHARE_WORK)
        edges = [size * share // n_shares for share in range(n_shares + 1)]
        self.shares = [
            _empty_lists(first, last - first, min(size, LARGEST_BLOCK, block), size)
            for first, last in pairwise(edges)
        ]
        self._parts: list[Part] = [
            (np.empty((size if two_sided else 0, width), dtype), np.empty(size, dtype))
            for _ in self.shares
        ]
        self._old: tuple[Array, ...] = ()
        self._allowance: tuple[Array, ...] = ()
        self._moved: list[Any] = [0.0, 0.0, 0.0]
        self.widening, self.age, self.n_lists = 2.0, 0, 0

    def pull(
        self, L: Array, R: Array, beta: Array, L_pull: Array, R_pull: Array, beta_pull: Array
    ) -> None:
        """Fill −∂L/∂L, −∂L/∂R and −∂L/∂β; a tied student's is left in R_pull."""
        self._keep_lists(L, R, beta)
        p, n, law = self.features.p, self.features.n, self.law
        if self.is_tied:
            L_pull = R_pull
            self._each(lambda pairs, _: pull_together(R, beta, p, n, law, pairs, R_pull, beta_pull))
        else:
            self._each(
                lambda pairs, part: pull_apart(
                    L, R, beta, p, n, law, pairs, self.two_sided, part[0], R_pull, part[1]
                )
            )
            _sum_up([part[1] for part in self._parts], beta_pull)
            if self.two_sided:
                _sum_up([part[0] for part in self._parts], L_pull)
        both = self.is_tied or self.two_sided
        pull_own(L, R, beta, p, self.features.target, law, both, L_pull, R_pull, beta_pull)

    def losses(self, L: Array, R: Array, beta: Array) -> tuple[float, float]:
        """Return the loss of features on their own output, and on all others."""
        own, others = self.losses_of_features(L, R, beta)
        return float(self._double.n @ own), float(self._double.n @ others)

    def losses_of_features(self, L: Array, R: Array, beta: Array) -> tuple[Array, Array]:
        """Return the loss of every feature on its own output, and on all others, shape (N,).

        Arrays are in double precision, whatever that of the flow.
        """
        self._keep_lists(*(x.astype(self.features.p.dtype, copy=False) for x in (L, R, beta)))
        own, others = self._sizes(self._double, L, R, beta, (L, R, beta), 0)
        return own[0], others[0]

    def loss_and_shift(self, L: Array, R: Array, beta: Array, moves: Moves) -> tuple[float, float]:
        """Return the loss, and E‖δŷ‖² to first order in a move of L, R and β."""
        self._keep_lists(L, R, beta)
        sides = 2 if self.is_tied or self.two_sided else 1
        own, others = self._sizes(self.features, L, R, beta, moves, sides)
        loss, shift = (own + others) @ self._double.n
        return float(loss), float(shift)

    @property
    def n_pairs(self) -> int:
        """Pairs on the lists."""
        return int(sum(pairs.start[:, -1].sum() for pairs in self.shares))

    def _sizes(
        self, features: Features, L: Array, R: Array, beta: Array, moves: Moves, sides: int
    ) -> tuple[Array, Array]:
        """Return losses and shifts of every feature: on its own output, and on all others."""
        own, others = np.zeros((2, 2, len(beta)))
        p, n, law = features.p, features.n, self.law
        own_sizes(L, R, beta, p, features.target, law, moves, sides, *own)
        self._each(lambda pairs, _: pair_sizes(L, R, beta, p, n, law, pairs, moves, sides, *others))
        return own, others

    def _each(self, work: Callable[[Pairs, Part], None]) -> None:
        """Do work(pairs, part) for every share of the features."""
        each = map if self.pool is None else self.pool.map
        for _ in each(work, self.shares, self._parts):
            pass

    def _keep_lists(self, L: Array, R: Array, beta: Array) -> None:
        """Make the lists again when anything has moved too far, and now and then."""
        moving = (R, beta[:, None], L) if self.two_sided else (R, beta[:, None])
        self.age += 1
        within = zip(moving, self._old, self._allowance, strict=False)
        if self._old and self.age < LONG and not any(has_moved(*each) for each in within):
            return
        if self.age >= LONG or self.n_pairs > MANY * len(beta) ** 2:
            self.widening = max(1.0, NARROWER * self.widening)
        elif self.age < SHORT:
            self.widening = min(WIDEST, WIDER * self.widening)
        self._allowance = tuple(self._allowances(moving))
        self._old = tuple(each.copy() for each in moving)
        self.age, self.n_lists = 0, self.n_lists + 1
        self._list(L, R, beta)

    def _allowances(self, moving: tuple[Array, ...]) -> Iterator[Array]:
        """Yield how far each row may move: a multiple of what it moved under the last lists."""
        for k, new in enumerate(moving):
            allowance = FLOOR * _lengths(new)
            if self._old:
                moved = np.maximum(_lengths(new - self._old[k]), MEMORY * self._moved[k])
                typical = REST * np.sqrt(np.mean(moved * moved))
                allowance += self.widening * np.maximum(moved, typical)
                self._moved[k] = moved
            yield allowance

    def _list(self, L: Array, R: Array, beta: Array) -> None:
        """Fill the lists of all features."""
        slope, (moved, beta_moved) = _lengths(L), self._allowance[:2]
        reach = moved if self.is_tied else self._allowance[-1] if self.two_sided else 0.0 * slope
        level = beta + beta_moved
        if self.law == 2:  # amplitudes without bound: closed only where S ≤ 0 and β ≤ 0
            level = (level > 0.0).astype(level.dtype)
        own = level if self.is_tied else np.full_like(level, -np.inf)
        size = np.stack([_lengths(R) + moved, moved, own])

        def fill(pairs: Pairs, _: Part) -> None:
            n_features = pairs.start.shape[1] - 1
            tile = np.empty((TILE, len(beta)), dtype=L.dtype)
            for first in range(0, n_features, TILE):
                last = min(n_features, first + TILE)
                rows = slice(pairs.row + first, pairs.row + last)
                with np.errstate(over="ignore", invalid="ignore"):  # a step that is not taken
                    S = np.matmul(R[rows], L.T, out=tile[: last - first])
                spans = np.ascontiguousarray(size[:, rows])
                list_pairs(S, first, pairs, level, reach, slope, spans)

        self._each(fill)


def _empty_lists(row: int, n_features: int, block: int, size: int) -> Pairs:
    """Return lists with room for all pairs of some features; room not used costs no memory."""
    n_blocks = -(-size // block)
    start = np.zeros((n_blocks, n_features + 1), dtype=np.int64)
    return Pairs(row, block, start, np.empty((n_blocks, n_features * block + SLACK + 1), np.uint16))


def _lengths(rows: Array) -> Array:
    """Length of each row."""
    return np.sqrt(np.einsum("jk,jk->j", rows, rows))


def _sum_up(parts: list[Array], out: Array) -> None:
    """Fill the sum, in the order of the parts."""
    out[:] = parts[0]
    for part in parts[1:]:
        out += part
