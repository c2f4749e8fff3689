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
        "## Memory\n\nMove B a little, in a direction that no feature owns: the rest of the "
        "network answers, and undoes a part of this kick. R13 has it answer at once; a closure "
        "with memory has to say how much later. With linear gates the answer is known exactly: "
        f"N = {task['n_features']}, a = {task['a']:g}, `kept` is what is left of a kick, averaged "
        "over times of about t. The other columns are what four rules would leave, over that, less "
        "1:\n\n"
        "- *at once*: R13, without memory.\n"
        "- *by entries*: each entry answers until its own drive has stilled it, the usual "
        "leave-one-out.\n"
        "- *by columns*: the N entries of a column see one vector of K numbers and answer as one, "
        "χ/(1 + rχ) in place of their sum χ, r being what is kept.\n"
        "- *by modes*: the same, each eigenvalue of WWᵀ with an r of its own.\n\n"
        f"At K = {SEEN[0]}, t = {SEEN[1]:g}, {kept:.0%} are kept; R13 is off by "
        f"{off['at once']:.0%}, and so nearly is a memory of single entries "
        f"({off['by entries']:.0%}): both miss that a column that has settled answers no more. By "
        f"columns it is {off['by columns']:.0%}, by modes {off['by modes']:+.1%}. Where gates "
        "close, as those to frequent features do, less is answered, and R13 does better than here. "
        "The row-replica closure has R13 and none of the other three. With gates, columns that "
        "answer as one are derived, and compared with flows below; modes are not, because gates "
        "mix them. "
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
