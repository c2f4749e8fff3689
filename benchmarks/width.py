"""Training of loss against width, against PyTorch: `python -m benchmarks.width`.

Steps of AdamW on ŷ = relu(WᵀW x + b), sampled and exact, by this package and by PyTorch, from one
start; a whole training; how many steps settle the loss; and the pace of large students. Processor
seconds of one thread each; rounds alternate, ratios are of one round. `--docs` writes the page
alone; names of parts measure these, and keep what the others have.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.width_page import BATCH, EXPONENT, LARGE_N, N, page
from benchmarks.width_torch import Step, exact_step, sampled_step
from superlaw import storage
from superlaw.setting.frequencies import by_law
from superlaw.solvers.width.random_codes import random_code
from superlaw.validation.training.codes import AdamTrainer
from superlaw.validation.training.recipe import Recipe
from superlaw.validation.width.starts import Published, plain, sampled_recipe, with_norms
from superlaw.validation.width.training import STEPS as DEFAULT

DOCS = Path(__file__).parent.parent / "docs"
RESULTS = DOCS / "results" / "width_speed.json"
COMMAND = "python -m benchmarks.width"
ENTROPY, ROUNDS, STEPS, WARM_UP = 0, 5, 20, 4
DECAY = 0.1
CASES = (("sampled", "plain", 25), ("sampled", "plain", 100), ("exact", "plain", 25),
         ("exact", "random code", 25))  # fmt: skip
"""Kind of gradient, start and width; `superlaw width` starts exact training from a random code."""
PEERS = {"sampled": sampled_step, "exact": exact_step}
WHOLE_WIDTH, WHOLE_STEPS = 25, 4000
SETTLING_WIDTHS, SETTLING_STEPS = (25, 50, 100), (625, 1250, 2500, 5000)
LARGE_WIDTHS, LARGE_STEPS = (8, 16, 32, 64, 128, 256, 512, 1024), 3


def main() -> int:
    """Measure all parts, or those that are named; keep the numbers, write the page."""
    parts: dict[str, Callable[[], Any]] = {
        "steps": lambda: [row for case in CASES for row in _compared(*case)],
        "whole": _whole,
        "settling": lambda: [_settling(m) for m in SETTLING_WIDTHS],
        "large": lambda: [_large(m) for m in LARGE_WIDTHS],
        "night": lambda: [_night(kind) for kind in ("sampled", "exact")],
    }
    named = sys.argv[1:]
    if "--docs" not in named:
        found = json.loads(RESULTS.read_text("utf-8")) if named else {}
        with threadpool_limits(1):
            for name in named or parts:
                source = storage.provenance(COMMAND, entropy=ENTROPY, seeds=1)
                found[name] = {"provenance": source, "found": parts[name]()}
        storage.write_text(RESULTS, storage.to_json(found) + "\n")
    storage.write_text(DOCS / "width_speed.md", page(json.loads(RESULTS.read_text("utf-8"))))
    return 0


def _trainer(n: int, m: int, recipe: Recipe, start: str = "plain") -> AdamTrainer:
    """Return this package's trainer at its start."""
    generator = np.random.default_rng(ENTROPY)
    p = by_law("power", n, a=EXPONENT)
    if start == "plain":
        return AdamTrainer(p, *plain(n, m, generator), recipe, generator)
    code = random_code(p, m)
    columns = with_norms(code.norms, m, generator)
    return AdamTrainer(p, columns, code.biases, recipe, generator)


def _recipe(kind: str) -> Recipe:
    """Return a constant rate, which PyTorch's loop has too."""
    batch = BATCH if kind == "sampled" else None
    return Recipe(10**6, decay=DECAY, floor=1.0, batch=batch)


def _peers(kind: str, start: str, m: int) -> dict[str, Step]:
    """Return PyTorch's steps from the same start."""
    first, make = _trainer(N, m, _recipe(kind), start), PEERS[kind]
    return {
        name: make(first.p, first.W, first.b, first.recipe, is_compiled=compiled)
        for name, compiled in (("PyTorch", False), ("PyTorch, torch.compile", True))
    }


def _compared(kind: str, start: str, m: int) -> list[dict[str, Any]]:
    """Return milliseconds a step of each code, and their ratios round by round."""
    own = _trainer(N, m, _recipe(kind), start)
    codes: dict[str, Step] = {"superlaw": own.step, **_peers(kind, start, m)}
    for step in codes.values():
        _seconds(step, WARM_UP)
    rounds = [{name: _seconds(step, STEPS) for name, step in codes.items()} for _ in range(ROUNDS)]
    return [
        {
            "kind": kind,
            "start": start,
            "m": m,
            "code": name,
            "milliseconds": 1e3 * statistics.median(each[name] for each in rounds),
            "ours": 1e3 * statistics.median(each["superlaw"] for each in rounds),
            "ratio": statistics.median(each[name] / each["superlaw"] for each in rounds),
        }
        for name in codes
        if name != "superlaw"
    ]


def _whole() -> dict[str, Any]:
    """Return the processor seconds of a whole training of the usual recipe."""
    trainer = _trainer(N, WHOLE_WIDTH, sampled_recipe(WHOLE_STEPS, BATCH, -1.0))
    seconds = WHOLE_STEPS * _seconds(trainer.step, WHOLE_STEPS)
    return {"m": WHOLE_WIDTH, "steps": WHOLE_STEPS, "seconds": seconds, "loss": trainer.code().loss}


def _settling(m: int) -> dict[str, Any]:
    """Return the loss after trainings of more and more steps, as `superlaw width` trains."""
    losses = []
    for steps in SETTLING_STEPS:
        trainer = _trainer(N, m, Recipe(steps), "random code")
        while not trainer.is_done:
            trainer.step()
        losses.append(trainer.code().loss)
    return {"m": m, "steps": SETTLING_STEPS, "losses": losses}


def _large(m: int) -> dict[str, Any]:
    """Return the pace of the published recipe at the published size."""
    recipe = Published().recipe(LARGE_N)
    trainer = _trainer(LARGE_N, m, recipe)
    _seconds(trainer.step, 1)
    pace = _seconds(trainer.step, LARGE_STEPS)
    return {"m": m, "batch": recipe.batch, "steps": recipe.steps, "seconds": pace}


def _night(kind: str) -> dict[str, Any]:
    """Return the pace of `superlaw width --train` at the largest width."""
    batch, steps = (BATCH, DEFAULT["sampled"]) if kind == "sampled" else (None, DEFAULT["adam"])
    m = LARGE_WIDTHS[-1]
    trainer = _trainer(LARGE_N, m, Recipe(steps, batch=batch), "random code")
    _seconds(trainer.step, 1)
    seconds, memory = _seconds(trainer.step, 2), getrusage(RUSAGE_SELF).ru_maxrss
    return {"kind": kind, "m": m, "steps": steps, "seconds": seconds, "gigabytes": memory / 2**20}


def _seconds(step: Callable[[], object], times: int) -> float:
    """Return the processor seconds of a step, over several."""
    started = time.process_time()
    for _ in range(times):
        step()
    return (time.process_time() - started) / times


if __name__ == "__main__":
    raise SystemExit(main())
