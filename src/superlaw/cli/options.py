"""Options of the command line: what each takes, how it is shown, how a value of it is checked."""

from __future__ import annotations

import argparse
import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from superlaw.arguments import refuse

Options = dict[str, dict[str, Any]]
"""Resolved options by section, as in a configuration file."""
Container = argparse._ActionsContainer
"""A parser or a group of one."""
_NUMBERS = "Write it like 1024, 0.5 or 1e9."
_NEGATIVE = re.compile(r"-(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$|-inf$|-nan$")


@dataclass(frozen=True)
class Kind:
    """What an option takes.

    Parameters
    ----------
    metavar : str
        How its value is named in the help text.
    read : callable
        Takes the name and a value of a flag or of a configuration file; returns it, or refuses.
    choices : tuple of str
        Words to list and to complete; empty if it takes others too.
    parse : callable
        Takes the name and the text of a flag; returns what a configuration file would hold.
    """

    metavar: str
    read: Callable[[str, Any], Any]
    choices: tuple[str, ...] = ()
    parse: Callable[[str, Any], Any] = lambda name, text: text


class Option(argparse.Action):
    """An option that knows its kind; its value is read once flags and file are put together."""

    def __init__(self, *, kind: Kind, **settings: Any) -> None:
        super().__init__(default=argparse.SUPPRESS, **settings)
        self.kind = kind

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        """Keep the value as it was given; a switch keeps its constant."""
        setattr(namespace, self.dest, self.const if self.nargs == 0 else values)


class Parser(argparse.ArgumentParser):
    """A parser that refuses in one line, with exit code 2, and takes no abbreviations."""

    def __init__(self, **settings: Any) -> None:
        form = argparse.RawDescriptionHelpFormatter
        super().__init__(allow_abbrev=False, formatter_class=form, **settings)
        self._negative_number_matcher = _NEGATIVE  # argparse's own does not know -1e5

    def error(self, message: str) -> NoReturn:
        """Print what is wrong and leave."""
        self.exit(2, f"{self.prog}: {message}. Try {self.prog} --help.\n")

    @property
    def options(self) -> tuple[Option, ...]:
        """Its options of a kind, in order."""
        return tuple(action for action in self._actions if isinstance(action, Option))


def number(parser: Container, *flags: str, to: str, about: str) -> None:
    """Add an option that takes a number; 1e9 is one."""
    kind = Kind("NUMBER", _read_number, parse=_parse_number)
    parser.add_argument(*flags, dest=to, metavar=kind.metavar, help=about, action=Option, kind=kind)


def count(parser: Container, *flags: str, to: str, about: str) -> None:
    """Add an option that takes a whole number; 1e9 is one."""
    kind = Kind("COUNT", _read_number, parse=_parse_number)
    parser.add_argument(*flags, dest=to, metavar=kind.metavar, help=about, action=Option, kind=kind)


def word(parser: Container, *flags: str, to: str, about: str, choices: Iterable[str] = ()) -> None:
    """Add an option that takes a word; where there are choices, whoever uses it checks them."""
    listed = tuple(choices)
    kind = Kind(f"{{{','.join(listed)}}}" if listed else "NAME", _read_word, listed)
    parser.add_argument(*flags, dest=to, metavar=kind.metavar, help=about, action=Option, kind=kind)


def counts(parser: Container, *flags: str, to: str, about: str) -> None:
    """Add an option that takes whole numbers between commas."""
    kind = Kind("COUNTS", _read_numbers, parse=_parse_numbers)
    parser.add_argument(*flags, dest=to, metavar=kind.metavar, help=about, action=Option, kind=kind)


def path(parser: Container, *flags: str, to: str, about: str, metavar: str = "FILE") -> None:
    """Add an option that takes the name of a file (FILE) or of a folder (DIR)."""
    kind = Kind(metavar, read_path)
    parser.add_argument(*flags, dest=to, metavar=kind.metavar, help=about, action=Option, kind=kind)


def out_option(parser: Container) -> None:
    """Add the file that an answer goes to."""
    path(parser, "--out", to="files.out", about="write the answer there too, as .json")


def switch(parser: Container, *flags: str, to: str, about: str, on: bool = True) -> None:
    """Add an option that takes no value and means `on`."""
    kind = Kind("", _read_switch)
    parser.add_argument(*flags, dest=to, help=about, action=Option, kind=kind, nargs=0, const=on)


def operand(
    parser: Container, *, to: str, about: str, kind: Kind, nargs: str | None = None
) -> None:
    """Add an operand, which stands without a flag; one or more of them with nargs "+"."""
    parser.add_argument(to, metavar=kind.metavar, help=about, action=Option, kind=kind, nargs=nargs)


def operands(
    parser: Container, *, to: str, about: str, metavar: str, choices: Iterable[str] = ()
) -> None:
    """Add any number of words that stand without a flag."""
    kind = Kind(metavar, _read_words, tuple(choices))
    parser.add_argument(to, metavar=metavar, help=about, action=Option, kind=kind, nargs="*")


def read_path(name: str, value: Any) -> str:
    """Return the name of a file or folder."""
    if not isinstance(value, str) or not value or "\0" in value:
        refuse(name, "the name of a file or folder", value, "Write it like results/run.")
    return value


def read_paths(name: str, value: Any) -> list[str]:
    """Return the names of files or folders, one or several."""
    return [read_path(name, item) for item in (value if isinstance(value, list) else [value])]


def _parse_number(name: str, text: str) -> float | int:
    """Return the number that a text says; whole ones stay whole, at any size a double can hold."""
    try:
        found = float(text)
    except ValueError:
        refuse(name, "a number", text, _NUMBERS)
    is_whole = text.lstrip("+-").isdecimal() and math.isfinite(found)
    return int(text) if is_whole else found


def _read_number(name: str, value: Any) -> float | int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        refuse(name, "a number", value, _NUMBERS)
    return value


def _parse_numbers(name: str, text: str) -> list[float | int]:
    return [_parse_number(name, part) for part in text.split(",")]


def _read_numbers(name: str, value: Any) -> list[float | int]:
    if not isinstance(value, list):
        refuse(name, "a list of numbers", value, "Write it like [10, 25, 100].")
    return [_read_number(name, item) for item in value]


def _read_word(name: str, value: Any) -> str:
    if not isinstance(value, str):
        refuse(name, "a word", value, "Put it in quotes.")
    return value


def _read_words(name: str, value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        refuse(name, "a list of words", value, 'Write it like ["front", "modes"].')
    return value


def _read_switch(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        refuse(name, "true or false", value, "Write it without quotes.")
    return value
