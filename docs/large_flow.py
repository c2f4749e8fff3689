"""One flow of many features beside the closure: a section of its page."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from superlaw.theory.documents.document import Table
from superlaw.theory.documents.markdown import measured_on, table

RESULTS = Path(__file__).parent / "results" / "large_flow.json"


def section() -> Iterator[str]:
    """Yield how far one flow of many features is from the closure, and what that says."""
    found = json.loads(RESULTS.read_text("utf-8"))
    task, fewer = found["task"], found["fewer"]
    yield (
        f"## One flow at N = {task['n_features']}\n\nOne direct flow, so no log-mean: a = "
        f"{task['a']:g}, b = {task['b']:g}, K = {found['width']}, N/K = {found['share']}, with "
        f"bias. Beside it what is stated of that task at N = {fewer}: the scatter of one flow "
        f"over seeds, and h, which is meant for log-means. {_verdict(found)} "
        f"{measured_on(found['provenance'])}."
    )
    heads = ("t", "closure over flow, less 1", f"scatter at N = {fewer}", f"h at N = {fewer}")
    columns = (found[name] for name in ("times", "deviation", "scatter", "half_width"))
    rows = tuple(
        (f"{t:g}", f"{100.0 * math.expm1(off):+.1f} %", f"{100.0 * s:.1f} %", f"{100.0 * h:.1f} %")
        for t, off, s, h in zip(*columns, strict=True)
    )
    yield table(Table(heads, rows))


def _verdict(found: dict[str, Any]) -> str:
    """Return how large the deviation is, and whether a band for fewer features holds it."""
    off, half = np.abs(found["deviation"]), np.log1p(found["half_width"])
    last, inside = found["times"][-1], int(np.sum(off <= half))
    return (
        f"Up to t = {last:g} the closure is off by {np.expm1(off.max()):.1%} at most, within h at "
        f"{inside} of {off.size} times. This is all that was compared above N = 4096; what is "
        "said at N = 10⁵ and 10⁶ goes beyond it."
    )
