import json

import pytest

from superlaw.cli import main


@pytest.fixture
def run(capsys):
    """Return a function that runs a command: exit code, stdout and stderr."""

    def command(*arguments):
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as leaving:
            code = leaving.code
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return command


@pytest.fixture
def as_json(run):
    """Return a function that runs a command with --json and reads its answer."""

    def command(*arguments):
        code, out, _ = run(*arguments, "--json")
        assert code == 0
        return json.loads(out)

    return command
