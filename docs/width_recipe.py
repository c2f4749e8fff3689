"""A section of the page of loss against width: the published recipe, to its end and on the way.

`python docs/width_recipe.py 20` trains what is still missing for 20 minutes, and ends the training
that is under way then; `python docs/width_recipe.py 0` reads what is kept.
"""

from __future__ import annotations

import json
import math
import sys
import time
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import Any

from superlaw.progress import say
from superlaw.setting.frequencies import by_law
from superlaw.solvers.width.budget import trained_budget
from superlaw.solvers.width.coactive_codes import coactive_random_code
from superlaw.storage import provenance, to_json, write_text
from superlaw.theory.documents.document import Table
from superlaw.theory.documents.markdown import table
from superlaw.validation.reports.published_recipe import BATCH, LARGE, SMALL, STEPS, Run, keep, runs
from superlaw.validation.sweeps.store import Store

DOCS = Path(__file__).parent
RESULTS = DOCS / "results" / "width_recipe.json"
RUNS = DOCS.parent / "build" / "runs" / "recipe"
ALONGSIDE = 1.25
"""By how much the ratio of two losses that fall together may fall over the widths."""
Rows = list[dict[str, Any]]


def measure(minutes: float = float("inf")) -> None:
    """Train what is missing, for so long, and keep the numbers of all that was trained."""
    store, start = Store(RUNS), time.monotonic()
    for run in runs():
        if time.monotonic() - start > 60.0 * minutes:
            break
        say(f"N = {run.n}, K = {run.width}, {run.steps} steps, biases of {run.bias:g}")
        keep(run, store)
    source = provenance("python docs/width_recipe.py", entropy=0, seeds=1)
    found = [row for run in runs() if (row := _row(run, store)) is not None]
    write_text(RESULTS, to_json({"provenance": source, "rows": found}) + "\n")


def _row(run: Run, store: Store) -> dict[str, Any] | None:
    """Return a training beside random code and closure, None if it was not trained."""
    record = store.load(run.asked)
    if record is None:
        return None
    told = {"marks": run.marks, "random": coactive_random_code(run.p, run.width)[0],
            "closure": trained_budget(run.p, run.width)}  # fmt: skip
    return asdict(run) | told | record


def section() -> str:
    """Return losses at the end and on the way, and what makes a slope near 1."""
    found = json.loads(RESULTS.read_text("utf-8"))
    source, every = found["provenance"], found["rows"]
    large, small = _of(every, LARGE), _of(every, SMALL)
    parts = (
        "## The published recipe to its end",
        f"Independent features, i^-{large[0]['a']:g}, batches of {BATCH}, {STEPS} steps, biases of "
        f"size 1 at the start, γ = −1, one training each (`{source['command']}`, "
        f"{source['date']}). ± is the error of the sample on which a loss is worked out; "
        "each slope is that from the width before it.",
        table(Table(END_HEADS, tuple(_ends(large) + _ends(small)))),
        f"Losses on the way at N = {LARGE}, and the slope over K = {large[0]['width']} to "
        f"{large[-1]['width']} at that moment:",
        _way(large),
        f"The same at N = {SMALL}:",
        _way(small),
        *_others(every, small),
        _answer(every, large, small),
    )
    return "\n\n".join(parts)


END_HEADS = ("N", "K", "loss", "± sampling", "slope", "random code", "slope", "closure", "slope",
             "features with a column", "biases below 0")  # fmt: skip


def _of(rows: Rows, n: int, steps: int = STEPS, bias: float = 1.0) -> Rows:
    """Return the trainings of a size in order of their width."""
    chosen = [r for r in rows if (r["n"], r["steps"], r["bias"]) == (n, steps, bias)]
    return sorted(chosen, key=lambda row: int(row["width"]))


def _ends(rows: Rows) -> list[tuple[str, ...]]:
    """Return what trainings end in, beside random codes and the closure."""
    told = []
    for before, row in zip([None, *rows], rows, strict=False):
        cells = [str(row["n"]), str(row["width"]), f"{_end(row):.4g}", f"{row['errors'][-1]:.2g}"]
        for key in ("loss", "random", "closure"):
            value = _end(row) if key == "loss" else row[key]
            cells += [] if key == "loss" else [f"{value:.4g}"]
            cells.append("" if before is None else f"{_slope([before, row], key):.2f}")
        below = sum(b < 0.0 for b in row["biases"]) / len(row["biases"])
        told.append((*cells, str(row["represented"]), f"{below:.0%}"))
    return told


def _end(row: dict[str, Any]) -> float:
    return float(row["losses"][-1])


