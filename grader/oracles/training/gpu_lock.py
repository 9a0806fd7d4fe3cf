"""One training at a time on each GPU: two at once would slow each other down, and share its memory.

A class grades several submissions at a time in processes that know nothing of each other, so the turn is a lock in the
file system: it goes with its process, however that ends. The exercises that need no GPU wait for nobody.
"""

import os
import re
from contextlib import AbstractContextManager, nullcontext

from filelock import FileLock

from grader.sandbox import scratch

_NAME = 80  # characters of a lock's name that come from a worker


def gpu_lock(device: str, gpu: str) -> AbstractContextManager[object]:
    """Waits until nobody else of this machine and this user trains on a GPU, then holds it. A CPU is everybody's.

    `device` is torch's name ("cuda:0"), `gpu` what tells one GPU from the others whatever it is called (its UUID).
    """
    if not device.startswith("cuda"):
        return nullcontext()
    name = re.sub(r"[^A-Za-z0-9]+", "-", gpu or device)[:_NAME]
    return FileLock(scratch.place() / f"backprop-grader-{_user()}-{name}.lock")


def _user() -> str:
    """Another user's lock file could not be opened."""
    return str(os.getuid()) if hasattr(os, "getuid") else ""
