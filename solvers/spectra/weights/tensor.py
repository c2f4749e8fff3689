"""A tensor in a file, not read yet, and how one is chosen by name."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superlaw.arguments import fitting, refuse
from superlaw.solvers.spectra.rows import Rows, turned

SHOWN = 4
"""Names that a refusal lists."""


@dataclass(frozen=True)
class Tensor:
    """A tensor in a file.

    Parameters
    ----------
    shape : tuple of int
    open : callable
        Maps it: the stored array, of two dimensions.
    dtype : str
        Name of what is stored, where numpy has none.
    decode : callable
        Makes numbers of rows of the stored array.
    is_packed : bool
        Decoded in whole rows only.
    """

    shape: tuple[int, ...]
    open: Callable[[], NDArray[Any]]
    dtype: str = ""
    decode: Callable[[NDArray[Any]], NDArray[Any]] = np.asarray
    is_packed: bool = False

    def rows(self, name: str, columns: bool) -> Rows:
        """Return it as features."""
        if len(self.shape) != 2:
            form = f"{name}: shape {self.shape}"
            refuse("tensor", "two-dimensional", form, "Choose a matrix.")
        stored, decode = self.open(), self.decode
        if self.is_packed and columns:
            fitting(name, self.shape, 8.0 * math.prod(self.shape), "Columns are unpacked first.")
            stored, decode = decode(stored), np.asarray
        return turned(name, stored, self.shape, columns=columns, dtype=self.dtype, decode=decode)


def chosen(tensors: Mapping[str, Tensor], name: str | None, file: str) -> str:
    """Return the name of a tensor: the one asked for, or the only matrix in the file."""
    matrices = [key for key, tensor in tensors.items() if len(tensor.shape) == 2]
    if name is None:
        if len(matrices) != 1:
            found = f"{len(matrices)} matrices in {file}"
            refuse("tensor", "named where a file holds several", None, f"{_some(matrices)} {found}")
        return matrices[0]
    if name not in tensors:
        near = difflib.get_close_matches(name, list(tensors), n=SHOWN, cutoff=0.5)
        hint = f"Did you mean {' or '.join(map(repr, near))}?" if near else _some(matrices)
        refuse("tensor", f"a tensor of {file}", name, hint)
    return name


def _some(names: list[str]) -> str:
    """Return the first names, in words."""
    if not names:
        return "There is no matrix:"
    listed = ", ".join(names[:SHOWN])
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"Choose from {listed}{more}:"
