"""Options of the command line: defaults < configuration file < flags, each with one home."""

from __future__ import annotations

import argparse
import difflib
import sys
import tomllib
from collections.abc import Mapping
from typing import Any, NoReturn

from superlaw.arguments import ArgumentError, refuse

Options = dict[str, dict[str, Any]]
"""Resolved options by section, as in a configuration file."""


class Parser(argparse.ArgumentParser):
    """A parser that refuses in one line, with exit code 2, and takes no abbreviations."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(allow_abbrev=False, **settings)

    def error(self, message: str) -> NoReturn:
        """Print what is wrong and leave."""
        self.exit(2, f"{self.prog}: {message}. Try {self.prog} --help.\n")


def number(parser: argparse._ActionsContainer, *flags: str, to: str, about: str) -> None:
    """Add an option that takes a number; 1e9 is one, and whole numbers stay whole."""
    parser.add_argument(*flags, dest=to, default=argparse.SUPPRESS, metavar="X", help=about)


def text(
    parser: argparse._ActionsContainer, *flags: str, to: str, about: str, metavar: str = "NAME"
) -> None:
    """Add an option that takes a word."""
    parser.add_argument(*flags, dest=to, default=argparse.SUPPRESS, metavar=metavar, help=about)


def switch(parser: argparse._ActionsContainer, *flags: str, to: str, about: str) -> None:
    """Add an option that is on when it is given."""
    parser.add_argument(*flags, dest=to, default=argparse.SUPPRESS, action="store_true", help=about)


def unset(parser: argparse._ActionsContainer, *flags: str, to: str, about: str) -> None:
    """Add an option that switches something off when it is given."""
    off: dict[str, Any] = {"default": argparse.SUPPRESS, "action": "store_false"}
    parser.add_argument(*flags, dest=to, help=about, **off)


def resolve(
    given: Mapping[str, Any], numbers: set[str], known: set[str], config: str | None
) -> Options:
    """Return options by section: those of the file, overruled by the given flags.

    Parameters
    ----------
    given : mapping
        Flags by "section.key".
    numbers : set of str
        Which of them are numbers.
    known : set of str
        Every "section.key" of this command.
    config : str or None
        Path of a TOML file.

    Raises
    ------
    ArgumentError
        If the file cannot be read, has an unknown key, or a number is not one.
    """
    options: Options = {name.split(".")[0]: {} for name in known}
    for section, keys in _read(config).items():
        if not isinstance(keys, Mapping):
            keys = {section: keys}
            section = ""
        for key, value in keys.items():
            _check_key(f"{section}.{key}".lstrip("."), known)
            options[section][key] = value
    for name, value in given.items():
        section, key = name.split(".")
        options[section][key] = _to_number(key, value) if name in numbers else value
    return options


def _read(config: str | None) -> dict[str, Any]:
    if config is None:
        return {}
    try:
        with open(config, "rb") as stream:
            return tomllib.load(stream)
    except (OSError, tomllib.TOMLDecodeError) as error:
        refuse("config", "a readable TOML file", config, f"{error}.")


def _check_key(name: str, known: set[str]) -> None:
    if name not in known:
        same = [key for key in sorted(known) if key.endswith(f".{name}")]
        near = same or difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.0)
        refuse("config", "made of known keys", name, f"Did you mean {near[0]!r}?")


def _to_number(name: str, value: str) -> float | int:
    try:
        found = float(value)
    except ValueError:
        refuse(name, "a number", value, "Write it like 1024, 0.5 or 1e9.")
    exact = value.lstrip("+-").isdigit()
    return int(value) if exact else found


def fail(command: str, error: ArgumentError) -> int:
    """Print a refusal and return its exit code."""
    print(f"superlaw {command}: {error}", file=sys.stderr)
    return 2
