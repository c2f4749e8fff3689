"""Direct flows that are kicked: B moves by a little in one direction for each of some columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from superlaw.curves import Array
from superlaw.setting.task import PowerLawTask
from superlaw.validation.reports.measuring import embedded_flow, embedding
from superlaw.validation.reports.seen_flow import Index, SeenFlow
from superlaw.validation.training.flow import PopulationFlow

TIMES = np.logspace(-1.0, 4.0, 81)
"""At which gates are seen: with twice as many what is left changes by 0.003 at most."""
KICKED, SEEN = (1.0, 10.0, 100.0), (10.0, 100.0, 1e3, 1e4)
DIRECTIONS = 2
"""Sets of directions in which a flow is kicked at each time."""
SIZE = 0.02
"""Length of a kick; with 0.1 what is left changes by 0.02 at most."""
Left = dict[tuple[float, float], Array]
"""What is left of kicks by when kicked and seen [direction, column], or [column]."""


class _Kick(NamedTuple):
    """When, directions v [K, column], and the flow before."""

    start: float
    v: Array
    arrays: dict[str, Array]


def kicked_flow(
    task: PowerLawTask, width: int, seed: Sequence[int], columns: Index
) -> tuple[SeenFlow, Left]:
    """Return a flow, and vᵀ δB w_i over that of the kick v w_iᵀ, for orthogonal v, all at once."""
    flow = embedded_flow(task, width, list(seed), np.float64)
    generator = np.random.default_rng([*seed, 0])
    W = embedding(flow)
    states, kicks = [], []
    for time in TIMES:
        until(flow, float(time))
        states.append({name: part.copy() for name, part in flow.state().items()})
        at = np.isclose(time, KICKED)
        for _ in range(DIRECTIONS * int(at.any() and len(columns) > 0)):
            v = np.linalg.qr(generator.standard_normal((width, len(columns))))[0]
            arrays = {name: np.array(each) for name, each in flow.arrays().items()}
            kicks.append(_Kick(KICKED[int(at.argmax())], v, arrays))
    B, beta = (np.array([state[name] for state in states]) for name in ("B", "beta"))
    i = np.arange(1.0, W.shape[1] + 1.0)
    seen = SeenFlow(TIMES, W, task.probability(i), task.target(i), B, beta)
    return seen, _left(flow, seen, kicks, columns)


def until(flow: PopulationFlow, time: float) -> None:
    """Go on until a time, and no further."""
    flow.goal = time
    while flow.stepper.t < time:
        flow.stepper.step(time)


def _left(flow: PopulationFlow, seen: SeenFlow, kicks: list[_Kick], columns: Index) -> Left:
    """Return what is left of each kick at each later time."""
    left: dict[tuple[float, float], list[Array]] = {}
    W = seen.W[:, columns]
    for start, v, arrays in kicks:
        flow.restore(arrays)
        flow.parts(flow.stepper.y)["B"] += SIZE * v @ W.T
        flow.stepper.rate(flow.stepper.y, flow.stepper.slope)
        for n in range(int(np.argmin(np.abs(TIMES - start))) + 1, len(TIMES)):
            until(flow, float(TIMES[n]))  # the same stops: steps err as without the kick
            at = np.isclose(TIMES[n], SEEN)
            if at.any():
                moved = np.sum(v * ((flow.state()["B"] - seen.B[n]) @ W), axis=0)
                left.setdefault((start, SEEN[int(at.argmax())]), []).append(moved / SIZE)
    return {place: np.array(each) for place, each in left.items()}
