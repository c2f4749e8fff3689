"""Resume files: what a run needs to go on to the identical result, whole and of this very run."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superlaw import storage
from superlaw.arguments import refuse

Arrays = dict[str, NDArray[Any]]
_KEY, _DIGEST = "fingerprint", "digest"


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
    """Write arrays, whole or not at all, with a digest of them.

    Raises
    ------
    OutputError
        If they cannot be written.
    """
    head = {_KEY: np.array(key), _DIGEST: np.array(_digest(arrays, key))}
    storage.write_arrays(path, head | dict(arrays))


def load(path: Path, key: str | None, name: str = "checkpoint") -> Arrays:
    """Read the arrays of a resume file.

    Parameters
    ----------
    path : Path
    key : str or None
        Fingerprint of the run that goes on; None takes that of any run.
    name : str
        The argument that named the file.

    Raises
    ------
    ArgumentError
        If the file is damaged, altered, or belongs to another run.
    """
    try:
        with open(path, "rb") as stream, np.load(stream, allow_pickle=False) as archive:
            arrays = dict(archive.items())
        owner, digest = str(arrays.pop(_KEY)), str(arrays.pop(_DIGEST))
        is_whole = digest == _digest(arrays, owner)
    except storage.DAMAGED:
        is_whole, owner = False, ""
    if not is_whole:
        refuse(name, "made of whole and unaltered files", str(path), "Delete that file to redo it.")
    if key is not None and owner != key:
        refuse(name, "of this very run", str(path), "Choose another name.")
    return arrays


def restore(path: Path, arrays: Mapping[str, NDArray[Any]], key: str) -> None:
    """Fill arrays with what a resume file of their run holds.

    Raises
    ------
    ArgumentError
        If the file is damaged, altered, or belongs to another run.
    """
    kept = load(path, key)
    for name, values in arrays.items():
        values[...] = kept[name]


def _digest(arrays: Mapping[str, NDArray[Any]], key: str) -> str:
    """Return a digest of everything in a file."""
    names = sorted(arrays)
    return fingerprint(key, *names, *(np.asarray(arrays[name]) for name in names))
