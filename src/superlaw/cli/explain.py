"""superlaw explain: which regime explains a measured curve, never without its rivals."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from superlaw.cli import setting
from superlaw.cli.command import Answer, Command, answer_file, draw, plot_file
from superlaw.cli.curve import curve, curve_options
from superlaw.cli.options import Options, Parser, number, out_option, path

if TYPE_CHECKING:
    from superlaw.validation.explaining.explanation import Explanation


def _build(parser: Parser) -> None:
    group = curve_options(parser)
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

    plot = plot_file(options)
    task = setting.task(options)
    students = (setting.student(options),) if options["student"] else ()
    found = explain(curve(options), task, students, progress=True, **options["explain"])
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
