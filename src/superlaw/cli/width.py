"""superlaw width: loss against width, its bounds and the law it follows."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from superlaw.arguments import ArgumentError, refuse
from superlaw.cli.command import Answer, Command, answer_file, draw, plot_file
from superlaw.cli.options import (
    Options,
    Parser,
    count,
    counts,
    number,
    out_option,
    path,
    switch,
    word,
)

if TYPE_CHECKING:
    from superlaw.curves import Array

LAWS = ("power", "exponential", "linear", "even")


def _build(parser: Parser) -> None:
    group = parser.add_argument_group("frequencies")
    word(group, "--law", to="source.law", about="of the frequencies (power)", choices=LAWS)
    number(group, "-a", "--frequency-exponent", to="source.a", about="i^-a of the power law")
    number(group, "--scale", to="source.scale", about="exp(-i/scale) of the exponential law")
    count(group, "-N", "--n-features", to="source.n_features", about="features")
    path(
        group,
        "--frequencies",
        to="source.file",
        about="measured ones, a .csv with frequency or count",
    )
    word(
        group,
        "--activity",
        to="law.activity",
        about="exactly one active feature, or independent ones (one)",
        choices=("one", "bernoulli"),
    )
    number(group, "--density", to="law.density", about="expected number of active features (1)")
    group = parser.add_argument_group("student")
    counts(group, "--widths", to="law.widths", about="m, ascending, like 10,25,100")
    number(group, "--ridge", to="law.ridge", about="λ of a cost ½λ Σ|w|² (0)")
    group = parser.add_argument_group("training")
    switch(group, "--train", to="law.train", about="train too, from random codes")
    count(group, "--starts", to="law.starts", about="starts at each width (4)")
    count(group, "--steps", to="law.steps", about="steps of each (2500, sampled 4000, flow 300)")
    number(group, "--weight-decay", to="law.weight_decay", about="γ of AdamW, from -2 to 2 (0)")
    count(group, "--batch", to="law.batch", about="samples of a step, independent features (1024)")
    word(
        group,
        "--optimizer",
        to="law.optimizer",
        about="adam, or flow: plain gradient to rest (adam)",
        choices=("adam", "flow"),
    )
    count(group, "--entropy", to="law.entropy", about="root of all random streams (0)")
    path(group, "--resume", to="law.resume", about="keeps every start, .npz")
    out_option(parser)
    path(parser, "--plot", to="files.plot", about="loss against width, as .svg, .png or .pdf")


def _run(options: Options) -> Answer:
    from superlaw.validation.width.law import width_law

    given = dict(options["law"])
    if "widths" not in given:
        raise ArgumentError("widths must be given; got nothing. Give them, e.g. --widths 10,25.")
    plot = plot_file(options)
    files = answer_file(options, None)  # refused before any work
    found = width_law(_frequencies(options), progress=True, **given)
    files = answer_file(options, found) if files else ()
    if plot is not None:
        files = (*files, partial(draw, found.picture(), plot))
    return Answer(found, str(found), files=files)


def _frequencies(options: Options) -> Array:
    """Return what the options say, of sum `density`."""
    from superlaw.setting.frequencies import by_law
    from superlaw.setting.measured import read_frequencies

    given: dict[str, Any] = dict(options["source"])
    file = given.pop("file", None)
    if file is not None:
        if given:
            name, value = next(iter(given.items()))
            refuse(name, "left out with measured frequencies", value, "The file has them.")
        return read_frequencies(file)[0]
    n = given.pop("n_features", None)
    if n is None:
        raise ArgumentError("n_features must be given; got nothing. Give it, e.g. -N 1000.")
    p, law = by_law(given.pop("law", "power"), n, **given), options["law"]
    density = law.get("density", 1.0)
    if law.get("activity") == "bernoulli" and density * p[0] >= 1.0:
        rule = f"below {1.0 / p[0]:.4g}: no feature is active more often than always"
        refuse("density", rule, density, "Give a lower density, or more features.")
    return density * p


COMMAND = Command(
    "width",
    "Bound and predict the loss against width.",
    (
        "superlaw width --law even -N 1000 --widths 10,25,100",
        "superlaw width --law power -a 1.2 -N 1000 --widths 10,25,100 --plot width.svg",
        "superlaw width --law even -N 200 --widths 10,20 --train --activity bernoulli",
        "superlaw width --frequencies words.csv --widths 64,128,256 --json",
    ),
    _build,
    _run,
)
