"""superlaw simulate: training itself, many seeds side by side."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from superlaw.cli import setting
from superlaw.cli.command import Answer, Command, draw, plot_file
from superlaw.cli.options import Options, Parser, count, number, path, word


def _build(parser: Parser) -> None:
    setting.task_options(parser)
    setting.student_options(parser)
    setting.optimizer_options(
        parser, "K = N: sgd, lr 0.05, batch 1; K < N: flow where it is exact, else sgd, batch 64"
    )
    setting.time_options(parser)
    group = parser.add_argument_group("runs")
    count(group, "--seeds", to="simulate.seeds", about="independent runs (8)")
    count(group, "--entropy", to="simulate.entropy", about="root of all random streams (0)")
    count(group, "--workers", to="simulate.workers", about="runs at a time (processors)")
    word(
        group,
        "--precision",
        to="simulate.precision",
        about="of networks (float64)",
        choices=("float64", "float32"),
    )
    word(
        group,
        "--features",
        to="simulate.features",
        about="a column for all features, or for classes of them, extrapolated (all)",
        choices=("all", "classes"),
    )
    count(group, "--n-classes", to="simulate.n_classes", about="how many classes (32 K)")
    path(
        group,
        "--out",
        to="simulate.out",
        metavar="DIR",
        about="folder for curve.csv, seeds and resume files; the same command resumes",
    )
    number(
        group, "--save-every", to="simulate.save_every", about="seconds between resume files (60)"
    )
    path(group, "--plot", to="files.plot", about="the mean drawn, as .svg, .png or .pdf")
    number(group, "--hours", to="simulate.hours", about="estimated to take at most (1)")


def _run(options: Options) -> Answer:
    from superlaw.validation.training.simulate import simulate

    plot = plot_file(options)
    runs = simulate(
        setting.task(options),
        setting.student(options),
        setting.times(options),
        optimizer=setting.optimizer(options),
        progress=True,
        **options["simulate"],
    )
    files: list[Callable[[], object]] = []
    if "out" in options["simulate"]:
        files.append(partial(runs.save, Path(options["simulate"]["out"]) / "curve.csv"))
    if plot is not None:
        files.append(partial(draw, runs.picture(), plot))
    return Answer(runs, str(runs), files=tuple(files))


COMMAND = Command(
    "simulate",
    "Simulate training.",
    (
        "superlaw simulate -a 1.5 -N 64 --seeds 3 --t-end 50",
        "superlaw simulate -a 1.5 -b 0.25 -N 1024 --out runs",
        "superlaw simulate -a 1.5 -b 0.5 -N 1e5 -K 32 --tied --features classes --seeds 4",
    ),
    _build,
    _run,
)
