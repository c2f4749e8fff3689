"""superlaw exponent: the training exponent, with its hypotheses."""

from __future__ import annotations

from superlaw.cli import setting
from superlaw.cli.command import Answer, Command, answer_file
from superlaw.cli.options import Options, Parser, out_option


def _build(parser: Parser) -> None:
    setting.task_options(parser)
    setting.student_options(parser)
    setting.optimizer_options(parser, "gradient flow if left out")
    out_option(parser)


def _run(options: Options) -> Answer:
    from superlaw.theory.exponents import exponent

    found = exponent(setting.task(options), setting.student(options), setting.optimizer(options))
    return Answer(found, str(found), files=answer_file(options, found))


COMMAND = Command(
    "exponent",
    "Predict the training exponent.",
    (
        "superlaw exponent -a 1.5 -b 0.25",
        "superlaw exponent -a 1.5 -N 1e6 -K 512 --json",
    ),
    _build,
    _run,
)
