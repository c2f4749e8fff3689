"""Loss of whole rows with memory, at given covariances and overlaps, beside flows (R30, R35).

`python -m superlaw.validation.reports.rows_with_memory --out rows_with_memory.json` measures it
again.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from superlaw import storage
from superlaw.curves import Array
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.closures.kernels.two_time_rows import march_row
from superlaw.solvers.closures.two_time import gates
from superlaw.solvers.closures.two_time.entries import covariance_of_entry, drawn
from superlaw.solvers.closures.two_time.memory import memory
from superlaw.validation.reports import kicked_flow
from superlaw.validation.reports.covariances import answers_of_row, learned_by
from superlaw.validation.reports.kicks import CASES
from superlaw.validation.reports.measuring import nearest, write_measured
from superlaw.validation.reports.seen_flow import SeenFlow

FLOWS, DRAWS = 2, 3
"""Of each case, and of all fields of each row."""
TIMES = (1.0, 10.0, 100.0, 1e3, 10.0**3.5, 1e4)
RULES = ("rows answer", "rows at rest")
COMMAND = "python -m superlaw.validation.reports.rows_with_memory"


def main(arguments: list[str] | None = None) -> None:
    """Compare rows with memory with those of flows, and write it to a file."""
    write_measured(COMMAND, "Loss of rows with memory, beside flows.", measured, arguments)


def measured(entropy: int) -> dict[str, Any]:
    """Return interference with memory over that of flows, of each case."""
    return {
        "provenance": storage.provenance(COMMAND, entropy=entropy, seeds=FLOWS),
        "draws": DRAWS,
        "times": [round(time, 2) for time in TIMES],
        "cases": [_case(task, width, entropy) for task, width in CASES],
    }


def _case(task: PowerLawTask, width: int, entropy: int) -> dict[str, Any]:
    """Return the same of flows of one case, with what rows answer (R34) and without."""
    ratio: dict[str, list[list[float]]] = {name: [] for name in RULES}
    for number in range(FLOWS):
        flow, _ = kicked_flow.kicked_flow(task, width, [entropy, number], np.zeros(0, int))
        losses = summed_losses(flow, np.random.default_rng([entropy, number, 3]))
        seen = [nearest(flow.times, time) for time in TIMES]
        for name in RULES:
            over = (losses[name] / losses["flow"])[seen]
            ratio[name].append([round(float(each), 4) for each in over])
    return {"task": task.to_dict(), "width": width, "ratio": ratio}


def summed_losses(flow: SeenFlow, generator: np.random.Generator) -> dict[str, Array]:
    """Return the loss of all outputs on other features, of the flow and by both rules [time]."""
    parts, d, width = flow.parts, flow.d, flow.width
    known = memory([flow.column(part, generator) for part in parts], d, width)
    learned, x = learned_by(flow)
    columns = [_products(flow.U[:, :, part]) / len(part) for part in parts]
    total = {name: np.zeros(len(d)) for name in ("flow", *RULES)}
    for j in range(flow.n_features):
        row = _products(flow.V[:, j])
        sizes, x_row = [len(part) - int(j in part) for part in parts], flow.own[:, j] - learned.mu
        fields = [
            drawn(
                covariance_of_entry(C, row, learned, x_h, x_row, width), DRAWS * size, generator
            ).reshape(DRAWS, size, len(d))
            for C, x_h, size in zip(columns, x, sizes, strict=True)
        ]
        answers = np.einsum(
            "gab,gbc->ac", known.screens, answers_of_row(flow, known, j), optimize=True
        )
        answering = np.linalg.inv(d - known.everything - known.columns - answers / width)
        for name, kept in zip(RULES, (answering, known.kept), strict=True):
            for each in np.concatenate(fields, axis=1):
                total[name] += _row_loss(flow, kept, each, j) / DRAWS
        others = np.delete(np.arange(flow.n_features), j)
        S = flow.V[:, j] @ flow.W[:, others]
        total["flow"] += loss(S.T, flow.beta[:, j], flow.p[others])
    return total


def _products(vectors: Array) -> Array:
    """Return the inner products of vectors [time, …] at two times [time, time]."""
    flat = vectors.reshape(len(vectors), -1)
    return np.asarray(flat @ flat.T)


def _row_loss(flow: SeenFlow, kept: Array, fields: Array, j: int) -> Array:
    """Return the loss of a row on other features [time], of their fields [entry, time]."""
    with_own = np.vstack([flow.own[:, j], fields])
    at = np.append(j, np.delete(np.arange(flow.n_features), j))
    of, p, target = flow.of[at], flow.p[at], np.where(at == j, flow.target[at], 0.0)
    S, beta = np.zeros_like(with_own), np.zeros(len(flow.times))
    march_row(np.ascontiguousarray(kept), flow.d, of, p, target, with_own, S, beta)
    return loss(S[1:], beta, p[1:])


def loss(S: Array, beta: Array, p: Array) -> Array:
    """Return Σ_i ½ p_i E[relu(S_i x + β)²] of S [entry, time] and β [time] (R4)."""
    m0, m1, m2 = gates.moments(S, beta)
    return np.asarray(0.5 * p @ (S * S * m2 + 2.0 * S * beta * m1 + beta**2 * m0))


if __name__ == "__main__":
    main()
