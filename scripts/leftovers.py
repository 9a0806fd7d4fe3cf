"""The processes that a killed command has left behind. Linux."""

import contextlib
import os
import select
from collections.abc import Iterable
from pathlib import Path

MARK = "GRADER_KILL_CLASS"  # in the environment of all that a command starts, so that leftovers are found
PATIENCE = 300.0  # seconds for what a killed command started to see that it is gone


def leftovers(mark: str) -> list[int]:
    """The processes of a mark that are still there after a while in which they should have ended."""
    marked = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if f"{MARK}={mark}".encode() in path.read_bytes():
                marked.append(int(path.parent.name))
    return lasting(marked)


def lasting(pids: Iterable[int]) -> list[int]:
    """Those that are still there after a while in which they should have ended."""
    left = []
    for pid in pids:
        try:
            descriptor = os.pidfd_open(pid)
        except OSError:
            continue
        if not select.select([descriptor], [], [], PATIENCE)[0]:
            left.append(pid)
        os.close(descriptor)
    return left
