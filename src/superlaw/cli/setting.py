"""Options of what is studied: task, student, optimizer, times; and what they make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from superlaw.arguments import ArgumentError
from superlaw.cli.options import Options, Parser, count, number, path, switch, word
from superlaw.setting.amplitude import AMPLITUDES
from superlaw.setting.optimizer import OPTIMIZERS, Optimizer, optimizer_by_name
from superlaw.setting.student import ACTIVATIONS, DECODERS, EMBEDDINGS, Student
from superlaw.setting.task import PowerLawTask, Task

if TYPE_CHECKING:
    from superlaw.curves import Array


def task_options(parser: Parser) -> None:
    """Add what defines a task."""
    group = parser.add_argument_group("task")
    number(group, "-a", to="task.a", about="feature-frequency exponent, p_i ∝ i^-a")
    number(group, "-b", to="task.b", about="teacher-importance exponent, A_ii = i^-b (0)")
    count(group, "-N", "--n-features", to="task.n_features", about="number of features")
    path(
        group,
        "--frequencies",
        to="task.frequencies",
        about="measured ones instead, a .csv with frequency (or count) and, if any, importance",
    )
    word(
        group,
        "--activity",
        to="task.activity",
        about="active features: exactly one, or each on its own (one)",
        choices=("one", "bernoulli"),
    )
    number(group, "--density", to="task.density", about="expected number of active features (1)")
    word(
        group,
        "--amplitude",
        to="task.amplitude",
        about="law of an active feature (uniform)",
        choices=AMPLITUDES,
    )


def student_options(parser: Parser) -> None:
    """Add what defines a student."""
    group = parser.add_argument_group("student")
    count(group, "-K", "--width", to="student.width", about="width; K = N if left out")
    count(group, "--depth", to="student.depth", about="trained layers, 1 or 2 (1)")
    number(
        group,
        "--init",
        to="student.init",
        about="start: of two layers (1e-3), of trained columns (1)",
    )
    word(
        group,
        "--init-profile",
        to="student.init_profile",
        about="its profile (target)",
        choices=("target", "flat"),
    )
    word(
        group,
        "--activation",
        to="student.activation",
        about="φ (relu if K < N, else linear)",
        choices=ACTIVATIONS,
    )
    word(
        group,
        "--embedding",
        to="student.embedding",
        about="W (random if K < N)",
        choices=EMBEDDINGS,
    )
    switch(group, "--tied", to="student.tied", about="φ(WᵀWx + β), W trained")
    word(
        group,
        "--decoder",
        to="student.decoder",
        about="φ(DᵀWx + β), both trained, D from W or random",
        choices=DECODERS,
    )
    either = group.add_mutually_exclusive_group()
    switch(either, "--bias", to="student.bias", about="train a bias (default of relu)")
    switch(either, "--no-bias", to="student.bias", about="no bias", on=False)


def optimizer_options(parser: Parser, about: str) -> None:
    """Add what defines an optimizer."""
    group = parser.add_argument_group("optimizer", about)
    word(
        group,
        "--optimizer",
        to="optimizer.name",
        about="sgd if another of these is given",
        choices=OPTIMIZERS,
    )
    number(group, "--lr", to="optimizer.lr", about="learning rate")
    count(group, "--batch", to="optimizer.batch", about="samples a step")
    number(group, "--momentum", to="optimizer.momentum", about="heavy-ball momentum of sgd (0)")


def time_options(parser: Parser) -> None:
    """Add what defines the output times."""
    group = parser.add_argument_group("times", "learning rate × steps")
    number(group, "--t-start", to="times.t_start", about="first time (0.1)")
    number(group, "--t-end", to="times.t_end", about="last time (1e4)")
    count(group, "--per-decade", to="times.per_decade", about="times a decade (10)")


def task(options: Options) -> Task:
    """Return the task, which needs an a, or a file of frequencies."""
    given = options["task"]
    if "frequencies" in given:
        from superlaw.setting.measured import task_of  # numpy, which a power law does not need

        return task_of(given)
    if "a" not in given:
        remedy = "Give it, e.g. -a 1.5, or --frequencies FILE."
        raise ArgumentError(f"a must be given; got nothing. {remedy}")
    return PowerLawTask(**given)


def student(options: Options) -> Student:
    """Return the student."""
    return Student(**options["student"])


def optimizer(options: Options) -> Optimizer | None:
    """Return the optimizer, None unless one of its options was given."""
    return optimizer_by_name(options["optimizer"])


def times(options: Options) -> Array:
    """Return the output times."""
    from superlaw.curves import TIMES, log_times

    return log_times(**(TIMES | options["times"]))
