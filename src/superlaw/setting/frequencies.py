"""Frequencies of features: laws by name, measured ones, and what both must satisfy."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from superlaw.arguments import numbers, one_of, positive, refuse, whole
from superlaw.curves import Array
from superlaw.setting.task import PowerLawTask, Task

LAWS = ("power", "exponential", "linear", "even")
LARGEST_N = 2**21
"""Features that are held one by one."""
SUM_TOLERANCE = 1e-6
_REMEDY = "Give them descending, e.g. np.sort(p)[::-1] / p.sum()."


def by_law(
    law: str, n_features: int, *, a: float | None = None, scale: float | None = None
) -> Array:
    """Return frequencies that sum to 1: ∝ i^-a, exp(−i/scale), N + 1 − i, or 1.

    Parameters
    ----------
    law : {"power", "exponential", "linear", "even"}
    n_features : int
        N.
    a, scale : float, optional
        Of the power law and of the exponential one; needed there and refused elsewhere.

    Raises
    ------
    ArgumentError
        If an argument is outside its rule.

    Examples
    --------
    >>> by_law("linear", 3).tolist()
    [0.5, 0.3333333333333333, 0.16666666666666666]
    """
    one_of("law", law, LAWS)
    n = whole("n_features", n_features, "Give a number of features, e.g. -N 1000.", minimum=2)
    if n > LARGEST_N:
        refuse("n_features", f"at most {LARGEST_N}", n, "They are held one by one.")
    for name, value, owner in (("a", a, "power"), ("scale", scale, "exponential")):
        if value is not None and law != owner:
            refuse(name, f"left out with law {law!r}", value, f"Only {owner!r} has one.")
    i = np.arange(1.0, n + 1.0)
    if law == "power":
        p = i ** -positive("a", a, "Give the exponent of the frequencies, e.g. -a 1.2.")
    elif law == "exponential":
        p = np.exp(-(i - 1.0) / positive("scale", scale, "Give a number of features, e.g. 39."))
    else:
        p = n + 1.0 - i if law == "linear" else np.ones(n)
    return np.asarray(p / p.sum())


def checked(frequencies: ArrayLike, density: float = 1.0) -> Array:
    """Return frequencies as an array, shape (N,): positive, descending, with the sum `density`.

    Raises
    ------
    ArgumentError
        If they are not.
    """
    p = numbers("frequencies", frequencies, _REMEDY)
    if p.ndim != 1 or not 2 <= p.size <= LARGEST_N:
        rule = f"a one-dimensional array of 2 to {LARGEST_N} numbers"
        refuse("frequencies", rule, f"shape {p.shape}", _REMEDY)
    outside = p[~(np.isfinite(p) & (p > 0.0))]
    if outside.size:
        refuse("frequencies", "finite and above 0", float(outside[0]), "Leave others out.")
    rises = np.flatnonzero(np.diff(p) > 0.0)
    if rises.size:
        refuse("frequencies", "descending", p[rises[0] : rises[0] + 2].tolist(), _REMEDY)
    total = float(np.sum(p / p[0])) * float(p[0])  # no partial sum overflows before the last
    if not math.isclose(total, density, rel_tol=SUM_TOLERANCE):
        refuse("frequencies", f"of sum {density:g}", f"sum {total:.6g}", _REMEDY)
    if p[0] >= 1.0:
        refuse("frequencies", "below 1", float(p[0]), "Give more features, or a lower density.")
    return p


def of_task(task: Task) -> tuple[Array, str, float]:
    """Return frequencies, activity and density of a task whose target is its input.

    Raises
    ------
    ArgumentError
        If its features are not all wanted alike, its amplitudes not uniform, or N not given.
    """
    if isinstance(task, PowerLawTask) and task.b != 0.0:
        refuse("b", "0: outputs are to be the inputs", task.b, "Leave it out.")
    if task.amplitude != "uniform":
        refuse("amplitude", "'uniform'", task.amplitude, "The bounds are those of v in (0, 2).")
    n = whole("n_features", task.n_features, "Give a number of features, e.g. -N 1000.", minimum=2)
    if n > LARGEST_N:
        refuse("n_features", f"at most {LARGEST_N}", n, "They are held one by one.")
    index = np.arange(1.0, n + 1.0)
    unlike = np.flatnonzero(task.target(index) != 1.0)
    if unlike.size:
        value = task.target(float(index[unlike[0]]))
        refuse("importances", "1: outputs are to be the inputs", value, "Leave them out.")
    return np.asarray(task.probability(index)), task.activity, task.density
