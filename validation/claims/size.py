"""How large a validation is, and the conditions under which a claim is examined."""

from __future__ import annotations

import zlib
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

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
class Size:
    """How much each suite simulates.

    Parameters
    ----------
    sequential, superposed : Extent
    """

    sequential: Extent
    superposed: Extent

    def with_each(self, **changed: Any) -> Size:
        """Return the size with these parts of every extent changed."""
        return Size(replace(self.sequential, **changed), replace(self.superposed, **changed))


SIZES = {
    "full": Size(sequential=Extent(1024, 8, 1e4), superposed=Extent(512, 8, 1e4)),
    "small": Size(sequential=Extent(128, 10, 300.0), superposed=Extent(256, 6, 1e3)),
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
    """

    size: Size
    entropy: int = 0
    planted: float = 1.0
    progress: bool = False
    runs: str | None = None

    def believed(self, task: PowerLawTask) -> PowerLawTask:
        """Return the task that predictions are made for: the true one, or a planted error."""
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
