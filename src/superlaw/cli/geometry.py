"""superlaw geometry: the spectral geometry of a weight matrix in a file."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from superlaw import storage
from superlaw.arguments import ArgumentError
from superlaw.cli.command import Answer, Command, answer_file, draw, plot_file
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
    path(parser, "--out", to="files.out", about="norm, dimensionality, … of each: .csv or .npz")
    path(parser, "--plot", to="files.plot", about="figure, as .svg, .png or .pdf")


def _run(options: Options) -> Answer:
    from superlaw.validation.geometry.law import overlap_law

    given, files = dict(options["matrix"]), options["files"]
    paths = given.pop("paths", [])
    if not paths:
        raise ArgumentError("matrix must be given; got nothing. Give a file, e.g. m.npy.")
    plot, out = plot_file(options), files.get("out")
    if len(paths) == 1:
        return _one(paths[0], given | options["geometry"], out, plot)
    written = answer_file(options, None)  # refused before any work
    found = overlap_law(paths, progress=True, **given, **options["geometry"])
    written = answer_file(options, found) if written else ()
    if plot is not None:
        written = (*written, partial(_plot_law, found, plot))
    return Answer(found, str(found), files=written)


def _one(path: str, given: dict[str, Any], out: str | None, plot: str | None) -> Answer:
    """Measure one matrix."""
    from superlaw.solvers.spectra.geometry import geometry

    if out is not None:
        storage.output_file(out, (".csv", ".npz"))
    found = geometry(path, progress=True, **given)
    files = () if out is None else (partial(found.save, out),)
    return Answer(found, str(found), files=files)


def _plot_law(found: OverlapLaw, plot: str) -> None:
    from superlaw.validation.geometry.pictures import overlaps_against_width

    draw(overlaps_against_width(found), plot)


COMMAND = Command(
    "geometry",
    "Measure the spectral geometry of a weight matrix, or of several widths, against chance.",
    (
        "superlaw geometry embedding.npy",
        "superlaw geometry model.safetensors --tensor lm_head.weight --json",
        "superlaw geometry decoder.npy --columns --out features.csv",
        "superlaw geometry small.safetensors large.safetensors xl.safetensors --tensor wte.weight",
    ),
    _build,
    _run,
)
