"""What results share: compared by content, shown in one line, drawn, and put into tables."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from superlaw.arguments import ArgumentError
from superlaw.figures.panels import Picture
from superlaw.notices import Notice

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROWS_IN_NOTEBOOK = 10


class Result:
    """Base of results that hold arrays: equal if all their contents are, unknowns included."""

    def __eq__(self, other: object) -> bool:
        return equal(self, other)

    def _brief(self, **shown: Any) -> str:
        """Return the class and what tells this result from others, in one line."""
        inside = ", ".join(f"{name}={_short(value)}" for name, value in shown.items())
        return f"{type(self).__name__}({inside})"


class DrawnResult(Result, ABC):
    """Base of results that are drawn, shown in notebooks, and put into tables."""

    @abstractmethod
    def picture(self) -> Picture:
        """Return the figure of the result, as plain data."""

    @abstractmethod
    def columns(self) -> Mapping[str, Sequence[Any] | Any]:
        """Return the result as named columns of equal length."""

    def plot(self, axes: Axes | None = None) -> Axes:
        """Draw the result with matplotlib.

        Parameters
        ----------
        axes : matplotlib.axes.Axes, optional
            Where to; a new figure if left out. Refused for results of several panels.

        Returns
        -------
        matplotlib.axes.Axes
            Those drawn on; their figure is `.figure`.
        """
        from superlaw.figures.drawing import show  # matplotlib takes a second

        return show(self.picture(), axes)

    def to_dataframe(self) -> Any:
        """Return the result as a pandas DataFrame.

        Raises
        ------
        ArgumentError
            If pandas is not installed.
        """
        try:
            from pandas import DataFrame  # the extra [tables]
        except ImportError:
            raise needs("to_dataframe", "pandas") from None
        return DataFrame({name: list(column) for name, column in self.columns().items()})

    def _repr_html_(self) -> str:
        """Return a table and a small figure for a notebook."""
        from superlaw.figures.web import in_notebook  # matplotlib takes a second

        warnings: Sequence[Notice] = getattr(self, "warnings", ())
        return in_notebook(self._table(), self.picture(), [str(notice) for notice in warnings])

    def _table(self) -> list[Sequence[str]]:
        """Return a row of names and some rows of the columns, evenly chosen."""
        columns = self.columns()
        rows = list(zip(*columns.values(), strict=True))
        every = max(1, -(-len(rows) // ROWS_IN_NOTEBOOK))
        return [tuple(columns), *(tuple(map(_cell, row)) for row in rows[::-every][::-1])]


def needs(what: str, package: str) -> ArgumentError:
    """Return the refusal of what an optional package would do."""
    return ArgumentError(f"{what} must have {package}; got none. pip install 'superlaw[tables]'.")


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


def _cell(value: Any) -> str:
    """Return a value as a table shows it."""
    if value is None or value != value:
        return "–"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
