"""Defaults < configuration file < flags: a value of the file is checked as a flag is."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from typing import Any

from superlaw import storage
from superlaw.arguments import refuse
from superlaw.cli.options import Kind, Options

LARGEST = 2**20
"""Bytes of a configuration file; one of ours has a few hundred."""


def resolve(given: Mapping[str, Any], kinds: Mapping[str, Kind], config: str | None) -> Options:
    """Return options by section: those of the file, overruled by the given flags.

    Parameters
    ----------
    given : mapping
        Flags by "section.key".
    kinds : mapping
        What each "section.key" of this command takes.
    config : str or None
        Path of a TOML file.

    Raises
    ------
    ArgumentError
        If the file cannot be read, has an unknown key, or a value is not of its kind.
    """
    options: Options = {name.split(".")[0]: {} for name in kinds}
    flags = [(name, kinds[name].parse(_key(name), text)) for name, text in given.items()]
    for name, value in [*_read(config, kinds), *flags]:
        options[name.split(".")[0]][_key(name)] = kinds[name].read(_key(name), value)
    return options


def _key(name: str) -> str:
    return name.split(".")[1]


def _read(config: str | None, kinds: Mapping[str, Kind]) -> list[tuple[str, Any]]:
    """Return the "section.key" and values of a file, all known."""
    if config is None:
        return []
    found = []
    for section, keys in read_toml(config, "config").items():
        if isinstance(keys, Mapping):
            found += [(f"{section}.{key}", value) for key, value in keys.items()]
        else:
            found.append((section, keys))
    for name, _ in found:
        _check_key(name, kinds)
    return found


def read_toml(path: str, name: str) -> dict[str, Any]:
    """Return what a TOML file holds, or refuse the argument `name`."""
    try:
        return tomllib.loads(storage.read_bytes(path, LARGEST).decode())
    except (OSError, ValueError, RecursionError) as error:
        refuse(name, "a readable TOML file", path, f"{storage.reason(error)}.")


def _check_key(name: str, kinds: Mapping[str, Kind]) -> None:
    if name not in kinds:
        known = sorted(kinds)
        if not known:
            refuse("config", "left out: this command has no options", name, "Leave it out.")
        same = [key for key in known if key.endswith(f".{name}")]
        near = same or difflib.get_close_matches(name, known, n=1, cutoff=0.0)
        refuse("config", "made of known keys", name, f"Did you mean {near[0]!r}?")
