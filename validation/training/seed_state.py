"""How far a seed has come, and its resume file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superlaw import resume

Array = NDArray[Any]
_GENERATOR, _ROW, _TRAINER = "generator", "row.", "trainer."


@dataclass
class SeedState:
    """How far a seed has come.

    Parameters
    ----------
    rows : dict of list
        What was measured so far, one entry a measured time.
    trainer : dict of ndarray
        Arrays of the trainer; empty once the seed is finished.
    generator : dict
        State of the random generator.
    """

    rows: dict[str, list[Array]]
    trainer: dict[str, Array]
    generator: dict[str, Any]


def save(path: Path, state: SeedState, fingerprint: str) -> None:
    """Write a resume file, whole or not at all."""
    arrays = {_ROW + name: np.asarray(values) for name, values in state.rows.items()}
    arrays |= {_TRAINER + name: values for name, values in state.trainer.items()}
    resume.save(path, arrays | {_GENERATOR: np.array(json.dumps(state.generator))}, fingerprint)


def load(path: Path, fingerprint: str | None) -> SeedState:
    """Read a resume file; None as fingerprint takes that of any run.

    Raises
    ------
    ArgumentError
        If the file is damaged, altered, or belongs to another run.
    """
    arrays = resume.load(path, fingerprint, "out")
    generator = json.loads(str(arrays.pop(_GENERATOR)))
    rows = {name: list(values) for name, values in _below(_ROW, arrays).items()}
    return SeedState(rows, _below(_TRAINER, arrays), generator)


def _below(prefix: str, arrays: dict[str, Array]) -> dict[str, Array]:
    """Return the arrays with a prefix, without it."""
    return {
        name.removeprefix(prefix): values
        for name, values in arrays.items()
        if name.startswith(prefix)
    }
