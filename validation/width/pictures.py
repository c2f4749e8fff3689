"""Figures of loss against width."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from superlaw.figures.panels import Panel, Series

if TYPE_CHECKING:
    from superlaw.validation.width.law import WidthLaw


def loss_against_width(law: WidthLaw, title: str = "Loss against width") -> Panel:
    """Return bounds, prediction and band, each where it is known and above 0."""
    return Panel(title, "width m", "E‖ŷ − x‖²", tuple(_series(law)))


def _series(law: WidthLaw) -> Iterator[Series]:
    yield from _line("random code", law.widths, law.random, "dotted")
    yield from _line("predicted", law.widths, law.predicted, "line")
    known = [(m, *band) for m, band in zip(law.widths, law.band, strict=True) if band and band[0]]
    if known:
        m, low, high = np.array(known, dtype=float).T
        yield Series("band of it", m, low, style="band", upper=high, paired=True)
    yield from _line("trained", law.widths, law.trained or [None] * len(law.widths), "points")
    yield from _line("lower bound", law.widths, law.lower, "line")


def _line(
    label: str, widths: Sequence[int], values: Sequence[float | None], style: str
) -> Iterator[Series]:
    """Yield a line through what is known; none if nothing is."""
    known = [(m, value) for m, value in zip(widths, values, strict=True) if value]
    if known:
        x, y = np.array(known, dtype=float).T
        yield Series(label, x, y, style=style)
