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
SEEDS, FEWER = 8, 4
N_FEATURES = 512
LATTICE: tuple[Cell, ...] = tuple(
    (a, b, N_FEATURES, share, has_bias, SEEDS) for has_bias, share, (a, b) in PLACES
)
"""Between these the band is interpolated."""
OFF = (1.15, 0.0, 4), (1.15, 0.0, 8), (1.15, 0.3, 8), (1.45, 0.0, 4), (1.45, 0.0, 8), (1.45, 0.3, 8)
"""a, b and N/K between those of the lattice, at N = 1024."""
COARSE = tuple(product((1.1, 1.5, 2.0), (0.0, 0.25, 0.5, 1.0)))
"""a and b at which students of more features are compared."""
DEAR = (
    *((1024, 4, a, b) for a, b in ((1.1, 0.0), (1.5, 0.0), (1.5, 0.5), (2.0, 0.0))),
    (2048, 8, 1.5, 0.5),
)
"""N, N/K, a and b where flows take longer."""
FREE = (
    *product((4, 8, 16), (1.5,), (0.5,)),
    *product((8, 16), (1.1,), (0.0,)),
    (16, 1.5, 0.0),
    (16, 2.0, 0.5),
)
"""N/K, a and b without bias, at N = 1024."""
LARGER: tuple[Cell, ...] = (
    *((a, b, 1024, share, True, FEWER) for a, b, share in OFF),
    *((a, b, 1024, share, True, FEWER) for share, (a, b) in product((8, 16), COARSE)),
    *((a, b, 2048, 16, True, FEWER) for a, b in COARSE),
    *((a, b, n, share, True, FEWER) for n, share, a, b in DEAR),
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
