"""Refuse bad input once, at the public surface: one line with argument, value and remedy."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable
from numbers import Real
from typing import TYPE_CHECKING, Any, NoReturn

from superlaw import memory

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray


LONGEST_VALUE = 80
"""Characters of a refused value that its message shows."""
EARLIEST, LATEST = 1e-150, 1e150
"""Times [time] beyond which squares leave the range of a double."""


class ArgumentError(ValueError):
    """An argument is outside its rule; nothing has been computed or written."""


def refuse(name: str, rule: str, value: object, remedy: str) -> NoReturn:
    """Raise the one error message every bad argument gets.

    Raises
    ------
    ArgumentError
        Always: ``<name> must be <rule>; got <name>=<value>. <remedy>``.
    """
    raise ArgumentError(f"{name} must be {rule}; got {name}={shown(value)}. {remedy}".rstrip())


def shown(value: object) -> str:
    """Return a value as it is written in Python, in one line and not for ever."""
    try:
        text = " ".join(repr(value).split())
    except Exception:  # a repr may do anything; Python refuses that of a huge integer
        text = f"<{type(value).__name__}>"
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 2]} …"


def finite(name: str, value: Any, remedy: str) -> float:
    """Return `value` as a finite float, or refuse it."""
    if not _is_number(value) or not math.isfinite(value):
        refuse(name, "a finite number", value, remedy)
    return float(value)


def positive(name: str, value: Any, remedy: str) -> float:
    """Return `value` as a finite float above zero, or refuse it."""
    number = finite(name, value, remedy)
    if number <= 0.0:
        refuse(name, "above 0", value, remedy)
    return number


def not_negative(name: str, value: Any, remedy: str) -> float:
    """Return `value` as a finite float of at least zero, or refuse it."""
    number = finite(name, value, remedy)
    if number < 0.0:
        refuse(name, "at least 0", value, remedy)
    return number


def whole(name: str, value: Any, remedy: str, minimum: int = 1) -> int:
    """Return `value` as an int of at least `minimum`; 1e9 counts as whole."""
    number = finite(name, value, remedy)
    if number != int(number):
        refuse(name, "a whole number", value, remedy)
    exact = int(value)
    if exact < minimum:
        refuse(name, f"at least {minimum}", value, remedy)
    return exact


def flag(name: str, value: Any) -> bool:
    """Return `value` if it is True or False, else refuse it."""
    if not isinstance(value, bool):
        refuse(name, "True or False", value, "Leave it out, or give a bool.")
    return value


def one_of(name: str, value: str, choices: Iterable[str]) -> str:
    """Return `value` if it is one of `choices`, else refuse it and name the nearest one."""
    known = list(choices)
    if not isinstance(value, str) or value not in known:
        near = difflib.get_close_matches(shown(value), known, n=1, cutoff=0.5)
        hint = f"Did you mean {near[0]!r}?" if near else f"Choose from {', '.join(known)}."
        refuse(name, f"one of {', '.join(known)}", value, hint)
    return value


def increasing_times(times: ArrayLike, name: str = "times") -> NDArray[np.float64]:
    """Return `times` as a float array, shape (n,), that is finite, not negative and increasing."""
    import numpy as np

    remedy = "Give gradient-flow times in increasing order, e.g. sl.log_times(0.1, 1e4)."
    array = np.atleast_1d(numbers(name, times, remedy))
    if array.ndim != 1 or array.size == 0:
        refuse(name, "a non-empty one-dimensional array", times, remedy)
    if not np.all(np.isfinite(array)):
        refuse(name, "finite", float(array[~np.isfinite(array)][0]), remedy)
    if array[0] < 0.0:
        refuse(name, "at least 0", float(array[0]), remedy)
    falls = np.flatnonzero(np.diff(array) <= 0.0)
    if falls.size:
        refuse(name, "increasing", array[falls[0] : falls[0] + 2].tolist(), remedy)
    started = array[array > 0.0]
    for t in (*started[:1], *started[-1:]):
        in_reach(name, float(t))
    return array


def in_reach(name: str, t: float) -> float:
    """Return a time above 0 whose square a double can hold with room to spare, or refuse it."""
    if not EARLIEST <= t <= LATEST:
        refuse(
            name, f"between {EARLIEST:g} and {LATEST:g}", t, "A double does not hold its square."
        )
    return t


def numbers(name: str, values: ArrayLike, remedy: str) -> NDArray[np.float64]:
    """Return `values` as a float array of any shape, or refuse what are not numbers."""
    import numpy as np

    try:
        array = np.asarray(values)
        if array.dtype.kind not in "fiuO" or any(map(_is_no_number, array.ravel()[:1])):
            raise TypeError
        return np.asarray(array, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        refuse(name, "an array of numbers", values, remedy)


def fitting(name: str, value: object, n_bytes: float, remedy: str) -> None:
    """Refuse `value` if the `n_bytes` it asks for exceed the memory of this machine."""
    room = memory.available()
    if n_bytes > room:
        wanted = f"it needs {n_bytes / 2**30:.1f} GiB"
        needs = f"small enough for {room / 2**30:.1f} GiB of memory ({wanted})"
        refuse(name, needs, value, remedy)


LONGEST = 3600.0
"""Seconds of work that nobody asked to be longer; what takes longer is refused before it starts."""
LONGEST_RUN = 30 * 86400.0
"""Seconds of work that shows its progress and resumes."""


def lasting(
    name: str, value: object, seconds: float, remedy: str, longest: float = LONGEST
) -> None:
    """Refuse `value` if the work it asks for would take longer than `longest`."""
    if seconds > longest:
        hours = longest / 3600.0
        within = f"{hours:g} hour{'' if hours == 1.0 else 's'}"
        needs = f"such that it ends within {within} (it would take {seconds / 3600.0:.2g} hours)"
        refuse(name, needs, value, remedy)


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError, OverflowError):
        return False
    return isinstance(value, Real) and not isinstance(value, bool)


def _is_no_number(value: Any) -> bool:
    return not _is_number(value)
