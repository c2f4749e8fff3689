"""What is left of kicks in direct flows, beside what is derived of it (R31 to R35, R47 to R49).

`python -m superlaw.validation.reports.kicks --out kicks.json` measures it again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np

from superlaw import storage
from superlaw.curves import Array
from superlaw.setting.task import PowerLawTask
from superlaw.solvers.closures.two_time.memory import Column, memory
from superlaw.solvers.closures.two_time.rows_as_ones import rows_as_ones
from superlaw.solvers.closures.two_time.times import part_left
from superlaw.validation.reports import kicked_flow, two_times
from superlaw.validation.reports.kicked_flow import Left
from superlaw.validation.reports.measuring import nearest, write_measured
from superlaw.validation.reports.seen_flow import Index, SeenFlow

CASES = two_times.CASES[:5]
"""Tasks and K."""
FLOWS = 2
"""Of each case."""
GROUPS = {"1-4": range(4), "5-20": range(4, 20), "21-100": range(20, 100), "rare": range(100, 512)}
ROWS = 48
"""Rows drawn, with all of their entries, that answer as ones: with others what is left of a kick in
one flow differs by 0.02 at most."""
N_KICKED = 16
"""Columns kicked of a group, at most."""
COMMAND = "python -m superlaw.validation.reports.kicks"


def main(arguments: list[str] | None = None) -> None:
    """Kick flows, compare with what is derived, and write it to a file."""
    write_measured(COMMAND, "What is left of kicks in flows.", measured, arguments)


def measured(entropy: int) -> dict[str, Any]:
    """Return what is left of kicks, of each case."""
    return {
        "provenance": storage.provenance(COMMAND, entropy=entropy, seeds=FLOWS),
        "directions": kicked_flow.DIRECTIONS,
        "rows": ROWS,
        "groups": list(GROUPS),
        "cases": [_case(task, width, entropy) for task, width in CASES],
    }


def _case(task: PowerLawTask, width: int, entropy: int) -> dict[str, Any]:
    """Return what is left of kicks in flows of one case, and by each rule."""
    rows: dict[tuple[float, float], list[dict[str, Array]]] = {}
    sizes = [0]
    for number in range(FLOWS):
        seed = [entropy, number]
        groups = kicked_columns(task.n_features or 0, np.random.default_rng([*seed, 1]))
        sizes, columns = [len(group) for group in groups], np.concatenate(groups)
        flow, left = kicked_flow.kicked_flow(task, width, seed, columns)
        stated = _stated(flow, columns, np.random.default_rng([*seed, 2]))
        for place, each in left.items():
            by_rule = {name: rule[place] for name, rule in stated.items()}
            rows.setdefault(place, []).append({"flow": each} | by_rule)
    return {
        "task": task.to_dict(),
        "width": width,
        "rows": [
            {"kicked": kicked, "seen": seen} | _grouped(found, sizes)
            for (kicked, seen), found in rows.items()
        ],
    }


def kicked_columns(n_features: int, generator: np.random.Generator) -> list[Index]:
    """Return which columns of each group are kicked, counted from 0."""
    groups = [range(group.start, min(group.stop, n_features)) for group in GROUPS.values()]
    return [generator.choice(group, min(N_KICKED, len(group)), replace=False) for group in groups]


def _grouped(flows: list[dict[str, Array]], sizes: list[int]) -> dict[str, Any]:
    """Return means over the columns of a group and over flows, and the error of that of flows."""
    rows: dict[str, Any] = {}
    for name in flows[0]:
        values = np.concatenate([np.atleast_2d(each[name]) for each in flows])
        groups = np.split(values, np.cumsum(sizes)[:-1], axis=1)
        rows[name] = [round(float(group.mean()), 4) for group in groups]
        if name == "flow":
            errors = (group.std(ddof=1) / np.sqrt(group.size) for group in groups)
            rows["error"] = [round(float(error), 4) for error in errors]
    return rows


def _stated(flow: SeenFlow, columns: Index, generator: np.random.Generator) -> dict[str, Left]:
    """Return what is left [column] by R49, by R35, with and without biases, and by R13."""
    gates = [flow.column(part, generator) for part in flow.parts]
    still = [replace(each, m1=np.zeros_like(each.m1)) for each in gates]
    d, width, of = flow.d, flow.width, flow.of[columns]
    known = memory(gates, d, width)
    kept = {"R35": known.kept, "biases at rest": memory(still, d, width).kept}
    drawn = generator.choice(flow.n_features, min(ROWS, flow.n_features), replace=False)
    rows = [flow.row(int(j)) for j in drawn]
    kept["R49"] = rows_as_ones(gates, rows, known, width).kept
    stated: dict[str, Left] = {name: {} for name in ("R13", *kept)}
    for start, seen, k, n in _places(flow.times):
        for name, R in kept.items():
            stated[name][start, seen] = part_left(R, d, k)[of, n]
        stated["R13"][start, seen] = at_once(gates, flow.times[k : n + 1], k, width)[of]
    return stated


def _places(times: Array) -> Iterator[tuple[float, float, int, int]]:
    """Yield when kicked and when seen, and which of the times these are."""
    for start, seen in product(kicked_flow.KICKED, kicked_flow.SEEN):
        k, n = (nearest(times, time) for time in (start, seen))
        if k < n:
            yield start, seen, k, n


def at_once(gates: Sequence[Column], times: Array, start: int, width: int) -> Array:
    """Return exp(−∫ k^c_i + Δ dt) over times from the start-th on [class] (R13)."""
    rates = np.array([each.n_entries * each.p * each.m2.mean(axis=0) for each in gates]) / width
    rates = rates + np.array([each.n_features for each in gates]) @ rates / width
    part = rates[:, start : start + len(times)]
    return np.exp(-np.sum(0.5 * (part[:, 1:] + part[:, :-1]) * np.diff(times), axis=1))


if __name__ == "__main__":
    main()
