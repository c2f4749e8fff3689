"""superlaw completion: what a shell needs to complete command lines, read off the parsers."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping

from superlaw.cli.options import Option, Parser

NAME = "completion"
ABOUT = "Print a script that completes command lines in a shell."
_BASH = """\
# superlaw: put  eval "$(superlaw completion bash)"  into ~/.bashrc
_superlaw() {{
    local word="${{COMP_WORDS[COMP_CWORD]}}" before="${{COMP_WORDS[COMP_CWORD-1]}}" words=""
    case "${{COMP_WORDS[1]}} $before" in
{values}
    esac
    if [ -z "$words" ]; then
        case "${{COMP_WORDS[1]}}" in
{flags}
        esac
    fi
    [ "$COMP_CWORD" -eq 1 ] && words="{commands}"
    COMPREPLY=($(compgen -W "$words" -- "$word"))
}}
complete -o default -F _superlaw superlaw"""
_ZSH = """\
# superlaw: put  eval "$(superlaw completion zsh)"  into ~/.zshrc
autoload -U +X bashcompinit && bashcompinit
"""
_FISH = """\
# superlaw: superlaw completion fish > ~/.config/fish/completions/superlaw.fish
complete -c superlaw -n __fish_use_subcommand -f -a "{commands}"
{lines}"""


def build(parser: argparse.ArgumentParser) -> None:
    """Add the one operand."""
    parser.add_argument("shell", choices=tuple(_SCRIPTS), help="which shell")


def script(shell: str, parsers: Mapping[str, Parser]) -> str:
    """Return the completion script of a shell."""
    return _SCRIPTS[shell](parsers)


def _bash(parsers: Mapping[str, Parser]) -> str:
    flags = [f'{name}) words="{" ".join(_flags(own))}" ;;' for name, own in parsers.items()]
    values = [
        f'"{name} {flag}") words="{" ".join(option.kind.choices)}" ;;'
        for name, own in parsers.items()
        for option in own.options
        if option.kind.choices
        for flag in option.option_strings
    ]
    return _BASH.format(
        commands=_commands(parsers), flags=_indented(flags), values=_indented(values)
    )


def _zsh(parsers: Mapping[str, Parser]) -> str:
    return _ZSH + _bash(parsers)


def _fish(parsers: Mapping[str, Parser]) -> str:
    lines = [
        f"complete -c superlaw -n '__fish_seen_subcommand_from {name}' {_fish_option(action)}"
        for name, own in parsers.items()
        for action in own._actions
        if action.option_strings
    ]
    return _FISH.format(commands=_commands(parsers), lines="\n".join(lines))


def _fish_option(action: argparse.Action) -> str:
    """Return an option in fish's terms: -l long, -s short, -r takes a value, -a these."""
    parts = [
        f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}"
        for flag in action.option_strings
    ]
    if isinstance(action, Option) and action.kind.choices:
        parts.append(f"-x -a '{' '.join(action.kind.choices)}'")
    elif action.nargs != 0:
        parts.append("-r")
    about = (action.help or "").replace("'", "")
    return " ".join([*parts, f"-d '{about}'"])


def _commands(parsers: Mapping[str, Parser]) -> str:
    return " ".join([*parsers, NAME])


def _flags(parser: Parser) -> Iterator[str]:
    for action in parser._actions:
        yield from action.option_strings


def _indented(lines: list[str]) -> str:
    return "\n".join(f"        {line}" for line in lines)


_SCRIPTS: dict[str, Callable[[Mapping[str, Parser]], str]] = {
    "bash": _bash,
    "zsh": _zsh,
    "fish": _fish,
}
