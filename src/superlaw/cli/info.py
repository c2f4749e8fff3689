"""superlaw info: versions, threads and caches."""

from __future__ import annotations

from superlaw.cli.command import Answer, Command
from superlaw.cli.options import Options, Parser


def _build(parser: Parser) -> None:
    """No options of its own."""


def _run(options: Options) -> Answer:
    import numba

    from superlaw import storage

    facts = storage.manifest(
        {}, threads=numba.get_num_threads(), cache=getattr(numba.config, "CACHE_DIR", "")
    )
    lines = [f"{name}: {value}" for name, value in facts.items() if value]
    return Answer(facts, "\n".join(lines))


COMMAND = Command(
    "info", "Show versions, threads and caches.", ("superlaw info --json",), _build, _run
)
