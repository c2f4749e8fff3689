"""Signals with which clusters and terminals end a job, made to interrupt as Ctrl-C does."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_NAMES = ("SIGTERM", "SIGHUP")


@contextmanager
def interruptible() -> Iterator[None]:
    """Let SIGTERM and SIGHUP raise KeyboardInterrupt, so that what saves on Ctrl-C saves then too.

    Handlers that somebody has set stay as they are (`nohup` ignores SIGHUP), and outside the main
    thread, where Python allows no handlers, nothing changes.
    """
    replaced: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():
        for number in (getattr(signal, name, None) for name in _NAMES):
            if number is not None and signal.getsignal(number) is signal.SIG_DFL:
                replaced[number] = signal.signal(number, _interrupt)
    try:
        yield
    finally:
        for number, handler in replaced.items():
            signal.signal(number, handler)


@contextmanager
def deferred() -> Iterator[Callable[[], None]]:
    """Note Ctrl-C, SIGTERM and SIGHUP instead of raising in the middle of a step.

    Yields
    ------
    callable
        To be called between steps: raises KeyboardInterrupt if there was a signal. So does the end
        of the block.
    """
    noted: list[int] = []
    replaced: dict[int, Any] = {}

    def check() -> None:
        if noted:
            _interrupt(noted.pop(), None)

    if threading.current_thread() is threading.main_thread():
        for number in (getattr(signal, name, None) for name in ("SIGINT", *_NAMES)):
            if number is not None and signal.getsignal(number) in _OURS:
                replaced[number] = signal.signal(number, lambda number, _: noted.append(number))
    try:
        yield check
    finally:
        for number, handler in replaced.items():
            signal.signal(number, handler)
    check()


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt(_REASONS.get(number) or f"stopped by {signal.Signals(number).name}")


_REASONS: dict[int, str] = {signal.SIGINT: "interrupted"}
_OURS = (signal.SIG_DFL, signal.default_int_handler, _interrupt)
"""Handlers that may be replaced: nobody has set another."""
