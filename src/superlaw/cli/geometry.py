"""superlaw geometry: the spectral geometry of a weight matrix in a file."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from superlaw import storage
from superlaw.arguments import ArgumentError
from superlaw.cli.command import Answer, Command, draw, plot_file, write_manifest
from superlaw.cli.options import (
    Kind,
    Options,
    Parser,
    count,
    operand,
    path,
    read_paths,
    switch,
    word,
)

if TYPE_CHECKING:
    from superlaw.solvers.spectra.answer import Geometry
    from superlaw.validation.geometry.law import OverlapLaw


def _build(parser: Parser) -> None:
    operand(
        parser,
        to="matrix.paths",
        about=".npy, .npz, .safetensors, .gguf, or a folder of .safetensors; rows are features; "
        "several of different widths: overlaps against width",
        kind=Kind("MATRIX", read_paths),
        nargs="+",
    )
    word(parser, "--tensor", to="matrix.tensor", about="which tensor, where there are several")
    switch(parser, "--columns", to="matrix.columns", about="columns are features")
    switch(parser, "--unit", to="matrix.unit", about="divide each feature by its norm first")
    group = parser.add_argument_group("measures")
    count(
        group,
        "--leading",
        to="geometry.leading",
        about="leading directions to remove (those that stand out, at most 3)",
    )
    count(
        group,
        "--sampled-rows",
        to="geometry.sampled_rows",
        about="rows whose overlaps with all others are looked at (128)",
    )
    count(group, "--entropy", to="geometry.entropy", about="root of all random streams (0)")
    path(
        parser,
        "--out",
        to="files.out",
        about="folder of a report, index.html; or a file: the answer as .json, norm, "
        "dimensionality, … of each feature as .csv or .npz",
        metavar="DIR",
    )
    path(parser, "--plot", to="files.plot", about="the figures, as .svg, .png or .pdf")


def _run(options: Options) -> Answer:
    from superlaw.solvers.spectra.geometry import geometry
    from superlaw.validation.geometry.law import overlap_law

    given = options["matrix"] | options["geometry"]
    paths = given.pop("paths", [])
    if not paths:
        raise ArgumentError("matrix must be given; got nothing. Give a file, e.g. m.npy.")
    plot, out = plot_file(options), options["files"].get("out")
    is_one = len(paths) == 1
    target = None if out is None else _target(out, is_one)
    found: Any = (
        geometry(paths[0], progress=True, **given)
        if is_one
        else overlap_law(paths, progress=True, **given)
    )
    written = [] if target is None else [partial(_save, found, target)]
    if target is not None and target.suffix:  # a folder has its own
        written.append(partial(write_manifest, target, options))
    if plot is not None:
        written.append(partial(draw, found.picture(), plot))
    return Answer(found, str(found), files=tuple(written))


def _target(out: str, is_one: bool) -> Path:
    """Return a file or folder to write to, or refuse it before any work."""
    known = (".csv", ".npz", ".json") if is_one else (".json",)
    if Path(out).suffix:
        return storage.output_file(out, known)
    return storage.output_folder(out)


def _save(found: Geometry | OverlapLaw, target: Path) -> None:
    from superlaw.validation.geometry import page

    if not target.suffix:
        page.save(found, target)
    elif target.suffix == ".json":
        storage.write_json(target, found)
    else:
        found.save(target)


COMMAND = Command(
    "geometry",
    "Measure the spectral geometry of a weight matrix, or of several widths, against chance.",
    (
        "superlaw geometry embedding.npy",
        "superlaw geometry model.safetensors --tensor lm_head.weight --json",
        "superlaw geometry decoder.npy --columns --out features.csv",
        "superlaw geometry model.gguf --tensor token_embd.weight --out report",
        "superlaw geometry small.safetensors large.safetensors xl.safetensors --tensor wte.weight",
    ),
    _build,
    _run,
)
