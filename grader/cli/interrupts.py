"""Ctrl-C, once or often: the first one ends the command, and those that follow do not disturb how it is ended.

Imported before all that takes its time, so that there is no moment at which one would end in a traceback.
"""

import math
import signal
import sys
import threading
import time
from typing import NoReturn

INTERRUPTED = 130  # the exit code; model.ExitCode has it, too, and what imports that takes its time
_GRACE_SECONDS = 10.0  # for ending what was begun; an engine that has gone may take longer, and is not waited for


def catch_interrupts() -> None:
    """From here on, Ctrl-C raises one KeyboardInterrupt; another, where the first has ended nothing for a while."""
    if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, interrupt)


class _Interrupts:
    """Raises a KeyboardInterrupt for the first signal, and remembers it: code in C may drop an exception."""

    def __init__(self) -> None:
        self.last = -math.inf

    @property
    def was_raised(self) -> bool:
        return self.last > -math.inf

    def __call__(self, number: int, frame: object) -> None:
        if time.monotonic() - self.last >= _GRACE_SECONDS:
            self.last = time.monotonic()
            raise KeyboardInterrupt


interrupt = _Interrupts()


def raise_dropped_interrupt() -> None:
    """Called where a command does its work. Whatever was interrupted before has not ended it, so it was dropped."""
    if interrupt.was_raised:
        raise KeyboardInterrupt


def ignore_interrupts() -> None:
    """For a command that has ended by one, and has but its own process left to end."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    exec("")  # CPython remembers an interrupt of code that was compiled from a text, and would end by a signal for it


def end_interrupted() -> NoReturn:
    """Says so, and ends the command."""
    ignore_interrupts()
    print("grader: interrupted.", file=sys.stderr, flush=True)
    raise SystemExit(INTERRUPTED)


def was_interrupted(end: SystemExit) -> bool:
    """Whether the library of the command line made a silent end of a KeyboardInterrupt that no command answered."""
    return end.__context__ is not None and isinstance(end.__context__.__cause__, KeyboardInterrupt)
