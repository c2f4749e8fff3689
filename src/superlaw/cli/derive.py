"""superlaw derive: derivations as documents, or every step of them checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from superlaw import storage
from superlaw.arguments import ArgumentError, refuse
from superlaw.cli import setting
from superlaw.cli.command import BAD_INPUT, FAILED, GOOD, Answer, Command, draw, write_manifest
from superlaw.cli.options import Options, Parser, operands, path, switch, word

if TYPE_CHECKING:
    from superlaw.theory.derivation import Derivation
    from superlaw.theory.documents.document import Block, Document, Figure
    from superlaw.theory.proof.ledger import Ledger

FORMATS = ("md", "myst", "tex", "html")
"""Those of `theory.documents.formats`, which a help text should not have to load sympy for."""


def _build(parser: Parser) -> None:
    operands(parser, to="derive.names", metavar="NAME", about="derivations; all if left out")
    switch(parser, "--check", to="derive.check", about="check every step and print the ledger")
    switch(
        parser,
        "--certify",
        to="derive.certify",
        about="with --check: enclose in balls what is not proved (needs superlaw[proof])",
    )
    word(
        parser,
        "--format",
        to="derive.format",
        about="of the documents (md)",
        choices=FORMATS,
    )
    path(
        parser,
        "--runs",
        to="derive.runs",
        metavar="DIR",
        about="folder to keep verdicts in, and to resume from",
    )
    path(
        parser,
        "--out",
        to="derive.out",
        metavar="DIR",
        about="folder for the documents; with --check a .json",
    )
    switch(parser, "--simulate", to="derive.simulate", about="simulate the curve too")
    setting.task_options(parser)
    setting.student_options(parser)
    setting.time_options(parser)


def _run(options: Options) -> Answer:
    from superlaw.arguments import one_of
    from superlaw.theory import derivations
    from superlaw.theory.documents import formats

    given = options["derive"]
    form = one_of("format", given.get("format", "md"), formats.FORMATS)
    chosen = [derivations.derive(name) for name in given.get("names") or derivations.NAMES]
    if given.get("check"):
        _check_alone(options)
        target = storage.output_file(given["out"], (".json",)) if "out" in given else None
        found = _ledgers(_checked(chosen, given.get("runs"), bool(given.get("certify"))))
        if target is None:
            return found
        answer = partial(storage.write_json, target, found.data)
        return replace(found, files=(answer, partial(write_manifest, target, options)))
    if given.get("certify"):
        refuse("certify", "given with --check", True, "Documents say what is proved and verified.")
    _check_case(options)
    folder = storage.output_folder(given["out"]) if "out" in given else None
    documents = list(_documents(chosen, options))
    if folder is None:
        texts = {f"{x.name}{formats.SUFFIXES[form]}": formats.FORMATS[form](x) for x in documents}
        return Answer(texts, "\n".join(texts.values()))
    files = [formats.written(document, form) for document in documents]
    written = {file.name: file.text for file in files}
    printed = "\n".join(written.values())
    try:
        for file in files:
            storage.write_text(folder / file.name, file.text)
            _save(file.figures, folder)
        write_manifest(folder, options)
    except storage.OutputError as error:  # what is worked out is printed all the same
        return Answer(written, printed, BAD_INPUT, str(error))
    return Answer({"files": sorted(written)}, f"wrote {', '.join(written)}")


def _save(figures: Mapping[str, Figure], folder: Path) -> None:
    """Write the figures of a document beside it."""
    for name, figure in figures.items():
        (folder / name).parent.mkdir(exist_ok=True)
        if name.endswith(".svg"):
            storage.write_text(folder / name, figure.alone)
        elif figure.picture is not None:
            draw(figure.picture, str(folder / name))


def _check_alone(options: Options) -> None:
    """Refuse what would change a document, where steps are checked and none is written."""
    document = {key: options["derive"].get(key) for key in ("format", "simulate")}
    given = document | options["task"] | options["student"] | options["times"]
    for name, value in given.items():
        if value is not None:
            refuse(name, "left out with --check", value, "Steps are checked at points of any case.")


def _ledgers(ledgers: list[Ledger]) -> Answer:
    """Return what was found of every step."""
    text = "\n\n".join(f"{ledger.name}\n{ledger}" for ledger in ledgers)
    return Answer(ledgers, text, GOOD if all(ledger.is_good for ledger in ledgers) else FAILED)


def _checked(chosen: list[Derivation], runs: str | None, certified: bool = False) -> list[Ledger]:
    """Check every step of the chosen derivations."""
    from superlaw.progress import WorkBar
    from superlaw.theory.proof.enclosures import arb
    from superlaw.validation.sweeps.ledgers import checked
    from superlaw.validation.sweeps.store import Store

    if certified:
        arb()  # refused before any work
    store = Store(runs, "runs")
    with WorkBar(True, sum(len(derivation.steps) for derivation in chosen)) as bar:
        try:
            return [
                checked(found, store, lambda _: bar.move(1), certified=certified)
                for found in chosen
            ]
        except KeyboardInterrupt as error:
            raise KeyboardInterrupt(f"{str(error) or 'interrupted'}; {_advice(runs)}") from None


def _advice(runs: str | None) -> str:
    """Return how to go on with checks that were interrupted."""
    if runs is None:
        return "give a folder (--runs) to be able to resume"
    return f"run the same command again to resume from {runs}"


def _check_case(options: Options) -> None:
    """Refuse parameters that are not a case, before anything is written."""
    given = options["task"] | options["student"] | options["times"]
    if given or options["derive"].get("simulate"):
        setting.task(options), setting.student(options), setting.times(options)


def _documents(chosen: list[Derivation], options: Options) -> Iterator[Document]:
    """Return the documents; a wrong example is refused before the steps are checked."""
    from superlaw.validation.reports.documented import documented

    examples = [_example(derivation, options) for derivation in chosen]
    ledgers = _checked(chosen, options["derive"].get("runs"))
    return map(documented, chosen, ledgers, examples)


def _example(derivation: Derivation, options: Options) -> tuple[Block, ...]:
    """Return the worked example; of all, those that the parameters are not about have none."""
    from superlaw.progress import say

    try:
        return _worked(derivation, options)
    except ArgumentError as error:
        if options["derive"].get("names"):
            raise
        say(f"superlaw derive: {derivation.name} has no example here. {error}")
        return ()


def _worked(derivation: Derivation, options: Options) -> tuple[Block, ...]:
    """Return what a derivation becomes at the given parameters; nothing if none are given."""
    if not options["task"]:
        return ()
    from superlaw.validation.reports.worked_example import worked

    times, simulated = setting.times(options), bool(options["derive"].get("simulate"))
    return worked(derivation, options["task"], options["student"], times, simulated=simulated)


COMMAND = Command(
    "derive",
    "Write derivations, or check every step.",
    (
        "superlaw derive sequential -a 1.5 -b 0.25 -N 64 --t-end 10 --simulate",
        "superlaw derive front --check",
        "superlaw derive front sgd --check --certify",
        "superlaw derive --format html --out documents",
    ),
    _build,
    _run,
)
