"""Loss curves: the array type, output times, slopes between them, and curves as files."""

from __future__ import annotations

import io
import math
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superlaw import storage
from superlaw.arguments import in_reach, positive, refuse, whole

Array = NDArray[np.float64]
"""Double precision, as every loss curve here needs it."""
TIMES: dict[str, Any] = {"t_start": 0.1, "t_end": 1e4, "per_decade": 10}
"""Output times where nothing is said."""
MOST_TIMES = 100_000
"""Log-spaced times that a curve may have: more than anyone can draw or read."""
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
    t_start = positive("t_start", t_start, "Log-spaced times need a start above 0.")
    t_end = positive("t_end", t_end, "Log-spaced times need an end above 0.")
    if t_end <= t_start:
        refuse("t_end", "above t_start", t_end, f"Give an end after {t_start}.")
    in_reach("t_start", t_start)
    in_reach("t_end", t_end)
    per_decade = whole("per_decade", per_decade, "Give points a decade, e.g. 10.")
    n_times = max(2, round(per_decade * math.log10(t_end / t_start)) + 1)
    if n_times > MOST_TIMES:
        rule = f"small enough for {MOST_TIMES} times (it asks for {n_times:.3g})"
        refuse("per_decade", rule, per_decade, "A curve needs about 10.")
    times: Array = np.geomspace(t_start, t_end, n_times)
    if np.any(np.diff(times) <= 0.0):
        refuse("t_end", "further from t_start", t_end, "The times are not distinct in a double.")
    return times


def differenced_slope(times: Array, loss: Array) -> Array:
    """Return −d log L/d log t by differences, 0 at t = 0."""
    inside = times > 0.0
    slope = np.zeros_like(loss)
    if inside.sum() > 2:
        slope[inside] = -np.gradient(np.log(loss[inside]), np.log(times[inside]))
    return slope


def read_curve(path: str | os.PathLike[str]) -> tuple[Array, Array]:
    r"""Return the times and losses of a .csv or .npz file.

    Parameters
    ----------
    path : path
        Columns `times` and `loss`, or `loss_0`, `loss_1`, … of several runs; others are left out.

    Returns
    -------
    times : ndarray
        Shape (n_times,).
    loss : ndarray
        Shape (n_seeds, n_times).

    Raises
    ------
    ArgumentError
        If the file cannot be read or lacks these columns.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     text = Path(folder, "curve.csv").write_text("times,loss\n1,0.5\n10,0.25\n")
    ...     times, loss = read_curve(Path(folder, "curve.csv"))
    >>> times.tolist(), loss.tolist()
    ([1.0, 10.0], [[0.5, 0.25]])
    """
    columns = read_columns(path)
    runs = [columns[name] for name in sorted(columns, key=seed_number) if _is_loss(name)]
    times = columns.get("times")
    if times is None or not runs or any(run.shape != times.shape for run in (times.ravel(), *runs)):
        refuse("curve", "a file of times and losses", os.fspath(path), _REMEDY)
    return times, np.array(runs)


def read_columns(
    path: str | os.PathLike[str],
    name: str = "curve",
    rule: str = "a file of times and losses",
    remedy: str = _REMEDY,
) -> dict[str, Array]:
    """Return the named arrays of a .npz file, or the columns of a .csv file with a header.

    Parameters
    ----------
    path : path
    name, rule, remedy : str
        What a refusal says.

    Raises
    ------
    ArgumentError
        If the file cannot be read or is no such thing.
    """
    try:
        content = storage.read_bytes(path)
        return _npz(content) if Path(path).suffix == ".npz" else _csv(content)
    except storage.DAMAGED as error:
        refuse(name, rule, path, f"{remedy} ({storage.reason(error)})")


def _npz(content: bytes) -> dict[str, Array]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(member.file_size for member in archive.infolist()) > storage.LARGEST:
            raise ValueError(f"larger than {storage.LARGEST} bytes")
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return {name: _real(name, values) for name, values in arrays.items()}


def _real(name: str, values: NDArray[Any]) -> Array:
    if values.dtype.kind not in "fiu":
        raise ValueError(f"{name} holds {values.dtype}")
    return np.asarray(values, dtype=np.float64)


def _csv(content: bytes) -> dict[str, Array]:
    header, _, rows = content.decode("utf-8-sig").partition("\n")
    names = [name.strip() for name in header.split(",")]
    if all(map(_is_number, names)):
        raise ValueError("the first line names no columns")
    if len(set(names)) < len(names):
        raise ValueError("two columns of one name")
    if not rows.strip():
        raise ValueError("no rows")
    table = np.loadtxt(io.StringIO(rows), delimiter=",", ndmin=2)
    return dict(zip(names, table.T, strict=True))


def _is_number(name: str) -> bool:
    try:
        float(name)
    except ValueError:
        return False
    return True


def _is_loss(name: str) -> bool:
    return name == "loss" or seed_number(name) >= 0


def seed_number(name: str) -> int:
    """Return k of a column loss_k, −1 for any other name."""
    head, _, tail = name.partition("_")
    return int(tail) if head == "loss" and tail.isdigit() else -1
