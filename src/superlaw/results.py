"""What results share: compared by content, shown in one line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np


class Result:
    """Base of results that hold arrays: equal if all their contents are, unknowns included."""

    def __eq__(self, other: object) -> bool:
        return equal(self, other)

    def _brief(self, **shown: Any) -> str:
        """Return the class and what tells this result from others, in one line."""
        inside = ", ".join(f"{name}={_short(value)}" for name, value in shown.items())
        return f"{type(self).__name__}({inside})"


def equal(one: Any, other: Any) -> bool:
    """Return whether two values have the same contents, arrays and NaN included."""
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return _equal_arrays(one, other)
    if type(one) is not type(other):
        return False
    if is_dataclass(one):
        return all(equal(getattr(one, f.name), getattr(other, f.name)) for f in fields(one))
    if isinstance(one, Mapping):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(equal, one, other))
    return bool(one == other or (one != one and other != other))


def _equal_arrays(one: Any, other: Any) -> bool:
    if not (isinstance(one, np.ndarray) and isinstance(other, np.ndarray)):
        return False
    if one.dtype != other.dtype or one.shape != other.shape:
        return False
    return bool(np.array_equal(one, other, equal_nan=one.dtype.kind in "fc"))


def _short(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else repr(value)
