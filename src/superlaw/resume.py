"""Resume files: what a run needs to go on to the identical result, whole and of this very run."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superlaw import storage
from superlaw.arguments import positive, refuse
from superlaw.execution.locks import locked
from superlaw.progress import say

Arrays = dict[str, NDArray[Any]]
SAVE_SECONDS = 30.0
"""How often a resume file is written unless the caller says otherwise."""
_ALONE = threading.Lock()
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


def load(path: Path, key: str | None, name: str = "resume") -> Arrays:
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
        arrays = _read(path)
        owner, digest = str(arrays.pop(_KEY)), str(arrays.pop(_DIGEST))
        is_whole = digest == _digest(arrays, owner)
    except storage.DAMAGED:
        is_whole, owner = False, ""
    if not is_whole:
        refuse(name, "made of whole and unaltered files", str(path), "Delete that file to redo it.")
    if key is not None and owner != key:
        refuse(name, "of this very run", str(path), "Choose another name.")
    return arrays


def _read(path: Path) -> Arrays:
    """Read an .npz file, one thread at a time: Python 3.11 parses the headers in no two at once."""
    with _ALONE, open(path, "rb") as stream, np.load(stream, allow_pickle=False) as archive:
        return dict(archive.items())


@dataclass(frozen=True)
class Place:
    """Where a run is kept, and how often.

    Parameters
    ----------
    path : Path
        A name that ends in .npz.
    save_every : float
        Seconds between two writings.
    """

    path: Path
    save_every: float = SAVE_SECONDS


def place(resume: str | os.PathLike[str] | None, save_every: float | None) -> Place | None:
    """Return the place that two arguments name, None if there is none.

    Raises
    ------
    ArgumentError
        If the file cannot be written to, or an interval is given without it.
    """
    if resume is None:
        if save_every is not None:
            refuse("save_every", "left out without a resume file", save_every, "Give resume=FILE.")
        return None
    path = storage.output_file(resume, (".npz",), "resume")
    seconds = SAVE_SECONDS if save_every is None else save_every
    return Place(path, positive("save_every", seconds, "Give seconds, e.g. 30."))


@contextmanager
def kept(
    place: Place | None,
    key: str,
    arrays: Callable[[], Mapping[str, NDArray[Any]]],
    restore: Callable[[Arrays], None],
) -> Iterator[Callable[[], None]]:
    """Go on from a resume file if there is one; save now and then, and whatever ends the run.

    Parameters
    ----------
    place : Place or None
        Nothing is kept if None. Another process that uses the file is waited for.
    key : str
        Fingerprint of the run.
    arrays : callable
        Returns what the run is to go on with; called between two steps.
    restore : callable
        Gets the arrays of the file.

    Yields
    ------
    callable
        To be called between steps: saves when it is time.

    Raises
    ------
    ArgumentError
        If the file is damaged, altered, or belongs to another run.
    KeyboardInterrupt
        As it was raised inside, with how to go on.
    """
    if place is None:
        try:
            yield lambda: None
        except KeyboardInterrupt as error:
            advice = "give a resume file (resume=..., --resume) to be able to go on"
            raise KeyboardInterrupt(f"{str(error) or 'interrupted'}; {advice}") from None
        return
    with locked(place.path.with_suffix(".lock"), what=str(place.path)):
        if place.path.exists():
            restore(load(place.path, key))
        keeper = _Keeper(place, key, arrays)
        try:
            yield keeper.save_when_due
        except KeyboardInterrupt as error:
            raise KeyboardInterrupt(keeper.farewell(str(error))) from None
        except BaseException:
            keeper.save()
            raise
        keeper.save()


class _Keeper:
    """Writes the resume file of a run; on a full disk it says so, and the run goes on."""

    def __init__(
        self, place: Place, key: str, arrays: Callable[[], Mapping[str, NDArray[Any]]]
    ) -> None:
        self.place, self.key, self.arrays = place, key, arrays
        self.saved = time.monotonic()
        self.unsaved = ""

    def save_when_due(self) -> None:
        if time.monotonic() - self.saved > self.place.save_every:
            self.save()

    def save(self) -> None:
        self.saved = time.monotonic()
        try:
            save(self.place.path, self.arrays(), self.key)
            self.unsaved = ""
        except storage.OutputError as error:
            self.unsaved = str(error)
            say(f"superlaw: {error}; the run goes on without")

    def farewell(self, why: str) -> str:
        """Save, and return what to say to somebody who interrupts."""
        self.save()
        if self.unsaved:
            return f"{why or 'interrupted'}; {self.unsaved}: what is unsaved is lost"
        go_on = f"run the same again to go on from {self.place.path}"
        return f"{why or 'interrupted'}; {go_on}"


def _digest(arrays: Mapping[str, NDArray[Any]], key: str) -> str:
    """Return a digest of everything in a file."""
    names = sorted(arrays)
    return fingerprint(key, *names, *(np.asarray(arrays[name]) for name in names))
