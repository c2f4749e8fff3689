"""superlaw info: versions, threads and caches; or the map of the theory."""

from __future__ import annotations

from superlaw.cli.command import Answer, Command
from superlaw.cli.options import Options, Parser, switch


def _build(parser: Parser) -> None:
    switch(
        parser,
        "--coverage",
        to="info.coverage",
        about="which law, which solver, which trainer covers which case, with what options",
    )


def _run(options: Options) -> Answer:
    if options["info"].get("coverage"):
        from superlaw.validation.reports.coverage import coverage

        found = coverage()
        return Answer(found, str(found))
    import numba

    from superlaw import storage

    facts = storage.manifest(
        {}, threads=numba.get_num_threads(), cache=getattr(numba.config, "CACHE_DIR", "")
    )
    lines = [f"{name}: {value}" for name, value in facts.items() if value]
    return Answer(facts, "\n".join(lines))


COMMAND = Command(
    "info",
    "Show versions, threads and caches, or what the theory covers.",
    ("superlaw info --json", "superlaw info --coverage"),
    _build,
    _run,
)
