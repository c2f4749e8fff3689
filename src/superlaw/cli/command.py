"""What a command is, and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from superlaw import storage
from superlaw.cli.options import Options, Parser

if TYPE_CHECKING:
    from superlaw.figures.panels import Picture

GOOD, FAILED, BAD_INPUT, NUMERICS, INTERRUPTED = 0, 1, 2, 3, 130
"""Exit codes: good, a check failed, bad input, numerics failed, interrupted."""


@dataclass(frozen=True)
class Answer:
    """What a command found.

    Parameters
    ----------
    data : Any
        The one JSON object of `--json`; has `to_dict`, or is plain data.
    text : str
        What is printed otherwise.
    code : int
        Exit code.
    reason : str
        One line for stderr: why the code is not `GOOD`, where the text does not say it.
    files : tuple of callables
        What writes the answer to files; the answer is printed also where that fails.
    """

    data: Any
    text: str
    code: int = GOOD
    reason: str = ""
    files: tuple[Callable[[], object], ...] = ()


@dataclass(frozen=True)
class Command:
    """A sub-command of `superlaw`.

    Parameters
    ----------
    name, about : str
        Its word on the command line, and a sentence.
    examples : tuple of str
        Whole command lines, shown by `--help`.
    build : callable
        Adds the options to a parser.
    run : callable
        Takes the resolved options and answers.
    """

    name: str
    about: str
    examples: tuple[str, ...]
    build: Callable[[Parser], None]
    run: Callable[[Options], Answer]


def answer_file(options: Options, data: Any) -> tuple[Callable[[], object], ...]:
    """Return what writes an answer to the file of `--out`, if one was named, and its manifest."""
    if "out" not in options["files"]:
        return ()
    target = storage.output_file(options["files"]["out"], (".json",))
    return (partial(storage.write_json, target, data), partial(write_manifest, target, options))


def write_manifest(target: Path, options: Options) -> None:
    """Write down what was asked for, beside a file or inside a folder."""
    is_folder = target.is_dir()
    record = target / storage.RECORD if is_folder else target.with_suffix(".manifest.json")
    storage.write_json(record, storage.manifest(options))


def plot_file(options: Options) -> str | None:
    """Return the file of `--plot`, if one was named; refuse what cannot be drawn to."""
    plot: str | None = options["files"].get("plot")
    if plot is not None:
        storage.output_file(plot, (".svg", ".png", ".pdf"), "plot")
    return plot


def draw(picture: Picture, plot: str) -> None:
    """Draw a picture to the file of `--plot`."""
    from superlaw.figures.drawing import figure  # matplotlib takes a second

    with storage.replacing(plot) as part:
        figure(picture).savefig(part)
