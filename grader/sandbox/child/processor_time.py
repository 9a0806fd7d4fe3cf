"""What a process has had of the processor, and what it has waited for it, as Linux counts both (proc(5), schedstat).

child processor_time ""     in a container: prints [ran, waited, on_disk], summed over all processes beside it, or null
"""

import json
import os
import sys

_NANOSECOND = 1e-9
_ON_DISK = "D"  # uninterruptible sleep: reading a page from a disk, as a rule


def of(pid: int) -> tuple[float, float, int] | None:
    """(ran, waited) in seconds since the process began, and whether it waits for a disk right now (1 or 0); None where
    the system does not say, or it has gone.

    `ran` is what all its threads have had of the processor, `waited` how long its first thread was ready to run while
    others ran.
    """
    if sys.platform != "linux":
        return None
    try:
        with open(f"/proc/{pid}/schedstat") as file:
            waited = int(file.read().split()[1]) * _NANOSECOND
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
            ran = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return None
    return ran, waited, int(fields[0] == _ON_DISK)


def main(argument: str) -> None:
    """Print what everything else in this container has had."""
    pids = [int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) != os.getpid()]
    times = [time for time in map(of, pids) if time is not None]
    print(json.dumps([sum(part) for part in zip(*times, strict=True)] if times else None))
