"""Columns and rows of B in flows at two times, beside what is derived of them (R36, R37).

`python -m superlaw.validation.reports.covariances --out covariances.json` measures it again.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from superlaw import storage
from superlaw.curves import Array
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.closures.kernels.two_time import add_answers
from superlaw.solvers.closures.two_time.covariances import Across, Learned, covariance, shown_by
from superlaw.solvers.closures.two_time.memory import Memory, memory
from superlaw.validation.reports import kicked_flow
from superlaw.validation.reports.kicks import CASES, GROUPS
from superlaw.validation.reports.measuring import nearest, write_measured
from superlaw.validation.reports.seen_flow import Index, SeenFlow

FLOWS = 2
"""Of each case."""
SIZES = (10.0, 100.0, 1e3, 1e4)
"""Times of which sizes are compared."""
PAIRS = ((1e3, 1.0), (1e3, 10.0), (1e3, 100.0), (1e4, 10.0), (1e4, 100.0), (1e4, 1e3))
"""Of which correlations are: late and early times."""
COMMAND = "python -m superlaw.validation.reports.covariances"
Found = dict[str, list[float]]


def main(arguments: list[str] | None = None) -> None:
    """Compare columns and rows of flows with what is derived, and write it to a file."""
    write_measured(COMMAND, "Columns and rows of B at two times.", measured, arguments)


def measured(entropy: int) -> dict[str, Any]:
    """Return sizes and correlations of columns and rows, measured and derived, of each case."""
    return {
        "provenance": storage.provenance(COMMAND, entropy=entropy, seeds=FLOWS),
        "groups": list(GROUPS),
        "sizes": list(SIZES),
        "pairs": [list(pair) for pair in PAIRS],
        "cases": [_case(task, width, entropy) for task, width in CASES],
    }


def _case(task: PowerLawTask, width: int, entropy: int) -> dict[str, Any]:
    """Return what flows of one case have, and what is derived of it, by group."""
    flows = []
    for number in range(FLOWS):
        seed = [entropy, number]
        flow, _ = kicked_flow.kicked_flow(task, width, seed, np.zeros(0, int))
        flows.append(_compared(flow, np.random.default_rng([*seed, 2])))
    return {"task": task.to_dict(), "width": width, "flows": flows}


def _compared(flow: SeenFlow, generator: np.random.Generator) -> dict[str, list[Found]]:
    """Return sizes over those of the flow, and correlations beside its own, by group."""
    parts = flow.parts
    known = memory([flow.column(part, generator) for part in parts], flow.d, flow.width)
    pairs = np.array([sum(answers_of_row(flow, known, j) for j in part) for part in parts])
    seen = _seen(flow)
    derived = {"columns": _columns(flow, known, pairs, seen["rows"])}
    derived["rows"] = _rows(flow, known, pairs, seen["columns"])
    sizes = np.array([len(part) for part in parts])
    middles = np.array([part.mean() for part in parts])
    compared: dict[str, list[Found]] = {}
    for which, stated in derived.items():
        compared[which] = []
        for group in GROUPS.values():
            here = (middles >= group.start) & (middles <= group.stop - 1)
            pair = (each[here] for each in (seen[which], stated))
            means = (np.average(each, axis=0, weights=sizes[here]) for each in pair)
            compared[which].append(_found(flow.times, *means))
    return compared


def _found(times: Array, flow: Array, derived: Array) -> Found:
    """Return what of two covariances [time, time] is compared."""

    def cosine(C: Array, late: int, early: int) -> float:
        return float(C[late, early] / np.sqrt(C[late, late] * C[early, early]))

    pairs = [(nearest(times, late), nearest(times, early)) for late, early in PAIRS]
    at = [nearest(times, time) for time in SIZES]
    ratio = derived[at, at] / flow[at, at]
    return {
        "size": [round(float(each), 4) for each in ratio],
        "flow": [round(cosine(flow, *pair), 4) for pair in pairs],
        "derived": [round(cosine(derived, *pair), 4) for pair in pairs],
    }


def answers_of_row(flow: SeenFlow, known: Memory, j: int) -> Array:
    """Return Σ q_ji over the columns of each class but its own [class, time, time] (R31)."""
    row = flow.row(j)
    stiffness, answers = np.tile(row.stiffness, (len(row.p), 1)), np.zeros_like(known.kept)
    add_answers(row.m1, row.m2, stiffness, row.p, row.of, known.kept, known.d, answers)
    return answers


def _seen(flow: SeenFlow) -> dict[str, Array]:
    """Return covariances of columns and rows without their own directions [class, time, time]."""

    def mean(vectors: Array, part: Index) -> Array:
        here, own = vectors[:, part].reshape(len(flow.times), -1), flow.own[:, part]
        return np.asarray((here @ here.T - own @ own.T) / len(part))

    columns = np.ascontiguousarray(np.swapaxes(flow.U, 1, 2))
    return {
        "columns": np.array([mean(columns, part) for part in flow.parts]),
        "rows": np.array([mean(flow.V, part) for part in flow.parts]),
    }


def learned_by(flow: SeenFlow) -> tuple[Learned, Array]:
    """Return what the flow has learned, and x of each class [class, time]."""
    B = flow.B.reshape(len(flow.times), -1)
    mu = np.trace(flow.B, axis1=1, axis2=2) / flow.width
    x = np.array([flow.own[:, part].mean(axis=1) - mu for part in flow.parts])
    return Learned(mu, B @ B.T / flow.width), x


def _columns(flow: SeenFlow, known: Memory, pairs: Array, rows: Array) -> Array:
    """Return covariances of columns from those of rows (R36) [class, time, time].

    pairs: Σ q over classes of rows and of columns [class, class, time, time].
    """
    learned, x = learned_by(flow)
    found, width = [], flow.width
    for h, part in enumerate(flow.parts):
        D = flow.forces[:, :, part].reshape(len(flow.times), -1)
        crossing = [Across(pairs[g, h] / len(part), V, x[g]) for g, V in enumerate(rows)]
        Y, r = shown_by(crossing, learned, x[h], width), learned.without(x[h], width)
        found.append(covariance(known, known.columns[h], D @ D.T / len(part), Y, r))
    return np.array(found)


def _rows(flow: SeenFlow, known: Memory, pairs: Array, columns: Array) -> Array:
    """Return covariances of rows from those of columns (R37) [class, time, time]."""
    learned, x = learned_by(flow)
    found, width, E = [], flow.width, known.screens
    for h, part in enumerate(flow.parts):
        forces, crossing = np.zeros_like(learned.r0), []
        for g, across in enumerate(flow.parts):
            D = flow.forces[:, part][:, :, across].reshape(len(flow.times), -1)
            forces += E[g] @ (D @ D.T / len(part)) @ E[g].T
            crossing.append(Across(E[g] @ pairs[h, g] / len(part), columns[g], x[g]))
        own = sum(each.answers for each in crossing) / width
        Y, r = shown_by(crossing, learned, x[h], width), learned.without(x[h], width)
        found.append(covariance(known, np.asarray(own), forces, Y, r))
    return np.array(found)


if __name__ == "__main__":
    main()
