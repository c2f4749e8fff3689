"""Students and tasks at which the row-replica closure is compared with direct flows."""

from __future__ import annotations

from itertools import product

Cell = tuple[float, float, int, float, bool, int]
"""a, b, N, N/K, whether there is a bias, and the number of flows."""
FREQUENCY_EXPONENTS = (1.05, 1.1, 1.3, 1.5, 1.75, 2.0, 2.5)
TEACHER_EXPONENTS = (0.0, 0.1, 0.25, 0.5, 0.75, 1.0)
FULL = tuple(product(FREQUENCY_EXPONENTS, TEACHER_EXPONENTS))
PLACES = tuple(product((True, False), (2, 4, 8, 16), FULL))
"""Whether there is a bias, N/K, and a and b."""
MANY, FEWER, FEWEST = 8, 4, 3
N_FEATURES = 512


def _seeds(share: int, has_bias: bool) -> int:
    return MANY if share >= 8 or (has_bias and share == 4) else FEWER


LATTICE: tuple[Cell, ...] = tuple(
    (a, b, N_FEATURES, share, has_bias, _seeds(share, has_bias))
    for has_bias, share, (a, b) in PLACES
)
"""Between these the band is interpolated."""
FOUR_SEEDS = (
    *product((1024,), (8, 16), (1.1, 1.5, 2.0), (0.0, 0.5)),
    *product((2048,), (16,), (1.1, 1.5, 2.0), (0.0, 0.5)),
    *product((1024,), (4,), (1.5,), (0.5,)),
    *product((2048,), (8,), (1.5,), (0.5,)),
)
"""N, N/K, a and b."""
FREE = (
    *product((4, 8, 16), (1.5,), (0.5,)),
    *product((8, 16), (1.1,), (0.0,)),
    (16, 1.5, 0.0),
    (16, 2.0, 0.5),
)
"""N/K, a and b without bias, at N = 1024."""
LARGER: tuple[Cell, ...] = (
    *((a, 0.0, 1024, share, True, FEWEST) for a, share in product((1.15, 1.45), (4, 8))),
    *((a, 0.3, 1024, 8, True, FEWEST) for a in (1.15, 1.45)),
    *((a, b, n, share, True, FEWER) for n, share, a, b in FOUR_SEEDS),
    *((a, b, 1024, share, False, FEWER) for share, a, b in FREE),
)
"""More features than the band is made of."""
HALF_OPEN = (1.15, 0.35, 3), (1.5, 0.75, 3), (2.1, 0.05, 3), (2.3, 0.4, 3), (1.2, 0.6, 2.25)
"""a, b and N/K without bias, where outputs stay half open."""
CHOSEN = (1.2, 0.15, 5), (1.65, 0.4, 10), (2.2, 0.2, 14), (1.4, 0.05, 2.5)
"""a, b and N/K that were chosen before they were run, with and without bias."""
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
    *((a, b, N_FEATURES, share, False, FEWER) for a, b, share in HALF_OPEN),
    *(
        (a, b, N_FEATURES, share, has_bias, FEWER)
        for has_bias in (True, False)
        for a, b, share in CHOSEN
    ),
)
"""The band is tested on these, other W, at the root of randomness after that of the lattice."""
STILL: tuple[Cell, ...] = tuple(
    cell for cell in LATTICE if cell[1] in (0.0, 0.5) and cell[3] <= 8 and cell[4]
)
"""The closure is compared on these with marks that do not turn, too."""
