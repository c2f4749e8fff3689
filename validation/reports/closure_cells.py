"""Students and tasks at which the row-replica closure is compared with direct flows."""

from __future__ import annotations

from itertools import product

Cell = tuple[float, float, int, int, bool, int]
"""a, b, N, N/K, whether there is a bias, and the number of flows."""
FREQUENCY_EXPONENTS = (1.05, 1.1, 1.3, 1.5, 1.75, 2.0, 2.5)
TEACHER_EXPONENTS = (0.0, 0.1, 0.25, 0.5, 0.75, 1.0)
FULL = tuple(product(FREQUENCY_EXPONENTS, TEACHER_EXPONENTS))
COARSE = tuple(product((1.05, 1.5, 2.5), (0.0, 0.5, 1.0)))
"""a and b where flows take longest: without bias, and most at N/K = 2."""
WIDE = tuple(sorted({*COARSE, *product((1.5, 2.0, 2.5), TEACHER_EXPONENTS)}))
"""a and b at N/K = 2."""
FIRST = frozenset(product((1.05, 1.3, 1.75, 2.5), (0.0, 0.1, 0.25, 0.5, 1.0)))
"""a and b that were measured first, with fewer seeds."""
MANY, SEEDS, FEWER, FEWEST = 8, 6, 4, 3
N_FEATURES = 512


def _seeds(a: float, b: float) -> int:
    return SEEDS if (a, b) in FIRST else MANY


LATTICE: tuple[Cell, ...] = (
    *((a, b, N_FEATURES, 2, True, FEWER) for a, b in WIDE),
    *((a, b, N_FEATURES, share, True, _seeds(a, b)) for share in (4, 8, 16) for a, b in FULL),
    *((a, b, N_FEATURES, share, False, FEWEST) for share in (4, 8) for a, b in COARSE),
    *((a, b, N_FEATURES, 16, False, FEWER) for a, b in COARSE),
)
"""Between these the band is interpolated."""
LARGER: tuple[Cell, ...] = (
    *((a, 0.0, 1024, share, True, FEWEST) for a, share in product((1.15, 1.45), (4, 8))),
    *((a, 0.3, 1024, 8, True, FEWEST) for a in (1.15, 1.45)),
)
BETWEEN: tuple[Cell, ...] = (
    *(
        (a, b, N_FEATURES, share, True, FEWER)
        for share, a, b in product((3, 6, 12), (1.15, 1.5, 2.1), (0.05, 0.35, 0.75))
    ),
    *LARGER,
    *(
        (a, b, N_FEATURES, share, False, FEWER)
        for share, (a, b) in product((6, 12), ((1.3, 0.25), (2.0, 0.75)))
    ),
)
"""The band is tested on these, other W, at the root of randomness after that of the lattice."""
STILL: tuple[Cell, ...] = tuple(
    cell for cell in LATTICE if cell[1] in (0.0, 0.5) and cell[3] <= 8 and cell[4]
)
"""The closure is compared on these with marks that do not turn, too."""
