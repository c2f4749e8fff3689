"""Options of a measured curve: its files and their columns; and what is read from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from superlaw.arguments import ArgumentError
from superlaw.cli.options import Container, Options, Parser, operands, word

if TYPE_CHECKING:
    from superlaw.curves import Array


def curve_options(parser: Parser) -> Container:
    """Add the files of a curve and their columns; return the group of these."""
    operands(
        parser,
        to="curve.paths",
        about=".csv with a header, .jsonl or .npz; several files are several seeds",
        metavar="CURVE",
    )
    group = parser.add_argument_group("columns")
    word(group, "--time", to="curve.time", about="column of the time or the step (found by name)")
    word(group, "--loss", to="curve.loss", about="column of the loss; a,b for several seeds")
    return group


def curve(options: Options) -> tuple[Array, Array]:
    """Return the times and losses that the files hold."""
    from superlaw.validation.fitting.logs import read_logs

    given = dict(options["curve"])
    paths = given.pop("paths", [])
    if not paths:
        raise ArgumentError("curve must be given; got nothing. Name a file, e.g. curve.csv.")
    return read_logs(paths, **given)
