"""What late losses with b > 0 are made of, in direct flows beside the row-replica closure.

`python -m superlaw.validation.reports.late_losses --out late_losses.json` measures it again.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from superlaw import storage
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.closures.row_replica import HEAD, solve_closure
from superlaw.validation.reports.measuring import MOST_STEPS, embedded_flow, write_measured

TASK, WIDTH = PowerLawTask(2.1, 0.35, 512), 171
"""Where fresh flows were farthest from the closure."""
TIMES = (1e3, 1e4)
SEEDS = 4
COMMAND = "python -m superlaw.validation.reports.late_losses"


def main(arguments: list[str] | None = None) -> None:
    """Take late losses apart, and write them to a file."""
    write_measured(COMMAND, "What late losses are made of.", measured, arguments)


def measured(entropy: int) -> dict[str, Any]:
    """Return each flow's loss, which of the head features are closed, and what that costs."""
    closure = solve_closure(TASK, WIDTH, True, np.array(TIMES))
    return {
        "provenance": storage.provenance(COMMAND, entropy=entropy, seeds=SEEDS),
        "task": TASK.to_dict(),
        "width": WIDTH,
        "head": HEAD,
        "times": list(TIMES),
        "closure": [float(f"{loss:.5g}") for loss in closure.loss],
        "flows": [_flow([entropy, seed]) for seed in range(SEEDS)],
    }


def _flow(entropy: list[int]) -> list[dict[str, Any]]:
    """Return what one flow's loss is made of, at each time."""
    flow, found = embedded_flow(TASK, WIDTH, entropy), []
    for time in TIMES:
        flow.advance(time, MOST_STEPS)
        parts = flow.state()
        L, R = flow.factors.geometry(parts)
        L, R, beta = (np.asarray(each, np.float64) for each in (L, R, parts["beta"]))
        overlap = np.einsum("jk,jk->j", L, R)
        closed = np.flatnonzero(2.0 * overlap[:HEAD] + beta[:HEAD] < 0.0)
        silent = flow.features.p * np.square(flow.features.target) * (2.0 / 3.0)
        loss = float(flow.measure()["loss"])
        found.append(
            {
                "loss": float(f"{loss:.5g}"),
                "closed": (closed + 1).tolist(),
                "share": round(float(silent[closed].sum()) / loss, 4),
            }
        )
    return found


if __name__ == "__main__":
    main()
