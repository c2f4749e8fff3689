"""A progress bar in log-time, on a terminal only."""

from __future__ import annotations

import math
import sys
from types import TracebackType
from typing import Any, Self

from superlaw.curves import Array

_FORMAT = "{l_bar}{bar}| {n:.1f}/{total:.1f} decades [{elapsed}<{remaining}{postfix}]"


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

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()
