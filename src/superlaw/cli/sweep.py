"""superlaw sweep: a measure over every combination of some values, kept in a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from typing import Any

from superlaw.arguments import ArgumentError, one_of, refuse
from superlaw.cli.command import GOOD, NUMERICS, Answer, Command, draw, plot_file
from superlaw.cli.configuration import read_toml
from superlaw.cli.options import Kind, Options, Parser, count, operand, path, read_path, word

EXECUTORS = ("threads", "processes", "dask")
KEYS = ("grid", "fixed", "measure")


def _build(parser: Parser) -> None:
    operand(
        parser,
        to="sweep.file",
        about='TOML: [grid] with lists by field, such as "task.a" = [1.1, 1.5], [fixed], measure = '
        '"exponent"',
        kind=Kind("FILE", read_path),
        nargs="?",
    )
    group = parser.add_argument_group("workers")
    word(
        group,
        "--executor",
        to="sweep.executor",
        about="what runs the points (threads for exponents, else processes)",
        choices=EXECUTORS,
    )
    count(group, "--workers", to="sweep.workers", about="points at a time (processors)")
    word(
        group,
        "--scheduler",
        to="sweep.scheduler",
        about="address of a Dask scheduler (one is started)",
    )
    group = parser.add_argument_group("files")
    path(
        group,
        "--out",
        to="files.out",
        metavar="DIR",
        about="folder of table.csv and of all points; the same command resumes",
    )
    path(group, "--plot", to="files.plot", about="map or curves, as .svg, .png or .pdf")


def _run(options: Options) -> Answer:
    from superlaw.validation.sweeps.folder import Folder
    from superlaw.validation.sweeps.sweep import checked, sweep

    given = dict(options["sweep"])
    file = given.pop("file", None)
    if file is None:
        raise ArgumentError("file must be given; got nothing. Name one, e.g. map.toml.")
    grid, fixed, measure = _asked(file)
    checked(grid, fixed, measure)
    out, plot = options["files"].get("out"), plot_file(options)
    with _executor(measure, **given) as (executor, workers):
        table = sweep(
            grid,
            measure,
            fixed=fixed,
            executor=executor,
            workers=workers,
            out=out,
            progress=True,
        )
    files: list[Callable[[], object]] = []
    if out is not None:  # once more: on a full disk the answer is printed, and is no success
        files.append(partial(Folder(out, table.measure).write, table))
    if plot is not None:
        files.append(partial(draw, table.picture(), plot))
    failed = len(table.failures)
    code = NUMERICS if failed == len(table) else GOOD
    reason = f"{failed} of {len(table)} points failed; see their reason" if failed else ""
    return Answer(table, str(table), code, reason, tuple(files))


def _asked(file: str) -> tuple[Any, dict[str, Any], Any]:
    """Return grid, fixed fields and measure of a file."""
    found = read_toml(file, "file")
    for key in found:
        one_of("key", key, KEYS)
    sections = [found.get(key, {}) for key in ("grid", "fixed")]
    for key, section in zip(("grid", "fixed"), sections, strict=True):
        if not isinstance(section, Mapping):
            refuse(key, "a table of fields", section, f'Write [{key}], then "task.a" = ….')
    grid, fixed = (dict(_fields(section)) for section in sections)
    return grid, fixed, found.get("measure", "exponent")


def _fields(section: Mapping[str, Any], head: str = "") -> Iterator[tuple[str, Any]]:
    """Yield fields by their whole names: TOML makes tables of names with dots but no quotes."""
    for key, value in section.items():
        if isinstance(value, Mapping):
            yield from _fields(value, f"{head}{key}.")
        else:
            yield f"{head}{key}", value


def _executor(
    measure: str,
    executor: str | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
) -> AbstractContextManager[tuple[Any, int | None]]:
    """Return what runs the points, and how many at a time."""
    name = one_of(
        "executor",
        executor or ("threads" if measure == "exponent" else "processes"),
        EXECUTORS,
    )
    if name == "dask":
        return _dask(scheduler, workers)
    if scheduler is not None:
        refuse("scheduler", "left out without --executor dask", scheduler, "Leave it out.")
    return nullcontext((name, workers))


@contextmanager
def _dask(scheduler: str | None, workers: int | None) -> Iterator[tuple[Executor, int | None]]:
    """Yield the executor of a Dask cluster, which has its own number of workers."""
    from superlaw.execution.clusters import dask_executor

    with dask_executor(scheduler, workers) as executor:
        yield executor, None


COMMAND = Command(
    "sweep",
    "Measure every combination of some values: maps that resume and grow.",
    (
        "superlaw sweep map.toml --out map",
        "superlaw sweep map.toml --out map --plot map.svg --workers 2",
        "superlaw sweep map.toml --out map --executor dask --scheduler tcp://10.0.0.1:8786 --json",
    ),
    _build,
    _run,
)
