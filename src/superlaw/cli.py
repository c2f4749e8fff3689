"""The command line. Exit codes: 0 good, 1 a check failed, 2 bad input, 3 numerics failed."""

from __future__ import annotations

import argparse
import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from superlaw.arguments import ArgumentError
from superlaw.options import Options, Parser, fail, number, resolve, switch, text, unset

if TYPE_CHECKING:
    from superlaw.curves import Array

GOOD, FAILED, BAD_INPUT, NUMERICS = 0, 1, 2, 3
INTERRUPTED = 130
_TABLE_ROWS = 14


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    parser = _parser()
    given = {key: value for key, value in vars(parser.parse_args(arguments)).items() if value != []}
    command = given.pop("command")
    run: Callable[[Options, bool], int] = given.pop("run")
    as_json, config = given.pop("as_json"), given.pop("config", None)
    numbers, known = given.pop("numbers"), given.pop("known")
    try:
        return run(resolve(given, numbers, known, config), as_json)
    except ArgumentError as error:
        return fail(command, error)
    except KeyboardInterrupt as error:
        print(f"superlaw {command}: {error or 'interrupted'}", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()  # the reader has gone: nothing more to say
        return GOOD


def _parser() -> Parser:
    parser = Parser(prog="superlaw", description="How fast training loss falls, and why.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (about, build, run) in _COMMANDS.items():
        command = commands.add_parser(name, help=about, description=about)
        command.add_argument(
            "--json", action="store_true", dest="as_json", help="one JSON object on stdout"
        )
        command.add_argument("--config", metavar="FILE", help="TOML file with the same options")
        build(command)
        dests = {a.dest: a for a in command._actions if "." in a.dest}
        numbers = {dest for dest, action in dests.items() if action.metavar == "X"}
        command.set_defaults(run=run, numbers=numbers, known=set(dests))
    return parser


def _task_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("task")
    number(group, "-a", to="task.a", about="feature-frequency exponent, p_i ∝ i^-a")
    number(group, "-b", to="task.b", about="teacher-importance exponent, A_ii = i^-b")
    number(group, "-N", "--n-features", to="task.n_features", about="number of features")
    text(group, "--activity", to="task.activity", about="one or bernoulli")
    number(group, "--density", to="task.density", about="expected number of active features")
    text(
        group, "--amplitude", to="task.amplitude", about="uniform, constant, half-normal, symmetric"
    )


def _student_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("student")
    number(group, "-K", "--width", to="student.width", about="width; K = N if left out")
    number(group, "--depth", to="student.depth", about="trained layers, 1 or 2")
    number(group, "--init", to="student.init", about="start of a two-layer student")
    text(group, "--init-profile", to="student.init_profile", about="target or flat")
    text(group, "--activation", to="student.activation", about="linear or relu (relu if K < N)")
    text(
        group,
        "--embedding",
        to="student.embedding",
        about="identity, random, tight_frame or trained (random if K < N)",
    )
    switch(group, "--tied", to="student.tied", about="φ(WᵀWx + β), W trained")
    either = group.add_mutually_exclusive_group()
    switch(either, "--bias", to="student.bias", about="train a bias (default of relu)")
    unset(either, "--no-bias", to="student.bias", about="no bias")


def _optimizer_options(parser: argparse.ArgumentParser, about: str) -> None:
    group = parser.add_argument_group("optimizer", about)
    text(group, "--optimizer", to="optimizer.name", about="flow, sgd or adam")
    number(group, "--lr", to="optimizer.lr", about="learning rate")
    number(group, "--batch", to="optimizer.batch", about="samples a step")
    number(group, "--momentum", to="optimizer.momentum", about="heavy-ball momentum of sgd (0)")


def _time_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("times")
    number(group, "--t-start", to="times.t_start", about="first time (0.1)")
    number(group, "--t-end", to="times.t_end", about="last time (1e4)")
    number(group, "--per-decade", to="times.per_decade", about="times a decade (10)")


def _task(options: Options) -> Any:
    from superlaw.setting.task import PowerLawTask

    if "a" not in options["task"]:
        raise ArgumentError("a must be given; got nothing. Give it, e.g. -a 1.5.")
    return PowerLawTask(**options["task"])


def _student(options: Options) -> Any:
    from superlaw.setting.student import Student

    return Student(**options["student"])


def _optimizer(options: Options) -> Any:
    """Return the optimizer, None unless one of its options was given."""
    from superlaw.arguments import one_of, refuse
    from superlaw.setting.optimizer import SGD, Adam, GradientFlow

    wanted = dict(options["optimizer"])
    if not wanted:
        return None
    kinds = {"sgd": SGD, "adam": Adam, "flow": GradientFlow}
    name = one_of("optimizer", wanted.pop("name", "sgd"), kinds)
    unknown = sorted(set(wanted) - set(inspect.signature(kinds[name]).parameters))
    if unknown:
        refuse(unknown[0], f"left out with {name}", wanted[unknown[0]], f"{name} has none.")
    return kinds[name](**wanted)


def _times(options: Options) -> Array:
    from superlaw.arguments import positive
    from superlaw.curves import log_times

    wanted: dict[str, Any] = {"t_start": 0.1, "t_end": 1e4, "per_decade": 10} | options["times"]
    for name in ("t_start", "t_end"):
        positive(name, wanted[name], "Give a gradient-flow time, e.g. 1e4.")
    return log_times(wanted["t_start"], wanted["t_end"], wanted["per_decade"])


def _say(value: Any, as_json: bool) -> None:
    """Print a result as one JSON object, or as text."""
    if as_json:
        from superlaw.storage import to_json

        print(to_json(value))
    else:
        print(value)


def _build_exponent(parser: argparse.ArgumentParser) -> None:
    _task_options(parser)
    _student_options(parser)
    _optimizer_options(parser, "gradient flow if left out")


def _exponent(options: Options, as_json: bool) -> int:
    from superlaw.theory.exponents import exponent

    _say(exponent(_task(options), _student(options), _optimizer(options)), as_json)
    return GOOD


def _build_solve(parser: argparse.ArgumentParser) -> None:
    _task_options(parser)
    _student_options(parser)
    _optimizer_options(parser, "gradient flow if left out, else the exact mean of SGD")
    _time_options(parser)
    group = parser.add_argument_group("method")
    text(group, "--method", to="solve.method", about="auto, exact, contour, rosenbrock, tsit5, …")
    text(group, "--features", to="solve.features", about="auto, classes or all")
    number(group, "--rtol", to="solve.rtol", about="tolerance of the integrators (1e-6)")
    text(group, "--out", to="files.out", about="curve.npz or curve.csv", metavar="FILE")
    text(group, "--plot", to="files.plot", about="curve.svg, .png or .pdf", metavar="FILE")


def _solve(options: Options, as_json: bool) -> int:
    from superlaw import storage
    from superlaw.solvers.solve import solve

    out, plot = options["files"].get("out"), options["files"].get("plot")
    if out is not None:
        storage.output_file(out, (".npz", ".csv"))
    if plot is not None:
        storage.output_file(plot, (".svg", ".png", ".pdf"), "plot")
    task, student, optimizer = _task(options), _student(options), _optimizer(options)
    solution = solve(
        task,
        student,
        _times(options),
        optimizer=optimizer,
        progress=True,
        throw=False,
        **options["solve"],
    )
    if out is not None:
        solution.save(out, options)
    if plot is not None:
        _plot(solution, plot)
    _say(solution if as_json else _summary(solution), as_json)
    return GOOD if solution.success else NUMERICS


def _summary(solution: Any) -> str:
    """Return a solution as text: how it went, and a few rows of it."""
    lines = [f"status  {solution.status}: {solution.message}", f"method  {solution.method}"]
    lines.append(f"floor   {solution.floor:.6g}" if solution.floor >= 0.0 else "floor   unknown")
    if solution.error_bound is not None and len(solution.error_bound):
        lines.append(f"error   at most {solution.error_bound.max():.1e} of the loss")
    lines += [str(notice) for notice in solution.notices]
    lines.append(f"{'time':>12}{'loss':>16}{'local slope':>14}")
    every = max(1, -(-len(solution.times) // _TABLE_ROWS))
    for t, loss, slope in list(
        zip(solution.times, solution.loss, solution.local_slope, strict=True)
    )[::-every][::-1]:
        lines.append(f"{t:12.4g}{loss:16.8g}{slope:14.5f}")
    return "\n".join(lines)


def _plot(solution: Any, path: str) -> None:
    from superlaw import storage
    from superlaw.validation.claims.claim import Panel, Series
    from superlaw.validation.figures.drawing import draw

    line = Series("loss", solution.times, solution.loss)
    figure = draw(Panel("Loss curve", "time t", "population loss L", (line,))).get_figure()
    with storage.replacing(path) as part:
        figure.savefig(part)  # type: ignore[union-attr]


def _build_simulate(parser: argparse.ArgumentParser) -> None:
    _task_options(parser)
    _student_options(parser)
    _optimizer_options(
        parser, "K = N: sgd, lr 0.05, batch 1; K < N: flow where it is exact, else sgd, batch 64"
    )
    _time_options(parser)
    group = parser.add_argument_group("runs")
    number(group, "--seeds", to="simulate.seeds", about="independent runs (8)")
    number(group, "--entropy", to="simulate.entropy", about="root of all random streams (0)")
    number(group, "--workers", to="simulate.workers", about="runs at a time")
    text(group, "--precision", to="simulate.precision", about="float64 or float32, of networks")
    text(
        group,
        "--out",
        to="simulate.out",
        metavar="DIR",
        about="folder for seeds and checkpoints; the same command resumes",
    )


def _simulate(options: Options, as_json: bool) -> int:
    from pathlib import Path

    from superlaw.validation.training.seeds import DivergenceError
    from superlaw.validation.training.simulate import simulate

    try:
        runs = simulate(
            _task(options),
            _student(options),
            _times(options),
            optimizer=_optimizer(options),
            progress=True,
            **options["simulate"],
        )
    except DivergenceError as error:
        print(f"superlaw simulate: {error}", file=sys.stderr)
        return NUMERICS
    if "out" in options["simulate"]:
        runs.save(Path(options["simulate"]["out"]) / "curve.csv")
    _say(runs, as_json)
    return GOOD


def _build_fit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("curve.path", metavar="CURVE", help="curve.csv or curve.npz")
    number(parser, "--from", to="fit.start", about="first time of the window")
    number(parser, "--to", to="fit.end", about="last time of the window")
    text(parser, "--floor", to="fit.floor", about="auto, none or free")


def _fit(options: Options, as_json: bool) -> int:
    from superlaw.curves import read_curve
    from superlaw.validation.fitting.power_law import fit_power_law

    times, loss = read_curve(options["curve"]["path"])
    wanted = options["fit"]
    window = None
    if "start" in wanted or "end" in wanted:
        window = (wanted.get("start", times[0]), wanted.get("end", times[-1]))
    _say(fit_power_law((times, loss), window=window, floor=wanted.get("floor", "auto")), as_json)
    return GOOD


def _build_validate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "validate.claims", nargs="*", metavar="CLAIM", help="suites or claims; all if left out"
    )
    switch(parser, "--list", to="files.list", about="list suites and claims, run nothing")
    text(parser, "--size", to="validate.size", about="full or small")
    number(parser, "--seeds", to="validate.seeds", about="runs of each simulation")
    number(parser, "-N", "--n-features", to="validate.n_features", about="features of them")
    number(parser, "--entropy", to="validate.entropy", about="root of all random streams (0)")
    number(
        parser,
        "--planted",
        to="validate.planted",
        about="negative control: predict with the frequency exponent times X",
    )
    text(
        parser,
        "--runs",
        to="validate.runs",
        about="folder to keep the simulated networks in, and to resume from",
        metavar="DIR",
    )
    text(parser, "--out", to="files.out", about="folder of the report (report)", metavar="DIR")


def _validate(options: Options, as_json: bool) -> int:
    from superlaw import storage
    from superlaw.validation.claims.claim import SUITES
    from superlaw.validation.validate import selection, validate

    if options["files"].get("list"):
        _say(SUITES if as_json else _listing(SUITES), as_json)
        return GOOD
    wanted = dict(options["validate"])
    claims = selection(tuple(wanted.pop("claims", ())))
    out = storage.output_folder(options["files"].get("out", "report"))

    def announce(claim: Any) -> None:
        print(f"{claim.verdict}  {claim.name} ({claim.seconds:.1f} s)", file=sys.stderr)

    report = validate(*claims, progress=True, on_claim=announce, **wanted)
    page = report.save(out)
    _say(report if as_json else f"{report.table()}\nreport: {page}", as_json)
    return GOOD if report.passed else FAILED


def _listing(suites: Mapping[str, tuple[str, ...]]) -> str:
    return "\n".join(f"{suite}: {', '.join(claims)}" for suite, claims in suites.items())


def _build_derive(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "derive.names", nargs="*", metavar="NAME", help="derivations; all if left out"
    )
    switch(parser, "--check", to="derive.check", about="check every step and print the ledger")
    text(parser, "--format", to="derive.format", about="md, myst, tex or html (md)")
    text(parser, "--out", to="derive.out", about="folder for the documents", metavar="DIR")
    switch(parser, "--simulate", to="derive.simulate", about="simulate the curve too")
    _task_options(parser)
    _student_options(parser)
    _time_options(parser)


def _derive(options: Options, as_json: bool) -> int:
    from superlaw import storage
    from superlaw.arguments import one_of
    from superlaw.theory.derivations import NAMES, derive
    from superlaw.theory.documents.document import compose
    from superlaw.theory.documents.formats import FORMATS, SUFFIXES

    wanted = options["derive"]
    form = one_of("format", wanted.get("format", "md"), FORMATS)
    derivations = [derive(name) for name in wanted.get("names") or NAMES]
    if wanted.get("check"):
        ledgers = [derivation.verify() for derivation in derivations]
        text_of = "\n\n".join(f"{ledger.name}\n{ledger}" for ledger in ledgers)
        _say(ledgers if as_json else text_of, as_json)
        return GOOD if all(ledger.is_good for ledger in ledgers) else FAILED
    _check_case(options)
    folder = storage.output_folder(wanted["out"]) if "out" in wanted else None
    documents = {
        f"{found.name}{SUFFIXES[form]}": FORMATS[form](compose(found, _worked(found, options)))
        for found in derivations
    }
    if folder is not None:
        for name, document in documents.items():
            storage.write_text(folder / name, document)
        _say({"files": sorted(documents)} if as_json else f"wrote {', '.join(documents)}", as_json)
        return GOOD
    _say(documents if as_json else "\n".join(documents.values()), as_json)
    return GOOD


def _check_case(options: Options) -> None:
    """Refuse parameters that are not a case, before anything is written."""
    given = options["task"] | options["student"] | options["times"]
    if given or options["derive"].get("simulate"):
        _task(options), _student(options), _times(options)


def _worked(derivation: Any, options: Options) -> tuple[Any, ...]:
    """Return what a derivation becomes at the given parameters; nothing if none are given."""
    if not options["task"]:
        return ()
    from superlaw.validation.reports.worked_example import worked

    simulated = bool(options["derive"].get("simulate"))
    return worked(
        derivation, options["task"], options["student"], _times(options), simulated=simulated
    )


def _build_info(parser: argparse.ArgumentParser) -> None:
    """No options of its own."""


def _info(options: Options, as_json: bool) -> int:
    import numba

    from superlaw import storage

    facts = storage.manifest(
        {}, threads=numba.get_num_threads(), cache=getattr(numba.config, "CACHE_DIR", "")
    )
    lines = [f"{name}: {value}" for name, value in facts.items() if value]
    _say(facts if as_json else "\n".join(lines), as_json)
    return GOOD


_COMMANDS: dict[str, tuple[str, Any, Any]] = {
    "exponent": ("Predict the training exponent.", _build_exponent, _exponent),
    "solve": ("Solve for the loss curve.", _build_solve, _solve),
    "simulate": ("Simulate training.", _build_simulate, _simulate),
    "fit": ("Fit an exponent to a loss curve.", _build_fit, _fit),
    "validate": ("Check the theory against simulated training.", _build_validate, _validate),
    "derive": ("Write derivations, or check every step.", _build_derive, _derive),
    "info": ("Show versions, threads and caches.", _build_info, _info),
}
