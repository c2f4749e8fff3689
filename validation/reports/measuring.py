"""What the scripts share that measure again: their options, regions, and flows of tied students."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from superlaw import storage
from superlaw.curves import Array, log_times
from superlaw.setting.case import case
from superlaw.setting.optimizer import GradientFlow
from superlaw.setting.student import Student
from superlaw.setting.task import PowerLawTask
from superlaw.validation.sweeps.ensembles import Simulation, simulation
from superlaw.validation.training.flow import PopulationFlow
from superlaw.validation.training.students import population_flow

SEEDS, PER_DECADE = 2, 10
"""Of flows of tied students."""
MOST_STEPS = 100_000
"""More than a flow takes."""


def options(
    command: str, description: str, *, keeps_runs: bool = True, draws: bool = True
) -> argparse.ArgumentParser:
    """Return a parser of where to write, where runs are kept and the root of randomness, if so."""
    parser = argparse.ArgumentParser(prog=command, description=description)
    parser.add_argument("--out", required=True, help="file to write, .json")
    if keeps_runs:
        parser.add_argument("--runs", help="folder in which flows are kept, to resume from")
    if draws:
        parser.add_argument("--entropy", type=int, default=0, help="root of all random streams (0)")
    return parser


def write_measured(
    command: str,
    description: str,
    measured: Callable[[int], dict[str, Any]],
    arguments: list[str] | None,
) -> None:
    """Measure at the root of randomness that is given, and write it to the file that is."""
    given = options(command, description, keeps_runs=False).parse_args(arguments)
    out = storage.output_file(given.out, (".json",))
    storage.write_json(out, measured(given.entropy))


def write_derived(
    command: str,
    description: str,
    derived: Callable[[], dict[str, Any]],
    arguments: list[str] | None,
) -> None:
    """Work out what draws nothing, and write it to the file that is given."""
    parser = options(command, description, keeps_runs=False, draws=False)
    out = storage.output_file(parser.parse_args(arguments).out, (".json",))
    storage.write_json(out, derived())


def nearest(times: Array, time: float) -> int:
    """Return which of some times is nearest to one, by their ratio."""
    return int(np.argmin(np.abs(np.log(times / time))))


def region(
    rows: list[dict[str, Any]], compared: Mapping[str, Callable[[dict[str, Any]], float]]
) -> dict[str, Any]:
    """Return between which parameters, and up to which times, rows of a closure were compared."""
    spans: dict[str, Any] = {
        name: [min(map(value, rows)), max(map(value, rows))] for name, value in compared.items()
    }
    spans["last"] = sorted({(row["n_features"], row["until"][-1]) for row in rows})
    return spans


def embedded_flow(
    task: PowerLawTask, width: int, entropy: int | list[int], dtype: Any = np.float32
) -> PopulationFlow:
    """Return the flow of a student with a fixed embedding at its start, to look into its state."""
    student = case(task, Student(width), GradientFlow()).student
    generator, none = np.random.default_rng(entropy), np.zeros(0, np.int64)
    return population_flow(task, student, GradientFlow(), generator, none, dtype)


def embedding(flow: PopulationFlow) -> Array:
    """Return W of a flow, shape (K, N)."""
    return np.array(flow.factors.geometry(flow.state())[0], np.float64).T


def tied_flow(
    task: PowerLawTask, width: int, span: tuple[float, float], entropy: int
) -> Simulation:
    """Return flows of tied students over a span of times, as a point of a sweep."""
    return simulation(
        task,
        log_times(*span, PER_DECADE),
        Student(width, tied=True),
        optimizer=GradientFlow(),
        seeds=SEEDS,
        entropy=entropy,
        precision="float32",
    )
