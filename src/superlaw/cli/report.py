"""superlaw report: one page of any saved result."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from superlaw import storage
from superlaw.arguments import ArgumentError
from superlaw.cli.command import Answer, Command
from superlaw.cli.options import Kind, Options, Parser, operand, path, read_path


def _build(parser: Parser) -> None:
    operand(
        parser,
        to="saved.path",
        about="folder of sweep, simulate, validate or geometry; .npz or .csv of solve or simulate; "
        "an answer as .json",
        kind=Kind("DIR", read_path),
        nargs="?",
    )
    path(parser, "--out", to="files.out", about="the page, as .html (index.html in the folder)")


def _run(options: Options) -> Answer:
    from superlaw.validation.reports.saved import load, page

    if "path" not in options["saved"]:
        raise ArgumentError("path must be given; got nothing. Name a folder, e.g. map.")
    source = Path(options["saved"]["path"])
    found = load(source)
    default = source / "index.html" if source.is_dir() else source.with_suffix(".html")
    target = storage.output_file(options["files"].get("out", default), (".html",))
    text = page(found)
    told = {"kind": found.kind, "path": str(source), "page": str(target)}
    write = partial(storage.write_text, target, text)
    return Answer(told, f"{found.title}\npage: {target}", files=(write,))


COMMAND = Command(
    "report",
    "Write one self-contained page of a saved result.",
    (
        "superlaw report map",
        "superlaw report curve.npz --out curve.html",
        "superlaw report explain.json",
    ),
    _build,
    _run,
)
