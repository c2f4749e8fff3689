"""One process at a time: a lock that the system lets go of when its owner dies."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from superlaw.progress import say

try:
    import fcntl
except ImportError:  # Windows: whole files by renaming are all the protection there is
    fcntl = None  # type: ignore[assignment]

_BUSY = (errno.EACCES, errno.EAGAIN)


@contextmanager
def locked(path: Path, *, what: str = "") -> Iterator[None]:
    """Hold the lock file `path`, which is gone afterwards; wait for another process if need be.

    Parameters
    ----------
    path : Path
        In a folder that exists.
    what : str
        What to call it in the line that says that another process is waited for.
    """
    handle = _take(path, wait=False)
    if handle == -1:
        say(f"superlaw: another process works in {what or path}; waiting for it …")
        handle = _take(path, wait=True)
    try:
        yield
    finally:
        _release(path, handle)


@contextmanager
def claimed(path: Path) -> Iterator[bool]:
    """Hold the lock file `path` if it is free; yield whether it is held."""
    handle = _take(path, wait=False)
    try:
        yield handle != -1
    finally:
        if handle != -1:
            _release(path, handle)


def _take(path: Path, *, wait: bool) -> int | None:
    """Return the handle of a lock, −1 if another holds it, None where there are no locks."""
    if fcntl is None:
        return None
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            if _is_still(path, handle):
                return handle
            os.close(handle)  # its last owner removed it meanwhile: take the new one
        except OSError as error:
            os.close(handle)
            if error.errno in _BUSY:
                return -1
            path.unlink(missing_ok=True)  # a file system without locks
            return None
        except BaseException:
            os.close(handle)
            raise


def _is_still(path: Path, handle: int) -> bool:
    """Whether a handle is that of the file now at `path`."""
    try:
        return os.path.samestat(os.fstat(handle), os.stat(path))
    except FileNotFoundError:
        return False


def _release(path: Path, handle: int | None) -> None:
    if handle is not None:
        path.unlink(missing_ok=True)
        os.close(handle)
