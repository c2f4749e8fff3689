"""What a network answers to a response, where that is known exactly: for the closure's page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from superlaw.theory.documents.document import Table
from superlaw.theory.documents.markdown import measured_on, table

MEMORY = Path(__file__).parent / "results" / "memory.json"
SEEN = (128, 1e3)
"""K and time of which the text speaks."""


def sections() -> Iterator[str]:
    """Yield how much of a response is kept with linear gates, and what closures make of it."""
    found = json.loads(MEMORY.read_text("utf-8"))
    task = found["task"]
    (seen,) = (row for row in found["rows"] if (row["width"], row["t"]) == SEEN)
    off, kept = seen["deviation"], seen["kept"]
    yield (
        "## Memory\n\nA response is answered by the rest of the network (R13), and a closure that "
        "keeps two times has to say by how much later. With linear gates that is known exactly: "
        f"N = {task['n_features']}, a = {task['a']:g}; `kept` is the part of a kick in a direction "
        "that no feature owns, averaged over times of about t. Beside it what closures would leave "
        "of it, over the exact, less 1. At once: R13, without memory. By entries: each entry "
        "answers until its own drive has stilled it, the usual leave-one-out. By columns: the "
        "N entries of a column see one vector of K numbers and answer as one, χ/(1 + rχ) in place "
        "of their sum χ, r being what is kept. By modes: the same, each eigenvalue of WWᵀ with an "
        f"r of its own. At K = {SEEN[0]}, t = {SEEN[1]:g}, {kept:.0%} are kept; R13 is off by "
        f"{off['at once']:.0%}, and so is a memory of single entries ({off['by entries']:.0%}): "
        "what both miss is that a column that has settled answers no more. By columns it is "
        f"{off['by columns']:.0%}, by modes {off['by modes']:+.1%}. Where gates close, as those "
        "to frequent features do, less is answered, and R13 does better than here: how well the "
        "whole closure does stands [with its accuracy](accuracy.md). None of the other three is in "
        "it. With gates, columns that answer as one are derived and compared with flows below; "
        "modes are not, because gates mix them. "
        f"{measured_on(found['provenance'])}."
    )
    names = list(off)
    lines = tuple(
        (
            f"{row['width']}",
            f"{row['t']:g}",
            f"{row['kept']:.3f}",
            *(f"{row['deviation'][name]:+.1%}" for name in names),
        )
        for row in found["rows"]
    )
    yield table(Table(("K", "t", "kept", *names), lines))
