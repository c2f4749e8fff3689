"""Verdicts are kept as they come in: checks that were cut off go on in another process."""

import os
import signal

import pytest

from superlaw.cli import main
from superlaw.theory import source
from superlaw.theory.derivations import derive
from superlaw.validation.sweeps import ledgers
from superlaw.validation.sweeps.ledgers import checked
from superlaw.validation.sweeps.store import Store

DERIVATION = derive("front")


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


def test_failures_are_checked_again(tmp_path):
    wrong = DERIVATION.altered("F3", 7)
    assert not checked(wrong, Store(tmp_path)).is_good
    assert len(list(tmp_path.rglob("*.json"))) == len(DERIVATION.steps) - 1
    assert checked(DERIVATION, Store(tmp_path)).is_good


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
    assert main(["derive", "front", "--check", "--runs", str(tmp_path)]) == 130
    assert f"again to resume from {tmp_path}" in capsys.readouterr().err
    assert main(["derive", "front", "--check", "--runs", str(tmp_path)]) == 0
    assert len(calls) == len(DERIVATION.steps) + 1
    monkeypatch.setattr(ledgers, "verify", lambda *_: os.kill(os.getpid(), signal.SIGINT))
    assert main(["derive", "front", "--check"]) == 130
    assert "--runs" in capsys.readouterr().err
    assert main(["derive", "front", "--runs", str(tmp_path)]) == 2
