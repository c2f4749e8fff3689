"""What the row-replica closure leaves out where B has few directions: fields that are not alike.

`python -m superlaw.validation.reports.few_directions --out few_directions.json` measures it again.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from superlaw import storage
from superlaw.curves import Array
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.closures.row_replica import HEAD, RowReplicas
from superlaw.validation.reports.measuring import (
    MOST_STEPS,
    embedded_flow,
    embedding,
    write_measured,
)

A, N_FEATURES, SEEDS = 1.5, 512, 8
CELLS = tuple(product((4, 16), (0.0, 0.5, 1.0)))
"""N/K and b."""
TIMES = (1.0, 10.0, 100.0)
SIZES = ("size of B", "spread of overlaps")
NAMES = ("directions", "sizes of rows", "kurtosis", "alike", *SIZES)
"""What is kept: of flows, and for sizes of the closure over it."""
COMMAND = "python -m superlaw.validation.reports.few_directions"
Row = dict[str, Any]
Seen = dict[str, float]


def main(arguments: list[str] | None = None) -> None:
    """Measure the fields of flows, and write them to a file."""
    write_measured(COMMAND, "Where B has few directions.", measured, arguments)


def measured(entropy: int) -> Row:
    """Return what fields of flows are like, and sizes of the closure over those of flows."""
    return {
        "provenance": storage.provenance(COMMAND, entropy=entropy, seeds=SEEDS),
        "head": HEAD,
        "times": list(TIMES),
        "rows": [_row(share, b, entropy) for share, b in CELLS],
    }


def _row(share: int, b: float, entropy: int) -> Row:
    """Return the mean over flows at each time, and of sizes the closure's over it."""
    task, width = PowerLawTask(A, b, N_FEATURES), N_FEATURES // share
    flows = [_flow(task, width, entropy + seed) for seed in range(SEEDS)]
    row: Row = {"a": A, "b": b, "n_features": N_FEATURES, "share": share}
    mean = {name: np.mean([[at[name] for at in flow] for flow in flows], axis=0) for name in NAMES}
    closure = _closure(task, width)
    for name in SIZES:
        mean[name] = np.array([at[name] for at in closure]) / mean[name]
    return row | {name: [float(f"{x:.4g}") for x in column] for name, column in mean.items()}


def _flow(task: PowerLawTask, width: int, entropy: int) -> list[Seen]:
    """Return what is seen of one flow at each time."""
    flow, found = embedded_flow(task, width, entropy), []
    W = embedding(flow)
    for time in TIMES:
        flow.advance(time, MOST_STEPS)
        found.append(fields(np.array(flow.state()["B"], np.float64), W))
    return found


def fields(B: Array, W: Array) -> Seen:
    """Return what the entries of S = Wᵀ B W are like, of rows after the first `HEAD`.

    Parameters
    ----------
    B : ndarray
        Shape (K, K).
    W : ndarray
        Shape (K, N).

    Returns
    -------
    dict
        "directions": (Σ σ²)²/Σ σ⁴ of the singular values of B. "sizes of rows": standard deviation
        over rows of |Bᵀw_j|², over its mean. "kurtosis": of entries of rows and columns after the
        first `HEAD`, 3 if they are Gaussian. "alike": root mean square of the correlation over rows
        between entries in the first column and those in each other of the head. "size of B":
        |B|²/K. "spread of overlaps": standard deviation over rows of S_jj.
    """
    values = np.linalg.svd(B, compute_uv=False) ** 2
    S, sizes = W.T @ B @ W, np.sum((B.T @ W) ** 2, axis=0)[HEAD:]
    head, tail = S[HEAD:, :HEAD], S[HEAD:, HEAD:]
    others = tail[~np.eye(len(tail), dtype=bool)]
    alike = np.atleast_2d(np.corrcoef(head.T))[0, 1:]
    return {
        "directions": float(np.sum(values) ** 2 / np.sum(values**2)),
        "sizes of rows": float(sizes.std() / sizes.mean()),
        "kurtosis": float(np.mean(others**4) / np.mean(others**2) ** 2),
        "alike": float(np.sqrt(np.mean(alike**2))),
        "size of B": float(np.sum(values) / len(B)),
        "spread of overlaps": float(np.diagonal(tail).std()),
    }


def _closure(task: PowerLawTask, width: int) -> list[Seen]:
    """Return the sizes that the closure has at each time."""
    closure, found = RowReplicas(task, width, trains_bias=True), []
    weight = closure.model.n[HEAD:] / closure.model.n[HEAD:].sum()
    for state in closure.states(TIMES):
        mean, square = (weight @ (state.s[HEAD:] ** n).mean(axis=1) for n in (1, 2))
        found.append(
            {
                "size of B": float(state.bulk[1]),
                "spread of overlaps": float(np.sqrt(square - mean**2)),
            }
        )
    return found


if __name__ == "__main__":
    main()
