"""superlaw validate: theory against simulated training, claim by claim."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING

from superlaw.arguments import refuse
from superlaw.cli.command import FAILED, GOOD, Answer, Command
from superlaw.cli.options import Options, Parser, count, number, operands, path, switch, word

if TYPE_CHECKING:
    from superlaw.validation.claims.claim import Claim, ClaimResult


def _build(parser: Parser) -> None:
    operands(
        parser, to="validate.claims", metavar="CLAIM", about="suites or claims; all if left out"
    )
    group = parser.add_argument_group("simulations")
    sizes = ("full", "small", "demo")
    word(group, "--size", to="validate.size", about="of them (full)", choices=sizes)
    count(group, "--seeds", to="validate.seeds", about="runs of each")
    count(group, "-N", "--n-features", to="validate.n_features", about="features")
    count(
        group,
        "--workers",
        to="validate.workers",
        about="simulations at a time, in processes (one, its seeds in threads)",
    )
    count(group, "--entropy", to="validate.entropy", about="root of all random streams (0)")
    number(
        group,
        "--planted",
        to="validate.planted",
        about="negative control: predict with the frequency exponent times this",
    )
    group = parser.add_argument_group("files")
    path(
        group,
        "--runs",
        to="validate.runs",
        metavar="DIR",
        about="folder to keep the simulations in, and to resume from",
    )
    path(group, "--out", to="files.out", metavar="DIR", about="folder of the report (report)")
    switch(parser, "--list", to="files.list", about="list claims, run nothing")


def _run(options: Options) -> Answer:
    from superlaw import storage
    from superlaw.validation.claims.suites import selection
    from superlaw.validation.validate import validate

    given = dict(options["validate"])
    chosen = selection(tuple(given.pop("claims", ())))
    if options["files"].pop("list", False):
        for name, value in (given | options["files"]).items():
            refuse(name, "left out with --list", value, "It runs nothing.")
        return _list(chosen)
    claims = [claim.name for claim in chosen]
    out = storage.output_folder(options["files"].get("out", "report"))
    executor = "processes" if "workers" in given else "serial"
    report = validate(*claims, executor=executor, progress=True, on_claim=_announce, **given)
    return Answer(
        report,
        f"{report.table()}\nreport: {out / 'index.html'}",
        GOOD if report.passed else FAILED,
        files=(partial(report.save, out),),
    )


def _list(chosen: tuple[Claim, ...]) -> Answer:
    """Say what the chosen claims are, by suite."""
    from superlaw.validation.claims.suites import suites

    listed = {suite: [c for c in claims if c in chosen] for suite, claims in suites().items()}
    lines = []
    for suite, claims in listed.items():
        if claims:
            lines += [suite, *(f"  {c.name:14}{c.step:5}{c.statement}" for c in claims)]
    told = {suite: {c.name: c.to_dict() for c in claims} for suite, claims in listed.items()}
    return Answer({suite: claims for suite, claims in told.items() if claims}, "\n".join(lines))


def _announce(claim: ClaimResult) -> None:
    print(f"{claim.verdict}  {claim.name} ({claim.seconds:.1f} s)", file=sys.stderr)


COMMAND = Command(
    "validate",
    "Check the theory against simulated training.",
    (
        "superlaw validate two_layer",
        "superlaw validate sequential --size small --out report",
        "superlaw validate two_layer --planted 1.1",
    ),
    _build,
    _run,
)
