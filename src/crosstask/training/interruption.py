"""Ctrl-C and SIGTERM during training: noted at once, acted on between two steps."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interruption:
    """Whether the user asked to stop. A second Ctrl-C stops at once, without saving."""

    asked = False

    def ask(self, number: int, frame: FrameType | None) -> None:
        """The signal handler."""
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True


@contextmanager
def interruption() -> Iterator[Interruption]:
    """An `Interruption` that listens while the context is open (in the main thread; elsewhere signals go their way)."""
    state = Interruption()
    if threading.current_thread() is not threading.main_thread():
        yield state
        return
    before: dict[int, Any] = {number: signal.signal(number, state.ask) for number in _SIGNALS}
    try:
        yield state
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
