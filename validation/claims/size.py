"""How large a validation is, and the conditions under which a claim is examined."""

from __future__ import annotations

import zlib
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, fields, replace
from itertools import product
from typing import Any

import numpy as np

from superlaw.arguments import refuse
from superlaw.setting.task import PowerLawTask


@dataclass(frozen=True)
class Extent:
    """How much one suite simulates.

    Parameters
    ----------
    n_features : int
        N of its students.
    seeds : int
        Runs of each.
    t_end : float
        Last gradient-flow time [time].
    """

    n_features: int
    seeds: int
    t_end: float


@dataclass(frozen=True)
class Grid(Extent):
    """How much a suite simulates that maps tasks.

    Parameters
    ----------
    frequency_exponents, teacher_exponents : tuple of float
        Values of a and of b, each rising; every pair is a task.
    """

    frequency_exponents: tuple[float, ...]
    teacher_exponents: tuple[float, ...]

    @property
    def tasks(self) -> list[PowerLawTask]:
        """The tasks of the map, a by a."""
        pairs = product(self.frequency_exponents, self.teacher_exponents)
        return [PowerLawTask(a, b, self.n_features) for a, b in pairs]


@dataclass(frozen=True)
class Map(Grid):
    """How much a suite simulates that maps tasks, and students of several sizes.

    Parameters
    ----------
    shares : tuple of int
        Further values of N/K at which every task is trained, besides 16.
    widths : tuple of (int, int)
        N and K of the students whose slopes are ordered.
    fresh : int
        How many points are drawn at random.
    sampled : int
        At how many corners of the map students are trained on samples, opposite ones first.
    apart : tuple of (float, float)
        Further (a, b) trained at each of `widths`, that the fit leaves out.
    """

    shares: tuple[int, ...]
    widths: tuple[tuple[int, int], ...]
    fresh: int
    sampled: int
    apart: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Matrices(Extent):
    """How many matrices a suite draws, and how many students it trains for theirs.

    Parameters
    ----------
    codes, toys, starts : int
        Codes that toy models form, toy models of a code at most, and starts of each.
    steps, batch : int
        Of each start.
    """

    codes: int
    toys: int
    starts: int
    steps: int
    batch: int


@dataclass(frozen=True)
class Codes(Extent):
    """How many codes a suite trains, and for how long.

    Parameters
    ----------
    sizes : int
        Sizes and sources of each kind at most.
    starts, steps : int
        Of codes of one active feature.
    features : int
        N of students that see samples; the first of `sizes` widths of each.
    sampled, batch : int
        Their steps, and samples of each.
    patience : int
        Steps of the published recipe; 0 leaves it out.
    """

    sizes: int
    starts: int
    steps: int
    features: int
    sampled: int
    batch: int
    patience: int


@dataclass(frozen=True)
class Size:
    """How much each suite simulates.

    Parameters
    ----------
    sequential : Extent
    superposed : Grid
    geometry : Matrices
    trained : Map
    width : Codes
    """

    sequential: Extent
    superposed: Grid
    geometry: Matrices
    trained: Map
    width: Codes

    def with_each(self, **changed: Any) -> Size:
        """Return the size with these parts of every extent changed."""
        parts = {field.name: getattr(self, field.name) for field in fields(self)}
        return Size(**{name: replace(part, **changed) for name, part in parts.items()})