def _slope(rows: Rows, key: str = "loss", mark: int = -1) -> float:
    """Return −d ln L/d ln K from the first to the last of some widths."""
    ends = [row["losses"][mark] if key == "loss" else row[key] for row in (rows[0], rows[-1])]
    return math.log(ends[0] / ends[1]) / math.log(rows[-1]["width"] / rows[0]["width"])


def _way(rows: Rows) -> str:
    """Return the losses at every mark, and the slope between the first and last width."""
    heads = ("steps", *(f"K = {row['width']}" for row in rows), "slope")
    lines = [
        (str(step), *(f"{row['losses'][k]:.4g}" for row in rows), f"{_slope(rows, mark=k):.2f}")
        for k, step in enumerate(rows[0]["marks"])
    ]
    return table(Table(heads, tuple(lines)))


def _others(every: Rows, small: Rows) -> list[str]:
    """Return what other starts and longer schedules end in, where these were trained."""
    lines = []
    for row in every:
        if (row["steps"], row["bias"]) == (STEPS, 1.0):
            continue
        (like,) = [r for r in _of(every, row["n"]) if r["width"] == row["width"]]
        lines.append((str(row["n"]), str(row["width"]), str(row["steps"]), f"{row['bias']:g}",
                      f"{_end(row):.4g}", f"{_end(row) / _end(like):.2f}"))  # fmt: skip
    if not lines:
        return []
    heads = ("N", "K", "steps", "biases at the start", "loss", "over that of the recipe")
    return ["With biases 0 at the start, or a schedule of more steps:",
            table(Table(heads, tuple(lines)))]  # fmt: skip


def _answer(every: Rows, large: Rows, small: Rows) -> str:
    """Say where a slope near 1 comes from, and where it stops."""
    told = []
    for rows in (large, small):
        first, last = rows[0], rows[-1]
        ratios = [_end(row) / row["random"] for row in rows]
        half = rows[0]["marks"].index(STEPS // 2)
        falls = [1.0 - _end(row) / row["losses"][half] for row in rows]
        seen = STEPS * BATCH * by_law("power", first["n"], a=first["a"])[-1]
        near = ratios[-1] > ratios[0] / ALONGSIDE
        told.append(
            f"At N = {first['n']}, K = {first['width']} to {last['width']}, the recipe ends "
            f"{'alongside random codes' if near else 'farther below random codes at wide widths'}"
            f": at {ratios[0]:.2f} of their loss at the narrowest width and {ratios[-1]:.2f} at "
            f"the widest, with a slope of {_slope(rows):.2f} where theirs is "
            f"{_slope(rows, 'random'):.2f} and the closure's, of one active feature, "
            f"{_slope(rows, 'closure'):.2f}. The rarest feature is seen {seen:.0f} times in the "
            "whole training, and over the second half of the steps losses still fall by "
            f"{min(falls):.0%} to {max(falls):.0%}."
        )
    shares = [_end(row) / row["random"] for row in large]
    own, theirs = ([_slope(pair, key) for pair in _pairs(large)] for key in ("loss", "random"))
    return (
        f"{' '.join(told)}\n\nA slope near 1 is therefore not that of the least loss. At N = "
        f"{LARGE} losses stay at {min(shares):.2f} to {max(shares):.2f} of those of random "
        "directions, perhaps because rare features are seen too seldom to leave them (inferred "
        f"from how often they are{_longer(every, large)}): slopes are {_list(own)} from width to "
        f"width, where random codes have {_list(theirs)} and tend to 1 (above). At N = {SMALL}, "
        "where each feature is seen often, a slope near 1 is the mean over widths of "
        f"{_list([_slope(pair) for pair in _pairs(small)])}. At N = "
        f"{LARGE} the recipe was trained at K = {', '.join(str(row['width']) for row in large)} "
        "only, once each; that wider ones keep to random codes up to K = 1024, as the published "
        "slope suggests, is not measured here."
    )


def _longer(every: Rows, large: Rows) -> str:
    """Return what longer schedules of the larger size end in."""
    told = [
        f"; {row['steps']} steps end at {_end(row) / row['random']:.2f} of it at K = {row['width']}"
        for row in every
        if row["n"] == large[0]["n"] and row["steps"] > STEPS
    ]
    return "".join(told) or ", not tested by longer training"


def _pairs(rows: Rows) -> list[Rows]:
    """Return neighbours."""
    return [[a, b] for a, b in pairwise(rows)]


def _list(slopes: list[float]) -> str:
    return ", ".join(f"{slope:.2f}" for slope in slopes)


if __name__ == "__main__":
    measure(*(float(text) for text in sys.argv[1:]))
