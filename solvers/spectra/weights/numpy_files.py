"""Matrices in .npy and .npz files."""

from __future__ import annotations

import math
import zipfile
from functools import partial
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from superlaw.arguments import fitting
from superlaw.solvers.spectra.weights.tensor import Tensor

Header = tuple[tuple[int, ...], bool, np.dtype[Any]]


def one(path: Path) -> dict[str, Tensor]:
    """Return the array of a .npy file, under the name of the file."""
    with open(path, "rb") as stream:
        shape, in_columns, dtype = header(stream, path.stat().st_size)
        start = stream.tell()

    def mapped() -> NDArray[Any]:
        return np.memmap(path, dtype, "r", start, shape, "F" if in_columns else "C")

    return {path.stem: Tensor(shape, mapped)}


def several(path: Path) -> dict[str, Tensor]:
    """Return the arrays of a .npz file; one of them is read whole, for it may be compressed."""
    with zipfile.ZipFile(path) as archive:
        members = [member for member in archive.infolist() if member.filename.endswith(".npy")]
        found = {}
        for member in members:
            with archive.open(member) as stream:
                shape, *_ = header(stream, member.file_size)
            found[member.filename[:-4]] = Tensor(shape, partial(_read, path, member))
    return found


def header(stream: IO[bytes], size: int) -> Header:
    """Return shape, order and type of an array of `size` bytes in all, header included.

    Raises
    ------
    ValueError
        If there is no header, it asks for objects, or for another number of bytes than there are.
    """
    version = npy.read_magic(stream)
    read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    shape, in_columns, dtype = read(stream)
    if dtype.kind not in "fiu":
        raise ValueError(f"it holds {dtype}, no real numbers")
    promised = math.prod(shape) * dtype.itemsize
    if min(shape, default=0) < 0 or promised != size - stream.tell():
        raise ValueError(f"shape {shape} of {dtype} is not what the file has room for")
    return shape, in_columns, dtype


def _read(path: Path, member: zipfile.ZipInfo) -> NDArray[Any]:
    name = member.filename[:-4]
    fitting("tensor", name, 2.0 * member.file_size, "Store it as .npy, which is mapped.")
    with zipfile.ZipFile(path) as archive, archive.open(member) as stream:
        shape, in_columns, dtype = header(stream, member.file_size)
        content = np.frombuffer(stream.read(), dtype)
    return content.reshape(shape, order="F" if in_columns else "C")