_WIDTHS = ((256, 11), (256, 23), (256, 45), (512, 16), (512, 32), (512, 64))
"""N/K² = 2, ½ and ⅛ at two N."""
_ALL_WIDTHS = tuple(
    (n, width)
    for n, widths in {
        256: (6, 8, 11, 16, 23, 32, 45, 64, 91, 128),
        512: (8, 11, 16, 23, 32, 45, 64, 91, 128, 256),
        1024: (23, 32, 45, 64, 91, 181),
        2048: (64,),
    }.items()
    for width in widths
)
"""Rows of fixed N, N/K and N/K², the latter in steps of 2."""
_CORNERS = Map(512, 2, 1e3, (1.1, 2.5), (0.0, 0.25, 1.0), (), _WIDTHS, 4, 2)
_SEQUENTIAL, _NETWORKS = Extent(128, 10, 300.0), Grid(256, 6, 1e3, (1.1, 2.0), (0.0, 1.0))
_MATRICES, _FEW_MATRICES = (
    Matrices(400, 40, 0.0, codes=8, toys=5, starts=4, steps=5000, batch=1024),
    Matrices(400, 8, 0.0, codes=3, toys=1, starts=1, steps=1500, batch=256),
)
_CODES, _FEW_CODES = (
    Codes(1000, 3, 0.0, 9, 2, 2000, 1000, 4000, 1024, 20_000),
    Codes(200, 2, 0.0, 1, 1, 600, 200, 1600, 256, 0),
)
SIZES = {
    "full": Size(
        sequential=Extent(1024, 8, 1e4),
        superposed=Grid(512, 8, 1e4, (1.1, 1.5, 2.0), (0.0, 0.5, 1.0)),
        geometry=_MATRICES,
        trained=Map(
            *(512, 4, 1e3),
            frequency_exponents=(1.1, 1.3, 1.5, 2.0, 2.5),
            teacher_exponents=(0.0, 0.25, 0.5, 0.75, 1.0),
            shares=(2, 4, 8, 32),
            widths=_ALL_WIDTHS,
            fresh=14,
            sampled=4,
            apart=((1.1, 0.25),),
        ),
        width=_CODES,
    ),
    "small": Size(_SEQUENTIAL, _NETWORKS, _FEW_MATRICES, _CORNERS, _FEW_CODES),
    "demo": Size(
        Extent(1024, 8, 1e4),
        _NETWORKS,
        _MATRICES,
        replace(_CORNERS, frequency_exponents=(1.1, 1.5, 2.5), teacher_exponents=(0.25, 0.5, 1.0)),
        _CODES,
    ),
}


@dataclass(frozen=True)
class Conditions:
    """The conditions under which claims are examined.

    Parameters
    ----------
    size : Size
    entropy : int
        Root of all random streams.
    planted : float
        Negative control: predictions are made for the frequency exponent times this, or, where a
        claim's prediction has none, with its own number times this.
    progress : bool
        Show bars on a terminal.
    runs : str or None
        Folder in which simulations are kept, to resume from.
    executor : {"serial", "processes"} or concurrent.futures.Executor
        What runs the points of each sweep.
    workers : int or None
        Points at a time.
    """

    size: Size
    entropy: int = 0
    planted: float = 1.0
    progress: bool = False
    runs: str | None = None
    executor: str | Executor = "serial"
    workers: int | None = None

    @property
    def how(self) -> dict[str, Any]:
        """How sweeps are run: what decides no number."""
        names = ("runs", "executor", "workers", "progress")
        return {name: getattr(self, name) for name in names}

    def believed(self, task: PowerLawTask) -> PowerLawTask:
        """Return the task that predictions are made for: the true one, or a planted error."""
        if self.planted * task.a <= 1.0 < task.a:
            remedy = "No exponent is predicted there: give a factor such as 1.1."
            refuse("planted", f"above {1.0 / task.a:.3g} for a = {task.a:g}", self.planted, remedy)
        return replace(task, a=self.planted * task.a)

    def draws(self, name: str) -> int:
        """Return the entropy of one comparison: the child of the root that its name gives.

        Two tasks with the same frequencies would see the same samples otherwise, and learn the
        same modes: one check, counted twice.
        """
        child = np.random.SeedSequence(self.entropy, spawn_key=(zlib.crc32(name.encode()),))
        return int(child.generate_state(1)[0])

    def to_dict(self) -> dict[str, Any]:
        """Return what decides the numbers, as plain data."""
        return {"size": asdict(self.size), "entropy": self.entropy, "planted": self.planted}
