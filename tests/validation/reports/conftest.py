"""Scripts that write pages, for tests of what they say."""

from importlib import import_module
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[3] / "docs"


@pytest.fixture
def docs_script(monkeypatch):
    """Return a script of docs/ by its name, which imports its neighbours there."""
    monkeypatch.syspath_prepend(DOCS)
    return import_module
