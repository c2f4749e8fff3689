"""Verdicts are kept as they come in: checks that were cut off go on in another process."""

import os
import signal
from dataclasses import replace

import pytest

from superlaw.cli import main
from superlaw.theory import source
from superlaw.theory.derivations import derive
from superlaw.validation.sweeps import ledgers
from superlaw.validation.sweeps.ledgers import checked
from superlaw.validation.sweeps.store import Store

FRAMES = derive("frames")
DERIVATION = replace(FRAMES, steps=FRAMES.steps[:4])


def test_the_ledger_is_that_of_the_derivation_and_is_read_back(tmp_path, monkeypatch):
    first = checked(DERIVATION, Store(tmp_path))
    assert first == DERIVATION.verify()
    monkeypatch.setattr(ledgers, "verify", lambda *_: pytest.fail("checked again"))
    assert checked(DERIVATION, Store(tmp_path)) == first


def test_verdicts_on_another_theory_are_not_taken(tmp_path, monkeypatch):
    calls = []
    checked(DERIVATION, Store(tmp_path))
    monkeypatch.setattr(ledgers, "source_digest", lambda: "another")
    checked(DERIVATION, Store(tmp_path), calls.append)
    assert len(list(tmp_path.rglob("*.json"))) == 2 * len(calls)


def test_verdicts_on_other_equations_are_not_taken_and_failures_not_kept(tmp_path):
    n_steps = len(DERIVATION.steps)
    checked(DERIVATION, Store(tmp_path))
    assert len(list(tmp_path.rglob("*.json"))) == n_steps
    rows = checked(DERIVATION.altered("G3", 7), Store(tmp_path)).rows
    n_failed = sum(row.status == "failed" for row in rows)
    assert n_failed > 0
    assert len(list(tmp_path.rglob("*.json"))) == 2 * n_steps - n_failed


def test_digest_sees_every_file(monkeypatch):
    before = source.source_digest()
    monkeypatch.setattr(source, "_RESTS_ON", ("numpy",))
    source.source_digest.cache_clear()
    assert source.source_digest() != before
    source.source_digest.cache_clear()


def test_an_interrupted_check_says_how_to_go_on(tmp_path, monkeypatch, capsys):
    verify, calls = ledgers.verify, []

    def verify_then_interrupt(*arguments):
        calls.append(arguments)
        if len(calls) == 3:
            os.kill(os.getpid(), signal.SIGTERM)
        return verify(*arguments)

    monkeypatch.setattr(ledgers, "verify", verify_then_interrupt)
    assert main(["derive", "frames", "--check", "--runs", str(tmp_path)]) == 130
    assert f"again to resume from {tmp_path}" in capsys.readouterr().err
    assert main(["derive", "frames", "--check", "--runs", str(tmp_path)]) == 0
    assert len(calls) == len(FRAMES.steps) + 1
    monkeypatch.setattr(ledgers, "verify", lambda *_: os.kill(os.getpid(), signal.SIGINT))
    assert main(["derive", "frames", "--check"]) == 130
    assert "--runs" in capsys.readouterr().err
