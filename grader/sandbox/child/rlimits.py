"""What the operating system counts for a single process, on any system. Standard library only."""

import contextlib
import sys
from collections.abc import Mapping
from typing import Any

# What a jail must have, in the order in which it goes up; the other restrictions are taken where they are to be had.
REQUIRED = ("limits", "files", "system calls")
_LAST_SECONDS = 5  # between the signal that says whose bound was passed, and the end for those who ignore it


def set_limits(limits: Mapping[str, Any]) -> None:
    """What the operating system counts for a single process (not on Windows; macOS ignores the first)."""
    if sys.platform == "win32":
        return
    import resource

    bounds = {
        "RLIMIT_DATA": limits["memory_bytes"],
        "RLIMIT_FSIZE": limits["file_bytes"],
        "RLIMIT_NOFILE": limits["open_files"],
        "RLIMIT_STACK": 8 << 20,
        "RLIMIT_CORE": 0,
        "RLIMIT_MEMLOCK": 0,
        "RLIMIT_MSGQUEUE": 0,
    }
    for name, bound in bounds.items():
        if hasattr(resource, name):
            lower(getattr(resource, name), bound)
    lower(resource.RLIMIT_CPU, limits["cpu_seconds"], limits["cpu_seconds"] + _LAST_SECONDS)


def lower(kind: int, soft: int, hard: int | None = None) -> None:
    """Set a bound where the one in force is higher. Not on Windows."""
    if sys.platform == "win32":
        return
    import resource

    most = resource.getrlimit(kind)[1]
    if most == resource.RLIM_INFINITY:
        most = max(soft, hard or soft)
    with contextlib.suppress(ValueError, OSError):  # macOS refuses some
        resource.setrlimit(kind, (min(soft, most), min(hard or soft, most)))


def sentence(bound: str) -> str:
    """What to say of a worker that passed one of its bounds; the numbers are those that it is held to."""
    if sys.platform == "win32":
        return f"used more {bound} than a worker may"
    import resource

    most = resource.getrlimit
    match bound:
        case "memory":
            return f"used more than {size(most(resource.RLIMIT_DATA)[0])} of memory"
        case "disk":
            return (
                f"wrote more than a worker may keep: {size(most(resource.RLIMIT_FSIZE)[0])} in one file, and few files"
            )
        case "files":
            return f"opened more than {most(resource.RLIMIT_NOFILE)[0]} files at once"
        case _:
            return "started more processes or threads than a worker may have"


def size(count: int) -> str:
    """`2 GiB`, `1.8 GiB`, `16 MiB`."""
    for unit, power in (("GiB", 30), ("MiB", 20)):
        if count >= 1 << power:
            return f"{round(count / (1 << power), 1):g} {unit}"
    return f"{count} bytes"
