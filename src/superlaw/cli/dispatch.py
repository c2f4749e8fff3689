"""Parse a command line, run its command, print the answer and return the exit code."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from superlaw.arguments import ArgumentError
from superlaw.cli import (
    completion,
    derive,
    explain,
    exponent,
    fit,
    geometry,
    info,
    report,
    simulate,
    solve,
    sweep,
    validate,
    width,
)
from superlaw.cli.command import BAD_INPUT, GOOD, INTERRUPTED, NUMERICS, Command
from superlaw.cli.configuration import resolve
from superlaw.cli.options import Kind, Parser
from superlaw.cli.terminal import silence, terminal
from superlaw.execution.signals import interruptible
from superlaw.storage import OutputError, to_json, to_stdout, unknown_number

COMMANDS: tuple[Command, ...] = (
    exponent.COMMAND,
    solve.COMMAND,
    simulate.COMMAND,
    fit.COMMAND,
    explain.COMMAND,
    geometry.COMMAND,
    validate.COMMAND,
    width.COMMAND,
    sweep.COMMAND,
    report.COMMAND,
    derive.COMMAND,
    info.COMMAND,
)
_CODES = """\
exit codes: 0 good, 1 a check failed, 2 bad input, or output that cannot be
written, 3 numerics failed (what was reached is printed), 130 interrupted"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    with terminal():
        name = ""
        try:
            whole, each = parsers()
            given = vars(whole.parse_args(arguments))
            name = given.pop("command")
            if name == completion.NAME:
                to_stdout(completion.script(given["shell"], each))
                return GOOD
            return _answered(name, given, {o.dest: o.kind for o in each[name].options})
        except BrokenPipeError:  # the reader has gone: nothing more to say
            return GOOD
        except Exception as error:
            return _failed(name, error)
        except KeyboardInterrupt as error:
            return _fail(name, INTERRUPTED, str(error) or "interrupted")


def _answered(name: str, given: dict[str, Any], kinds: Mapping[str, Kind]) -> int:
    """Run a command, write its files, print its answer and return its exit code."""
    as_json, quiet, config = (given.pop(key) for key in ("as_json", "quiet", "config"))
    flags = {key: value for key, value in given.items() if value != []}
    command = next(command for command in COMMANDS if command.name == name)
    with silence(quiet), interruptible():
        answer = command.run(resolve(flags, kinds, config))
    code, reason = answer.code, answer.reason
    unknown = unknown_number(answer.data) if code == GOOD else None
    if unknown is not None:
        code, reason = NUMERICS, f"{unknown} is not a number"
    for write in answer.files:
        try:
            write()
        except OutputError as error:  # the answer is printed all the same
            code, reason = BAD_INPUT, str(error)
    to_stdout(to_json(answer.data) if as_json else answer.text)
    return _fail(name, code, reason) if reason else code


def _failed(name: str, error: Exception) -> int:
    """Say why a command could not answer; what is not foreseen is a fault of ours and is shown."""
    from superlaw.execution.attempts import WorkersLost
    from superlaw.solvers.solution import NumericsError

    if isinstance(error, ArgumentError | OSError):
        return _fail(name, BAD_INPUT, str(error))
    if isinstance(error, NumericsError | WorkersLost):
        return _fail(name, NUMERICS, str(error))
    if isinstance(error, MemoryError):
        return _fail(name, NUMERICS, "out of memory; choose fewer features, units, seeds or times")
    raise error


def parsers() -> tuple[Parser, dict[str, Parser]]:
    """Return the parser of a whole command line, and that of each command."""
    whole = Parser(prog="superlaw", description="How fast training loss falls, and why.")
    whole.add_argument("--version", action=_Version, help="show the version and leave")
    listed = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")
    each = {}
    for command in COMMANDS:
        each[command.name] = listed.add_parser(
            command.name,
            help=command.about,
            description=command.about,
            epilog="\n".join(
                ["examples:", *(f"  {line}" for line in command.examples), "", _CODES]
            ),
        )
        _common_options(each[command.name])
        command.build(each[command.name])
    completion.build(listed.add_parser(completion.NAME, help=completion.ABOUT))
    return whole, each


def _common_options(parser: Parser) -> None:
    """Add what every command takes."""
    parser.add_argument(
        "--json", action="store_true", dest="as_json", help="one JSON object on stdout"
    )
    parser.add_argument("--quiet", action="store_true", help="nothing on stderr but a failure")
    parser.add_argument("--config", metavar="FILE", help="TOML file with the same options")


class _Version(argparse.Action):
    """Looks the version up when it is asked for: that takes as long as a prediction."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(
            nargs=0, default=argparse.SUPPRESS, **(settings | {"dest": argparse.SUPPRESS})
        )

    def __call__(self, parser: argparse.ArgumentParser, *_: Any, **__: Any) -> None:
        import superlaw

        to_stdout(f"superlaw {superlaw.__version__}")
        parser.exit()


def _fail(command: str, code: int, reason: str) -> int:
    """Say on stderr why a command fails; return its exit code."""
    print(f"superlaw {command}".rstrip() + f": {reason}", file=sys.stderr)
    return code
