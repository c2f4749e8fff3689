"""superlaw fit: an exponent from a loss curve."""

from __future__ import annotations

from superlaw.cli.command import Answer, Command, answer_file
from superlaw.cli.options import Kind, Options, Parser, number, operand, out_option, read_path, word


def _build(parser: Parser) -> None:
    operand(
        parser,
        to="curve.path",
        about=".csv with a header, or .npz: times and loss (or loss_0, loss_1, …)",
        kind=Kind("CURVE", read_path),
    )
    group = parser.add_argument_group("fit")
    number(group, "--from", to="fit.start", about="first time of the window")
    number(group, "--to", to="fit.end", about="last time of the window")
    word(
        group,
        "--floor",
        to="fit.floor",
        about="short for --model straight (none) or offset (free)",
        choices=("auto", "none", "free"),
    )
    word(
        group,
        "--model",
        to="fit.model",
        about="law to fit (auto); fall: one straight fit over the steep part",
        choices=("auto", "straight", "offset", "crossover", "broken", "fall"),
    )
    out_option(parser)


def _run(options: Options) -> Answer:
    from superlaw.curves import read_curve
    from superlaw.validation.fitting.power_law import fit_power_law

    times, loss = read_curve(options["curve"]["path"])
    given = options["fit"]
    window = None
    if "start" in given or "end" in given:
        window = (given.get("start", times[0]), given.get("end", times[-1]))
    law = {name: given[name] for name in ("floor", "model") if name in given}
    found = fit_power_law((times, loss), window=window, **law)
    return Answer(found, str(found), files=answer_file(options, found))


COMMAND = Command(
    "fit",
    "Fit an exponent to a loss curve.",
    ("superlaw fit runs/curve.csv", "superlaw fit curve.csv --from 10 --to 1e4 --floor none"),
    _build,
    _run,
)
