"""Checkpoints of a seed: what it needs to go on to the identical result."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superlaw import storage
from superlaw.arguments import refuse

Array = NDArray[Any]
_META = "meta"


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
    """Write a checkpoint, whole or not at all."""
    meta = {
        "schema_version": storage.SCHEMA_VERSION,
        "fingerprint": fingerprint,
        "generator": state.generator,
    }
    arrays = {f"row.{name}": np.asarray(values) for name, values in state.rows.items()}
    arrays |= {f"trainer.{name}": values for name, values in state.trainer.items()}
    storage.write_arrays(path, {_META: np.array(json.dumps(meta))} | arrays)


def load(path: Path, fingerprint: str) -> SeedState:
    """Read a checkpoint.

    Raises
    ------
    ArgumentError
        If the file is damaged or belongs to another run.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = dict(archive.items())
        meta = json.loads(str(arrays.pop(_META)))
        found, generator = meta["fingerprint"], meta["generator"]
    except storage.DAMAGED:
        refuse("out", "a folder of whole checkpoints", str(path), "Delete that file to redo it.")
    if found != fingerprint:
        refuse("out", "the folder of this very run", str(path.parent), "Choose another folder.")
    return SeedState(
        rows={name[4:]: list(values) for name, values in arrays.items() if name[:4] == "row."},
        trainer={name[8:]: value for name, value in arrays.items() if name[:8] == "trainer."},
        generator=generator,
    )
