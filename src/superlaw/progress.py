"""Progress on stderr: bars, on a terminal only, lines that are said once, times in words."""

from __future__ import annotations

import math
import sys
from typing import Any, Self

from superlaw.curves import Array

_WORK_FORMAT = "{percentage:3.0f}%|{bar}| {elapsed} < {remaining}"
_COUNT_FORMAT = "{percentage:3.0f}%|{bar}| {n:.0f}/{total:.0f} {unit} [{elapsed}<{remaining}]"
_FORMAT = "{l_bar}{bar}| {n:.1f}/{total:.1f} decades [{elapsed}<{remaining}{postfix}]"


_said: set[str] = set()


def say(line: str) -> None:
    """Print a line to stderr, once a process."""
    if line not in _said:
        _said.add(line)
        print(line, file=sys.stderr, flush=True)


def duration(seconds: float) -> str:
    """Return a time in the unit in which it is read."""
    for unit, size in (("days", 86400.0), ("hours", 3600.0), ("minutes", 60.0)):
        if seconds > 2.0 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} seconds"


class WorkBar:
    """Show the share of work done, 0 to `total`; threads may move it.

    Parameters
    ----------
    wanted : bool
        Nothing is shown if False, or if stderr is not a terminal.
    total : float
        Work in all.
    unit : str
        What is counted, to be shown; shares only if left out.
    """

    def __init__(self, wanted: bool, total: float, unit: str = "") -> None:
        self._bar: Any = None
        if wanted and sys.stderr.isatty():
            from tqdm import tqdm

            form = _COUNT_FORMAT if unit else _WORK_FORMAT
            self._bar = tqdm(total=total, unit=unit, bar_format=form, leave=False)

    def __enter__(self) -> Self:
        return self

    def move(self, work: float) -> None:
        """Move the bar on."""
        if self._bar is not None:
            self._bar.update(work)

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()


class Progress:
    """Show how far a run has come between the first and the last time, on a log scale.

    Parameters
    ----------
    wanted : bool
        Nothing is shown if False, or if stderr is not a terminal.
    times : ndarray
        Output times.
    """

    def __init__(self, wanted: bool, times: Array) -> None:
        positive = times[times > 0.0]
        self._start = math.log10(positive[0]) - 1.0 if positive.size else 0.0
        self._decades = math.log10(positive[-1]) - self._start if positive.size else 1.0
        self._bar: Any = None
        if wanted and sys.stderr.isatty():
            from tqdm import tqdm

            self._bar = tqdm(
                total=round(self._decades, 2),
                unit="decade",
                leave=False,
                bar_format=_FORMAT,
            )

    def __enter__(self) -> Self:
        return self

    def show(self, t: float, steps: int) -> None:
        """Move the bar to time t."""
        if self._bar is not None and t > 0.0:
            done = min(max(math.log10(t) - self._start, 0.0), self._decades)
            self._bar.n = done
            self._bar.set_postfix_str(f"t={t:.3g}, {steps} steps")

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()
