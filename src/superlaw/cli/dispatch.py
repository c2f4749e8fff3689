"""Parse a command line, run its command, print the answer and return the exit code."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from superlaw.arguments import ArgumentError
from superlaw.cli import completion, derive, exponent, fit, info, simulate, solve, validate
from superlaw.cli.command import BAD_INPUT, GOOD, INTERRUPTED, NUMERICS, Answer, Command
from superlaw.cli.configuration import resolve
from superlaw.cli.options import Parser
from superlaw.execution.signals import interruptible
from superlaw.storage import OutputError, to_json, to_stdout

COMMANDS: tuple[Command, ...] = (
    exponent.COMMAND,
    solve.COMMAND,
    simulate.COMMAND,
    fit.COMMAND,
    validate.COMMAND,
    derive.COMMAND,
    info.COMMAND,
)
_CODES = """\
exit codes: 0 good, 1 a check failed, 2 bad input, or output that cannot be
written, 3 numerics failed (what was reached is printed), 130 interrupted"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    whole, each = parsers()
    given = vars(whole.parse_args(arguments))
    name = given.pop("command")
    if name == completion.NAME:
        print(completion.script(given["shell"], each))
        return GOOD
    command = next(command for command in COMMANDS if command.name == name)
    as_json, config = given.pop("as_json"), given.pop("config")
    kinds = {option.dest: option.kind for option in each[name].options}
    given = {key: value for key, value in given.items() if value != []}
    try:
        with interruptible():
            answer = command.run(resolve(given, kinds, config))
        _say(answer, as_json)
    except ArgumentError as error:
        return _fail(name, BAD_INPUT, str(error))
    except KeyboardInterrupt as error:
        return _fail(name, INTERRUPTED, str(error) or "interrupted")
    except OutputError as error:
        return _fail(name, BAD_INPUT, str(error))
    except BrokenPipeError:
        sys.stderr.close()  # the reader has gone: nothing more to say
        return GOOD
    except RuntimeError as error:
        from superlaw.solvers.solution import NumericsError

        if not isinstance(error, NumericsError):
            raise
        return _fail(name, NUMERICS, str(error))
    return _fail(name, answer.code, answer.reason) if answer.reason else answer.code


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
    parser.add_argument("--config", metavar="FILE", help="TOML file with the same options")


class _Version(argparse.Action):
    """Looks the version up when it is asked for: that takes as long as a prediction."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(
            nargs=0, default=argparse.SUPPRESS, **(settings | {"dest": argparse.SUPPRESS})
        )

    def __call__(self, parser: argparse.ArgumentParser, *_: Any, **__: Any) -> None:
        import superlaw

        print(f"superlaw {superlaw.__version__}")
        parser.exit()


def _say(answer: Answer, as_json: bool) -> None:
    """Print an answer as one JSON object, or as text."""
    to_stdout(to_json(answer.data) if as_json else answer.text)


def _fail(command: str, code: int, reason: str) -> int:
    """Say on stderr why a command fails; return its exit code."""
    print(f"superlaw {command}: {reason}", file=sys.stderr)
    return code
