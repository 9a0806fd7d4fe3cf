"""Processes that do nothing but work, beside what is looked at."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

# Until whoever started it is gone, however that ended.
_WORK = """
import os
parent = os.getppid()
while os.getppid() == parent:
    for _ in range(1_000_000):
        pass
"""


@contextmanager
def busy(count: int) -> Iterator[None]:
    """That many, each in a session of its own, until the end of the context."""
    with ExitStack() as stack:
        for _ in range(count):
            add_busy(stack)
        yield


def add_busy(stack: ExitStack) -> None:
    """One more, which ends with the stack."""
    process = stack.enter_context(subprocess.Popen([sys.executable, "-c", _WORK], start_new_session=True))
    stack.callback(process.kill)
