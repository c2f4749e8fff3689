"""Linear student with a bottleneck: deterministic equivalents of embeddings, and the floor."""

from __future__ import annotations

from superlaw.theory.derivation import About, Derivation
from superlaw.theory.derivations.bottleneck import embeddings, floor, flow
from superlaw.theory.derivations.sequential import DERIVATION as SEQUENTIAL

DERIVATION = Derivation(
    name="bottleneck",
    title="A linear student with a bottleneck: solvable, and no power law near 1",
    summary=(
        r"A linear student that writes $N$ features into $K < N$ dimensions by a fixed random "
        r"embedding $W$ cannot represent the teacher. Its loss follows from traces of random "
        r"matrices, which for large sizes depend on the spectrum only. It never falls below "
        r"$1 - K/N$ of where it started: a bottleneck alone does not make training universal."
    ),
    builds_on=(SEQUENTIAL,),
    references=("superposition2026", "marchenkopastur1967"),
    about=About(kinds=("bottleneck",), student={"activation": "linear"}),
    steps=(
        *flow.STEPS,
        *embeddings.STEPS,
        *floor.STEPS,
    ),
)
