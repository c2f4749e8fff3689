"""Conditions that the tests of claims share."""

import os

import pytest

from superlaw.validation.claims.size import SIZES, Conditions


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    """Return the conditions of the small form; its simulations are run once by all workers."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    return Conditions(SIZES["small"], runs=str(shared / "runs"))
