"""Settings of every test: one BLAS thread, reproducible properties."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import pytest
from hypothesis import settings

settings.register_profile("superlaw", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("superlaw")

JIT = os.environ.get("NUMBA_DISABLE_JIT") != "1"


@pytest.fixture
def refused():
    """Return a context that expects an ArgumentError naming an argument and a remedy."""
    from superlaw.arguments import ArgumentError

    def expect(argument: str, words: str = ""):
        return pytest.raises(ArgumentError, match=rf"^{argument} must be .*{words}")

    return expect
