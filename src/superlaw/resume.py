"""Checkpoints of an integration: what it needs to go on to the identical result."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superlaw import storage
from superlaw.arguments import refuse

_KEY = "fingerprint"


def fingerprint(*parts: Any) -> str:
    """Return what tells one run from another: a digest of its texts, numbers and arrays."""
    digest = hashlib.sha256(str(storage.SCHEMA_VERSION).encode())
    for part in parts:
        if isinstance(part, np.ndarray):
            digest.update(f"{part.dtype}{part.shape}".encode() + np.ascontiguousarray(part).data)
        else:
            digest.update(repr(part).encode())
    return digest.hexdigest()


def save(path: Path, arrays: Mapping[str, NDArray[Any]], key: str) -> None:
    """Write arrays, whole or not at all."""
    storage.write_arrays(path, {_KEY: np.array(key), **arrays})


def restore(path: Path, arrays: Mapping[str, NDArray[Any]], key: str) -> None:
    """Fill arrays with what a checkpoint holds.

    Raises
    ------
    ArgumentError
        If the file is damaged or belongs to another run.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            found = str(archive[_KEY])
            if found == key:
                for name, values in arrays.items():
                    values[...] = archive[name]
    except storage.DAMAGED:
        refuse("checkpoint", "a whole checkpoint", str(path), "Delete that file to start anew.")
    if found != key:
        refuse("checkpoint", "one of this very run", str(path), "Choose another file name.")
