"""What a network of linear gates answers: closures beside matrices, and what is stored."""

import json
from pathlib import Path

import numpy as np
import pytest

from superlaw.setting.embedding import embedding
from superlaw.validation.reports import memory

STORED = Path(__file__).parents[3] / "docs" / "results" / "memory.json"
N, WIDTH, Z = 300, 100, 0.01


def kept(lam: np.ndarray, left: np.ndarray, W: np.ndarray) -> float:
    """Return the mean of (z + P ⊗ Λ)⁻¹ over directions that no feature owns."""
    right = np.linalg.eigvalsh((W * lam) @ W.T)
    return float(np.mean(1.0 / (Z + left[:, None] * right[None, :])))


@pytest.fixture(scope="module")
def drawn():
    """Return W and the eigenvalues of WWᵀ, one draw."""
    W = embedding("random", WIDTH, N, np.random.default_rng(7))
    return W, np.linalg.eigvalsh(W @ W.T)


def test_modes_are_what_matrices_have_and_other_closures_are_not(drawn):
    W, left = drawn
    lam = np.arange(1.0, N + 1.0) ** -1.2
    exact = kept(lam, left, W)
    found = {name: rule(Z, lam, WIDTH, left[None]) / exact for name, rule in memory.RULES.items()}
    assert found["by modes"] == pytest.approx(1.0, abs=0.01)
    assert found["by columns"] == pytest.approx(1.0, abs=0.1)
    assert found["at once"] < found["by entries"] < 0.5


def test_one_column_takes_one_direction_and_no_more(drawn):
    W, left = drawn
    lam = np.zeros(N)
    lam[3] = 1e4
    assert kept(lam, left, W) == pytest.approx((1.0 - 1.0 / WIDTH) / Z, rel=1e-3)
    for name in ("by columns", "by modes"):
        answer = memory.RULES[name](Z, lam, WIDTH, left[None])
        assert answer == pytest.approx((1.0 - 1.0 / WIDTH) / Z, rel=1e-3)
    assert memory.at_once(Z, lam, WIDTH, left[None]) < 0.1 / Z


def test_the_report_is_written_and_what_is_stored_is_of_it(tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "WIDTHS", (64,))
    monkeypatch.setattr(memory, "TIMES", (1.0, 100.0))
    out = tmp_path / "memory.json"
    memory.main(["--out", str(out)])
    made, stored = json.loads(out.read_text()), json.loads(STORED.read_text())
    assert [row["t"] for row in made["rows"]] == [1.0, 100.0]
    assert made["provenance"]["command"] == stored["provenance"]["command"] == memory.COMMAND
    same = [row for row in stored["rows"] if row["width"] == 64 and row["t"] in (1.0, 100.0)]
    for row, other in zip(made["rows"], same, strict=True):
        assert row["deviation"] == pytest.approx(other["deviation"], abs=1e-6)


def test_what_does_not_settle_is_said(monkeypatch):
    monkeypatch.setattr(memory, "MOST_ROUNDS", 2)
    with pytest.raises(ArithmeticError, match="after 2 rounds"):
        memory.by_entries(Z, np.ones(9), 3, np.ones((1, 3)))
