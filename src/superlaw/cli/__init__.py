"""The command line: one command a file; `dispatch` parses, runs one, prints its answer."""

from superlaw.cli.dispatch import main

__all__ = ["main"]
