"""Settings of every test: one BLAS thread, reproducible properties."""

import gc
import os
import signal
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import pytest
from hypothesis import settings

for number, handler in (
    (signal.SIGINT, signal.default_int_handler),  # ignored by what a shell runs behind it
    (signal.SIGHUP, signal.SIG_DFL),  # ignored by what nohup runs
):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, handler)

gc.disable()  # until all is imported: nothing of that is garbage


def pytest_collection_finish():
    """Let the collector of garbage pass over what was imported, which is most of what there is."""
    gc.freeze()
    gc.enable()


settings.register_profile("superlaw", deadline=None, derandomize=True, max_examples=20)
settings.load_profile("superlaw")

JIT = os.environ.get("NUMBA_DISABLE_JIT") != "1"


@pytest.fixture
def refused():
    """Return a context that expects an ArgumentError naming an argument and a remedy."""
    from superlaw.arguments import ArgumentError

    def expect(argument: str, words: str = ""):
        return pytest.raises(ArgumentError, match=rf"^{argument} must be .*{words}")

    return expect


@pytest.fixture(scope="session")
def verdicts():
    """Return the folder that keeps verdicts on these very files of the theory, as docs-check's."""
    return Path(__file__).parents[1] / "build" / "verdicts"


@pytest.fixture(scope="session")
def ledger_of(verdicts):
    """Return a function from the name of a derivation to the ledger of its steps."""
    from superlaw.theory.derivations import derive
    from superlaw.validation.sweeps.ledgers import checked
    from superlaw.validation.sweeps.store import Store

    return lambda name: checked(derive(name), Store(verdicts))
