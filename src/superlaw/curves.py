"""Loss curves: the array type, output times, slopes between them, and curves as files."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from superlaw import storage
from superlaw.arguments import positive, refuse, whole

Array = NDArray[np.float64]
"""Double precision, as every loss curve here needs it."""
_REMEDY = "Give a .csv with a header, or a .npz, holding times and loss (or loss_0, loss_1, …)."


def log_times(t_start: float, t_end: float, per_decade: int = 10) -> Array:
    """Return log-spaced times with exact end points.

    Parameters
    ----------
    t_start, t_end : float
        First and last time, 0 < t_start < t_end [time].
    per_decade : int
        Times a decade, about: the spacing is even on a log scale.

    Returns
    -------
    ndarray
        Shape (n,) [time].

    Raises
    ------
    ArgumentError
        If an argument is outside its rule.

    Examples
    --------
    >>> log_times(0.1, 10.0, per_decade=1).tolist()
    [0.1, 1.0, 10.0]
    """
    positive("t_start", t_start, "Log-spaced times need a start above 0.")
    if positive("t_end", t_end, "Log-spaced times need an end above 0.") <= t_start:
        refuse("t_end", "above t_start", t_end, f"Give an end after {t_start}.")
    whole("per_decade", per_decade, "Give points a decade, e.g. 10.")
    times: Array = np.geomspace(
        t_start, t_end, max(2, round(per_decade * np.log10(t_end / t_start)) + 1)
    )
    return times


def differenced_slope(times: Array, loss: Array) -> Array:
    """Return −d log L/d log t by differences, 0 at t = 0."""
    inside = times > 0.0
    slope = np.zeros_like(loss)
    if inside.sum() > 2:
        slope[inside] = -np.gradient(np.log(loss[inside]), np.log(times[inside]))
    return slope


def read_curve(path: str | os.PathLike[str]) -> tuple[Array, Array]:
    """Return times (n,) and losses (n_seeds, n) from a .csv or .npz file.

    Raises
    ------
    ArgumentError
        If the file cannot be read or lacks the columns `times` and `loss` or `loss_0`, ….
    """
    source = Path(path)
    try:
        columns = _read_npz(source) if source.suffix == ".npz" else _read_csv(source)
        times = columns["times"]
        runs = [columns[name] for name in sorted(columns, key=_seed) if _is_loss(name)]
        return times, np.atleast_2d(np.array(runs))
    except storage.DAMAGED as error:
        refuse("curve", "a file of times and losses", str(path), f"{_REMEDY} ({error})")


def _read_npz(source: Path) -> dict[str, Array]:
    with np.load(source, allow_pickle=False) as archive:
        return {name: np.asarray(values, dtype=np.float64) for name, values in archive.items()}


def _read_csv(source: Path) -> dict[str, Array]:
    with open(source, encoding="utf-8") as stream:
        names = [name.strip() for name in stream.readline().split(",")]
        table = np.loadtxt(stream, delimiter=",", ndmin=2)
    return dict(zip(names, table.T, strict=True))


def _is_loss(name: str) -> bool:
    return name == "loss" or _seed(name) >= 0


def _seed(name: str) -> int:
    """Return k of a column loss_k, −1 for any other name."""
    head, _, tail = name.partition("_")
    return int(tail) if head == "loss" and tail.isdigit() else -1
