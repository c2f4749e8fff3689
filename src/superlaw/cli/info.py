"""superlaw info: versions, threads and caches; or the map of the theory."""

from __future__ import annotations

from superlaw.cli.command import Answer, Command, answer_file
from superlaw.cli.options import Options, Parser, out_option, switch


def _build(parser: Parser) -> None:
    switch(
        parser,
        "--coverage",
        to="info.coverage",
        about="which law, which solver, which trainer covers which case, with what options",
    )
    out_option(parser)


def _run(options: Options) -> Answer:
    if options["info"].get("coverage"):
        from superlaw.validation.reports.coverage import coverage

        found = coverage()
        return Answer(found, str(found), files=answer_file(options, found))
    import numba

    from superlaw import storage

    facts = storage.manifest(
        {}, threads=numba.get_num_threads(), cache=getattr(numba.config, "CACHE_DIR", "")
    )
    lines = [f"{name}: {value}" for name, value in facts.items() if value]
    return Answer(facts, "\n".join(lines), files=answer_file(options, facts))


COMMAND = Command(
    "info",
    "Show versions, threads and caches, or what the theory covers.",
    ("superlaw info --json", "superlaw info --coverage"),
    _build,
    _run,
)
