"""What workers have started, as Linux lists it, and how it is ended."""

import contextlib
import os
import resource  # which every worker will need, and so is here before the fork
import select
import signal
import sys

assert sys.platform == "linux"

GONE_SECONDS = 2.0  # between the end of a worker's pipe and the end of the worker


def has_ended(pid: int) -> bool:
    """Whether a child has ended; it is not reaped, so that its number is not another's yet."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def kill_group(pid: int) -> None:
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(OSError):
            kill(pid, signal.SIGKILL)


def await_end(pid: int) -> None:
    """Wait until the process has ended, though not for ever."""
    with contextlib.suppress(OSError):
        descriptor = os.pidfd_open(pid)
        select.select([descriptor], [], [], GONE_SECONDS)
        os.close(descriptor)


def family(pid: int, enough: int) -> tuple[list[int], int]:
    """A worker's processes, and how many threads they have together; not counted on beyond `enough`."""
    members, threads, waiting = [], 0, [pid]
    while waiting and threads <= enough:
        member = waiting.pop()
        members.append(member)
        with contextlib.suppress(OSError):
            for thread in os.listdir(f"/proc/{member}/task"):
                threads += 1
                with open(f"/proc/{member}/task/{thread}/children") as file:
                    waiting += map(int, file.read().split())
    return members, threads


def own_memory(pid: int) -> int:
    """The bytes that a process has for itself; what it shares with its zygote until either writes counts as well."""
    try:
        with open(f"/proc/{pid}/statm") as file:
            resident, shared = map(int, file.read().split()[1:3])
    except OSError:  # it has just ended
        return 0
    return (resident - shared) * resource.getpagesize()


def children() -> set[int]:
    """The direct children of this process, those that have ended included."""
    try:
        with open(f"/proc/self/task/{os.getpid()}/children") as file:
            return {int(pid) for pid in file.read().split()}
    except FileNotFoundError:  # a kernel without CONFIG_PROC_CHILDREN
        return {int(pid) for pid in os.listdir("/proc") if pid.isdigit() and _parent_of(pid) == os.getpid()}


def _parent_of(pid: str) -> int | None:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return int(file.read().rpartition(")")[2].split()[1])
    except OSError:
        return None
