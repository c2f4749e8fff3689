"""Toy models that are trained here form the codes that have names, or none."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from superlaw.progress import WorkBar
from superlaw.solvers.spectra.blocks import Block, blocks
from superlaw.validation.claims.check import Check
from superlaw.validation.claims.claim import Claim, Findings
from superlaw.validation.claims.size import Conditions
from superlaw.validation.sweeps.points import measured
from superlaw.validation.sweeps.store import Record, Store
from superlaw.validation.training.toys import Toy, trained_toy

CODES: dict[str, tuple[Toy, ...]] = {
    "pentagon": (Toy(5, 2, 0.05),),
    "digon": (
        Toy(6, 3, 0.1),
        Toy(5, 2, 0.2),
        Toy(20, 8, 0.3),
        Toy(40, 20, 0.1),
        Toy(40, 20, 0.3),
    ),
    "square antiprism": (Toy(8, 3, 0.02),),
    "scheme of 12 in 4": (Toy(12, 4, 0.1),),
    "half 5-cube (Clebsch)": (Toy(20, 5, 0.1),),
    "Petersen": (Toy(20, 8, 0.1),),
    "scheme of 18 in 7": (Toy(20, 8, 0.03),),
    "no scheme": (
        Toy(20, 5, 0.03),
        Toy(20, 5, 0.01),
        Toy(40, 8, 0.1),
        Toy(40, 8, 0.03),
        Toy(40, 8, 0.01),
    ),
}
"""What the best start of a toy model forms, of all its features that are long enough."""
FEATURES = {
    Toy(5, 2, 0.2): {"digon": 4},
    Toy(20, 5, 0.1): {"half 5-cube (Clebsch)": 16},
    Toy(20, 8, 0.3): {"digon": 16},
    Toy(20, 8, 0.03): {"scheme of 18 in 7": 18, "digon": 2},
}
"""Of toy models that leave some out or form two codes; all are in one code otherwise."""
PATIENCE = {Toy(20, 8, 0.03): 2}
"""How many times the steps and the batch of others a toy model has whose cosines settle late."""
EXACT = 1e-9


@dataclass(frozen=True)
class Start:
    """A point of the sweep: what `trained_toy` takes."""

    toy: Toy
    entropy: int
    start: int
    steps: int
    batch: int


def run(conditions: Conditions) -> Findings:
    """Train toy models from several starts, and name the blocks of each."""
    size = conditions.size.geometry
    codes = {name: toys[: size.toys] for name, toys in list(CODES.items())[: size.codes]}
    points = [
        _start(toy, start, conditions)
        for toys in codes.values()
        for toy in toys
        for start in range(size.starts)
    ]
    kept = Store(conditions.runs and Path(conditions.runs) / "toys", "runs")
    with WorkBar(conditions.progress, float(len(points))) as bar:
        found = measured(
            points,
            _trained,
            asdict,
            kept,
            executor=conditions.executor,
            workers=conditions.workers,
            bar=bar,
        )
    formed: dict[Toy, list[dict[str, int]]] = {}
    for point, record in zip(points, found, strict=True):
        columns = np.array(record["columns"])
        formed.setdefault(point.toy, []).append(named(blocks(columns)))
    planted = conditions.planted
    checks = tuple(_check(name, toys, formed, planted) for name, toys in codes.items())
    rows = [
        {"toy": str(toy), "start": start, "formed": each}
        for toy, found in formed.items()
        for start, each in enumerate(found)
    ]
    return Findings(checks, readings={"formed": rows})


def _start(toy: Toy, start: int, conditions: Conditions) -> Start:
    size, more = conditions.size.geometry, PATIENCE.get(toy, 1)
    return Start(toy, conditions.draws(str(toy)), start, more * size.steps, more * size.batch)


def _trained(point: Start) -> Record:
    """Return the columns of a toy model from one start."""
    columns = trained_toy(point.toy, point.entropy, point.start, point.steps, point.batch)
    return {"columns": columns.tolist()}


def _check(
    name: str, toys: tuple[Toy, ...], formed: dict[Toy, list[dict[str, int]]], planted: float
) -> Check:
    """Compare how many features the best starts have in such codes, and in no others."""
    starts = len(formed[toys[0]])
    if name == "no scheme":
        schemes = sum(set(found) != {name} for toy in toys for found in formed[toy])
        label = f"1 + starts that form a scheme, of {starts} each of {_told(toys)}"
        return Check(label, planted, 1.0 + schemes, tolerance=EXACT)
    expected = {toy: FEATURES.get(toy, {name: toy.n_features}) for toy in toys}
    right = sum(codes[name] for toy, codes in expected.items() if codes in formed[toy])
    whole = planted * sum(codes[name] for codes in expected.values())
    label = f"features as {name}, best of {starts} starts: {_told(toys)}"
    return Check(label, whole, float(right), tolerance=EXACT)


def _told(toys: tuple[Toy, ...]) -> str:
    return "; ".join(map(str, toys))


def named(found: tuple[Block, ...]) -> dict[str, int]:
    """Return how many features there are in blocks of each name."""
    counts: dict[str, int] = {}
    for block in found:
        counts[block.name] = counts.get(block.name, 0) + block.size
    return counts


CLAIM = Claim(
    name="toys",
    statement=(
        "Toy models trained here form pentagons, digons, square antiprisms, Petersen graphs, half "
        "5-cubes, schemes without a name, or no scheme, as their number of features, their width "
        "and the density of their inputs decide."
    ),
    step="G13",
    solver="best of several starts",
    run=run,
    takes=("entropy",),
)
