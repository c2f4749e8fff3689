"""superlaw solve: the loss curve."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from superlaw.arguments import ArgumentError
from superlaw.cli import setting
from superlaw.cli.command import GOOD, NUMERICS, Answer, Command, draw, plot_file
from superlaw.cli.options import Options, Parser, count, number, path, word

if TYPE_CHECKING:
    from superlaw.solvers.solution import Solution
    from superlaw.theory.answer import Exponent

METHODS = (
    "auto", "exact", "contour", "moments", "rosenbrock", "exponential", "rkc", "tsit5", "dopri5",
    "bottleneck", "closure", "two-time", "direct",
)  # fmt: skip
"""Those of `solvers.solve`, which a help text should not have to compile."""


def _build(parser: Parser) -> None:
    setting.task_options(parser)
    setting.student_options(parser)
    setting.optimizer_options(parser, "gradient flow if left out, else the exact mean of SGD")
    setting.time_options(parser)
    group = parser.add_argument_group("method")
    word(group, "--method", to="solve.method", about="how (auto)", choices=METHODS)
    word(
        group,
        "--features",
        to="solve.features",
        about="sum over feature classes or over all (auto)",
        choices=("auto", "classes", "all"),
    )
    count(group, "--seeds", to="solve.seeds", about="number of direct flows (4)")
    number(group, "--rtol", to="solve.rtol", about="tolerance of the integrators (1e-6)")
    group = parser.add_argument_group("files")
    path(group, "--out", to="files.out", about="the curve, as .npz or .csv")
    path(group, "--resume", to="solve.resume", about="resume file of a long run, .npz")
    number(group, "--save-every", to="solve.save_every", about="seconds between writing it (30)")
    path(group, "--plot", to="files.plot", about="the curve drawn, as .svg, .png or .pdf")


def _run(options: Options) -> Answer:
    from superlaw import storage
    from superlaw.solvers.solve import solve

    out, plot = options["files"].get("out"), plot_file(options)
    if out is not None:
        storage.output_file(out, (".npz", ".csv"))
    solution = solve(
        setting.task(options),
        setting.student(options),
        setting.times(options),
        optimizer=setting.optimizer(options),
        progress=True,
        throw=False,
        **options["solve"],
    )
    files: list[Callable[[], object]] = []
    if out is not None:
        files.append(partial(solution.save, out, options))
    if plot is not None:
        files.append(partial(_plot, solution, options, plot))
    code, reason = GOOD, ""
    if not solution.success:
        code, reason = NUMERICS, f"{solution.status}: {solution.message}"
    return Answer(solution, str(solution), code, reason, tuple(files))


def _plot(solution: Solution, options: Options, plot: str) -> None:
    """Draw a curve with what was given, its error, the predicted slope and the band of that."""
    from superlaw.solvers.picture import loss_curve

    given = options["task"] | options["student"] | options["optimizer"]
    predicted = _predicted(options)
    slope, band = (None, None) if predicted is None else (predicted.exponent, predicted.band)
    draw(loss_curve(solution, given, slope, band), plot)


def _predicted(options: Options) -> Exponent | None:
    """Return what is said of the exponent of what is solved, None where there is no law."""
    from superlaw.theory.exponents import exponent

    try:
        return exponent(setting.task(options), setting.student(options), setting.optimizer(options))
    except ArgumentError:  # a solver may cover what no law does
        return None


COMMAND = Command(
    "solve",
    "Solve for the loss curve.",
    (
        "superlaw solve -a 1.1 -b 0.3 -N 1e9 --t-end 1e12",
        "superlaw solve -a 1.5 -N 1e6 -K 5e5 --plot curve.svg --out curve.csv",
        "superlaw solve -a 1.5 -N 256 -K 32 --method direct --seeds 4 --t-end 100",
    ),
    _build,
    _run,
)
