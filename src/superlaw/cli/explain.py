"""superlaw explain: which regime explains a measured curve, never without its rivals."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from superlaw.arguments import ArgumentError
from superlaw.cli import setting
from superlaw.cli.command import Answer, Command, answer_file, draw, plot_file
from superlaw.cli.options import Options, Parser, number, operands, out_option, path, word

if TYPE_CHECKING:
    from superlaw.validation.explaining.explanation import Explanation


def _build(parser: Parser) -> None:
    operands(
        parser,
        to="curve.paths",
        about=".csv with a header, .jsonl or .npz; several files are several seeds",
        metavar="CURVE",
    )
    group = parser.add_argument_group("columns")
    word(group, "--time", to="curve.time", about="column of the time or the step (found by name)")
    word(group, "--loss", to="curve.loss", about="column of the loss; a,b for several seeds")
    number(
        group,
        "--lr",
        to="explain.lr",
        about="time of a step: the learning rate, lr/(1 - m) with momentum m; fitted if left out",
    )
    setting.task_options(parser)
    setting.student_options(parser)
    path(parser, "--plot", to="files.plot", about="all curves drawn, as .svg, .png or .pdf")
    out_option(parser)


def _run(options: Options) -> Answer:
    from superlaw.validation.explaining.explain import explain
    from superlaw.validation.fitting.logs import read_logs

    plot = plot_file(options)
    curve = dict(options["curve"])
    paths = curve.pop("paths", [])
    if not paths:
        raise ArgumentError("curve must be given; got nothing. Name a file, e.g. curve.csv.")
    task = setting.task(options)
    students = (setting.student(options),) if options["student"] else ()
    found = explain(read_logs(paths, **curve), task, students, progress=True, **options["explain"])
    files = list(answer_file(options, found))
    if plot is not None:
        files.append(partial(_plot, found, plot))
    return Answer(found, str(found), files=tuple(files))


def _plot(found: Explanation, plot: str) -> None:
    """Draw the curve with every prediction."""
    draw(found.picture(), plot)


COMMAND = Command(
    "explain",
    "Compare a measured loss curve with what each regime predicts for its task.",
    (
        "superlaw explain curve.csv -a 1.5 -b 0.25 -N 1024 -K 128",
        "superlaw explain curve.csv -a 1.5 -b 0.25 -N 1024 -K 128 --lr 0.05 --plot curve.svg",
        "superlaw explain wandb.csv --time Step --frequencies words.csv --json",
    ),
    _build,
    _run,
)
