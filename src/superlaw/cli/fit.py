"""superlaw fit: an exponent from a loss curve."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from superlaw.cli.command import Answer, Command, answer_file, draw, plot_file
from superlaw.cli.curve import curve, curve_options
from superlaw.cli.options import Options, Parser, number, out_option, path, word

if TYPE_CHECKING:
    from superlaw.curves import Array
    from superlaw.validation.fitting.power_law_fit import PowerLawFit


def _build(parser: Parser) -> None:
    curve_options(parser)
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
    path(parser, "--plot", to="files.plot", about="curve and law drawn, as .svg, .png or .pdf")
    out_option(parser)


def _run(options: Options) -> Answer:
    from superlaw.validation.fitting.power_law import fit_power_law

    plot = plot_file(options)
    times, loss = curve(options)
    given: dict[str, Any] = dict(options["fit"])
    window = None
    if "start" in given or "end" in given:
        window = (given.pop("start", float(times[0])), given.pop("end", float(times[-1])))
    found = fit_power_law((times, loss), window=window, **given)
    files = list(answer_file(options, found))
    if plot is not None:
        files.append(partial(_plot, found, times, loss, plot))
    return Answer(found, str(found), files=tuple(files))


def _plot(found: PowerLawFit, times: Array, loss: Array, plot: str) -> None:
    """Draw the curve, its seeds and the law."""
    from superlaw.validation.fitting.picture import fitted_curve

    draw(fitted_curve(found, times, loss), plot)


COMMAND = Command(
    "fit",
    "Fit an exponent to a loss curve.",
    (
        "superlaw fit runs/curve.csv",
        "superlaw fit curve.csv --from 10 --to 1e4 --floor none",
        "superlaw fit wandb.csv --time Step --loss 'seed 0 - loss,seed 1 - loss' --plot fit.svg",
        "superlaw fit seed0.csv seed1.csv seed2.csv seed3.csv --json",
    ),
    _build,
    _run,
)
