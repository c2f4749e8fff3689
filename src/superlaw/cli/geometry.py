"""superlaw geometry: the spectral geometry of a weight matrix in a file."""

from __future__ import annotations

from functools import partial

from superlaw.cli.command import Answer, Command
from superlaw.cli.options import (
    Kind,
    Options,
    Parser,
    count,
    operand,
    path,
    read_path,
    switch,
    word,
)


def _build(parser: Parser) -> None:
    operand(
        parser,
        to="matrix.path",
        about=".npy, .npz, .safetensors, .gguf, or a folder of .safetensors; rows are features",
        kind=Kind("MATRIX", read_path),
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


def _run(options: Options) -> Answer:
    from superlaw import storage
    from superlaw.solvers.spectra.geometry import geometry

    given, out = dict(options["matrix"]), options["files"].get("out")
    if out is not None:
        storage.output_file(out, (".csv", ".npz"))
    found = geometry(given.pop("path"), progress=True, **given, **options["geometry"])
    files = () if out is None else (partial(found.save, out),)
    return Answer(found, str(found), files=files)


COMMAND = Command(
    "geometry",
    "Measure the spectral geometry of a weight matrix, against chance.",
    (
        "superlaw geometry embedding.npy",
        "superlaw geometry model.safetensors --tensor lm_head.weight --json",
        "superlaw geometry decoder.npy --columns --out features.csv",
    ),
    _build,
    _run,
)
