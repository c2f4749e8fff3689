"""What measures share: options that nothing would use, and coded warnings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from superlaw.arguments import refuse
from superlaw.notices import Notice
from superlaw.validation.sweeps.grid import RUN, SEED, Point

VALUE, CURVE = "value", "curve"
"""The number that maps show; and, where there is one, the curve: times, loss and its error."""
SOLVE = ("method", "features", "rtol")
SIMULATE = ("seeds", "precision", "features", "n_classes", "hours")
FIT = ("model", "floor", "start", "end")
WIDTH = ("ridge", "train", "starts", "steps", "weight_decay", "batch")
MATRIX = ("matrix", "tensor", "columns", "unit", "leading", "sampled_rows")
"""Options by what takes them."""
Found = dict[str, Any]


def check_taken(
    point: Point, given: Mapping[str, Any], known: Iterable[str], kind: str, *, seeded: bool = False
) -> None:
    """Refuse options that this kind of point would not use."""
    for name, value in given.items():
        if name not in known:
            refuse(f"{RUN}.{name}", f"left out with {kind}", value, "Nothing would use it.")
    if point.seed is not None and "seeds" not in known and not seeded:
        refuse(SEED, f"left out with {kind}", point.seed, "Nothing is drawn.")


def codes(warnings: Iterable[Notice]) -> dict[str, str | None]:
    """Return the column of coded warnings."""
    return {"warnings": " ".join(dict.fromkeys(notice.code for notice in warnings)) or None}
