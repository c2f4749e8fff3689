"""superlaw explain: which regime explains a measured curve, never without its rivals."""

from __future__ import annotations

from functools import partial
from typing import Any

from superlaw.arguments import refuse
from superlaw.cli import setting
from superlaw.cli.command import Answer, Command, answer_file, draw, plot_file
from superlaw.cli.curve import curve, curve_options
from superlaw.cli.options import Options, Parser, count, number, out_option, path
from superlaw.setting.optimizer import SGD


def _build(parser: Parser) -> None:
    group = curve_options(parser)
    number(
        group,
        "--lr",
        to="explain.lr",
        about="time of a step: the learning rate, lr/(1 - m) with momentum m; fitted if left out",
    )
    count(
        group,
        "--batch",
        to="sgd.batch",
        about="with --lr: samples a step, for the exact mean of SGD",
    )
    number(
        group, "--momentum", to="sgd.momentum", about="with --batch: of SGD; --lr is its own (0)"
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
    found = explain(curve(options), task, students, progress=True, **_trained_by(options))
    files = list(answer_file(options, found))
    if plot is not None:
        files.append(partial(draw, found.picture(), plot))
    return Answer(found, str(found), files=tuple(files))


def _trained_by(options: Options) -> dict[str, Any]:
    """Return the time of a step, or the SGD that has trained the curve."""
    sgd = options["sgd"]
    if not sgd:
        return dict(options["explain"])
    if "batch" not in sgd:
        refuse("momentum", "given with --batch", sgd["momentum"], "Or give --lr lr/(1 - m).")
    if "lr" not in options["explain"]:
        refuse("batch", "given with --lr", sgd["batch"], "The mean of SGD needs its steps.")
    return {"optimizer": SGD(lr=options["explain"]["lr"], **sgd)}


COMMAND = Command(
    "explain",
    "Compare a measured loss curve with what each regime predicts for its task.",
    (
        "superlaw explain curve.csv -a 1.5 -b 0.25 -N 1024 -K 128",
        "superlaw explain curve.csv -a 1.5 -b 0.25 -N 1024 -K 128 --lr 0.05 --plot curve.svg",
        "superlaw explain curve.csv -a 1.5 -b 0.25 -N 1024 --lr 0.05 --batch 1",
        "superlaw explain wandb.csv --time Step --frequencies words.csv --json",
    ),
    _build,
    _run,
)
