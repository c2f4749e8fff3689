"""Results on disk: whole files or none, and a manifest that says how they came about."""

from __future__ import annotations

import json
import math
import os
import platform
import secrets
import struct
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from superlaw.arguments import refuse

SCHEMA_VERSION = 1
DAMAGED = (
    OSError, ValueError, TypeError, AttributeError, LookupError, EOFError, ArithmeticError,
    MemoryError, RuntimeError, zipfile.BadZipFile, zlib.error, struct.error,
)  # fmt: skip
"""What reading a file raises that is not whole, or not what it should be."""
LARGEST = 2**28
"""Bytes of a file that is read whole: a curve of 1000 seeds at 1000 times has a tenth of it."""
RECORD = "manifest.json"
_RECORDED_PACKAGES = ("superlaw", "numpy", "scipy", "sympy", "numba", "matplotlib")


class OutputError(OSError):
    """A result could not be written, on a full disk for one; it is still in memory."""

    def __init__(self, path: object, reason: str) -> None:
        super().__init__(str(path), reason)
        self.path, self.reason = str(path), reason

    def __str__(self) -> str:
        return f"cannot write {self.path}: {self.reason}"


def to_stdout(text: str) -> None:
    """Print `text`, and make sure that it has arrived.

    Raises
    ------
    OutputError
        If it has not: the disk is full, the device broken. A reader that has gone raises
        BrokenPipeError as ever.
    """
    try:
        print(text, flush=True)
    except BrokenPipeError:
        _forget_stdout()
        raise
    except OSError as error:
        _forget_stdout()
        raise OutputError("standard output", error.strerror or str(error)) from None


def _forget_stdout() -> None:
    """Send what is left in the buffer nowhere, lest Python complains of it once more at its end."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except OSError:  # stdout is no file
        return


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a temporary path beside `path` and rename it there once it is written and flushed.

    A killed or failed writer leaves the old file, or none: never half of one.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    target = Path(path)
    part = target.with_name(f".part-{os.getpid()}-{secrets.token_hex(4)}{target.suffix}")
    try:
        yield part
        with open(part, "rb+") as stream:
            os.fsync(stream.fileno())
        os.replace(part, target)
    except OSError as error:
        raise OutputError(target, error.strerror or str(error)) from None
    finally:
        part.unlink(missing_ok=True)


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write `text` as UTF-8 under its final name, whole or not at all."""
    with replacing(path) as part:
        part.write_text(text, encoding="utf-8")


def write_json(path: str | os.PathLike[str], value: Any) -> None:
    """Write `value` as JSON at full precision."""
    write_text(path, to_json(value) + "\n")


def write_arrays(path: str | os.PathLike[str], arrays: Mapping[str, Any]) -> None:
    """Write named arrays as .npz, or, if of equal length, as columns of .csv at full precision."""
    import numpy as np

    with replacing(path) as part:
        if part.suffix == ".npz":
            with open(part, "wb") as stream:
                np.savez(stream, **arrays)
        else:
            table = np.column_stack(list(arrays.values()))
            header = ",".join(arrays)
            np.savetxt(part, table, delimiter=",", header=header, comments="", fmt="%.17g")


def to_json(value: Any) -> str:
    """Return `value` as a JSON text; numbers that JSON lacks (NaN, infinity) become null."""
    return json.dumps(plain(value), indent=2, allow_nan=False)


def plain(value: Any) -> Any:
    """Return `value` in JSON's own types: dict, list, str, int, float, bool or None."""
    if hasattr(value, "to_dict"):
        return plain(value.to_dict())
    if hasattr(value, "tolist"):  # numpy arrays and scalars
        return plain(value.tolist())
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def unknown_number(value: Any, name: str = "") -> str | None:
    """Return where in `value` the first NaN stands, as "key.key"; None if there is none.

    Infinity is a number here: some windows have no end.
    """
    if hasattr(value, "to_dict"):
        return unknown_number(value.to_dict(), name)
    if isinstance(value, Mapping):
        found = (unknown_number(item, f"{name}.{key}") for key, item in value.items())
    elif isinstance(value, list | tuple):
        found = (unknown_number(item, name) for item in value)
    else:
        if hasattr(value, "tolist"):  # numpy arrays and scalars
            return unknown_number(value.tolist(), name)
        is_unknown = isinstance(value, float) and math.isnan(value)
        return (name.lstrip(".") or "the answer") if is_unknown else None
    return next((place for place in found if place is not None), None)


def named(path: str | os.PathLike[str], name: str = "path") -> Path:
    """Return `path` as a path, or refuse what names no file."""
    try:
        return Path(path)
    except TypeError as error:
        refuse(name, "the name of a file or folder", path, f"{reason(error)}.")


def read_bytes(path: str | os.PathLike[str], largest: int = LARGEST) -> bytes:
    """Return what a file holds; a pipe or a device may have no end, so there is a limit.

    Raises
    ------
    OSError
        If it cannot be read.
    ValueError
        If it is larger than `largest`, or its name has a null byte.
    """
    with open(os.fspath(path), "rb") as stream:  # a number would be an open file of the process
        content = stream.read(largest + 1)
    if len(content) > largest:
        raise ValueError(f"larger than {largest} bytes")
    return content


def read_json(path: str | os.PathLike[str]) -> Any:
    """Return what a JSON file holds."""
    return json.loads(read_bytes(path))


def reason(error: BaseException) -> str:
    """Return in a few words why a file could not be read or written."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return " ".join(str(error).split())[:120] or type(error).__name__


def output_folder(path: str | os.PathLike[str], name: str = "out") -> Path:
    """Return `path` as a folder that exists and can be written to, or refuse it before any work."""
    try:
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except (OSError, ValueError, TypeError) as error:
        refuse(name, "a folder that can be written to", path, f"{reason(error)}.")
    return folder


def output_file(path: str | os.PathLike[str], suffixes: tuple[str, ...], name: str = "out") -> Path:
    """Return `path` as a file name that can be written to, or refuse it before any work."""
    try:
        target = Path(path)
        is_folder = target.is_dir()
        for companion in (target, target.with_suffix(".manifest.json")):
            companion.exists()  # a name may be too long for the file system
    except (OSError, ValueError, TypeError) as error:
        refuse(name, "a file name", path, f"{reason(error)}.")
    if target.suffix not in suffixes:
        refuse(name, f"a file name ending in {' or '.join(suffixes)}", str(path), "Rename it.")
    if is_folder:
        refuse(name, "a file name", str(path), "That is a folder.")
    output_folder(target.parent, name)
    return target


def manifest(configuration: Mapping[str, Any], **facts: Any) -> dict[str, Any]:
    """Return what is needed to make a result again: versions, machine, configuration, facts.

    Parameters
    ----------
    configuration : mapping
        The full resolved configuration.
    **facts
        What the run has to say of itself: method, tolerances, counts, status, seed, wall time.
    """
    return {
        "schema_version": SCHEMA_VERSION,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "packages": {name: metadata.version(name) for name in _RECORDED_PACKAGES},
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processors": os.cpu_count(),
        "configuration": plain(configuration),
        **plain(facts),
    }


def provenance(command: str, *, entropy: int, seeds: int) -> dict[str, Any]:
    """Return how measured numbers that others quote came about, to be kept beside them.

    Parameters
    ----------
    command : str
        What measures them again.
    entropy : int
        Root of all random streams.
    seeds : int
        Independent runs of each.
    """
    return {
        "version": metadata.version("superlaw"),
        "command": command,
        "entropy": entropy,
        "seeds": seeds,
        "date": date.today().isoformat(),
    }
