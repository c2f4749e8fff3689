"""Loss curves as files."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from superlaw import storage
from superlaw.arguments import refuse

Array = NDArray[np.float64]
_REMEDY = "Give a .csv with a header, or a .npz, holding times and loss (or loss_0, loss_1, …)."


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
