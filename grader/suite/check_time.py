"""A bound for what a check itself computes: an author's endless loop costs its own point, and no more."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from grader.counting import counted

SECONDS = 120.0  # on the processor; the slowest of ours takes a few, since what is long is asked of bounded oracles


class CheckTimeError(BaseException):
    """Raised in a check that computes for too long; no `except Exception` of the check's holds it up."""


@contextmanager
def bounded_time() -> Iterator[None]:
    """Raise CheckTimeError in a block that computes for more than SECONDS.

    Time that others take, a worker or another process on a busy machine, does not count. Windows has no such clock, and
    only the main thread gets signals: elsewhere nothing is bounded.
    """
    if sys.platform == "win32" or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGVTALRM, _stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _stop(number: int, frame: FrameType | None) -> None:
    raise CheckTimeError(
        f"the check was stopped: it computed for {counted(SECONDS, 'second')}. Is there a loop that does not end?"
    )
