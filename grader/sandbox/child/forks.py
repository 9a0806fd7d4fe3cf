"""What a zygote has forked: its workers, watched and ended with all that they started, and its siblings."""

import contextlib
import os
import signal
import sys
from dataclasses import dataclass
from typing import Any

from . import folders, process_tree, processor_time, rlimits

assert sys.platform == "linux"

MAX_FILES = 1_000  # in a worker's folder


@dataclass(slots=True)
class Forked:
    """A worker: its process, its limits, and how it ended."""

    pid: int
    limits: dict[str, Any]
    why: str = ""


class Forks:
    """By the number that the grader gave it, each worker; siblings by their process."""

    def __init__(self) -> None:
        self.workers: dict[int, Forked] = {}
        self.siblings: set[int] = set()

    def forget(self) -> None:
        """In a fork, whose they are not."""
        self.workers.clear()
        self.siblings.clear()

    def watch(self) -> None:
        """What no rlimit bounds: how much a worker keeps in its folder, and how many threads or processes it has."""
        for forked in self.workers.values():
            with contextlib.suppress(OSError):
                forked.why = forked.why or _excess(forked)
            # Of one that has ended, whatever it leaves behind may still hold its pipes open.
            if forked.why or process_tree.has_ended(forked.pid):
                process_tree.kill_group(forked.pid)
        self.sweep()

    def times(self, number: int) -> tuple[float, float, int] | None:
        forked = self.workers.get(number)
        return None if forked is None else processor_time.of(forked.pid)

    def end(self, number: int, gone: bool) -> dict[str, Any]:
        forked = self.workers.get(number)
        if forked is None:
            return {"status": None, "why": ""}
        if gone or forked.why:
            process_tree.await_end(forked.pid)
        ended = process_tree.has_ended(forked.pid)
        process_tree.kill_group(forked.pid)
        _, status = os.waitpid(forked.pid, 0)
        del self.workers[number]
        self.sweep()
        folders.remove(forked.limits["folder"])
        return {"status": os.waitstatus_to_exitcode(status) if ended else None, "why": forked.why}

    def sweep(self) -> None:
        """End the processes that ended workers left behind: as the subreaper, this process inherits them."""
        while orphans := process_tree.children() - {forked.pid for forked in self.workers.values()} - self.siblings:
            for pid in orphans:
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, 0)

    def bury_siblings(self) -> None:
        """Those that have ended."""
        for pid in [pid for pid in self.siblings if process_tree.has_ended(pid)]:
            os.waitpid(pid, 0)
            self.siblings.remove(pid)

    def end_all(self) -> None:
        for forked in self.workers.values():
            process_tree.kill_group(forked.pid)  # all at once: giving back its memory takes each some milliseconds
        for number in list(self.workers):
            self.end(number, gone=False)
        self.sweep()
        for sibling in self.siblings:
            process_tree.await_end(sibling)  # whoever it served is ending too
        self.bury_siblings()


def _excess(forked: Forked) -> str:
    """What to say of a worker that has passed a bound; nothing where it has not."""
    folders.open_up(forked.limits["folder"])
    with os.scandir(forked.limits["folder"]) as entries:
        sizes = [entry.stat(follow_symlinks=False).st_blocks * 512 for entry in entries]
    if len(sizes) > MAX_FILES or sum(sizes) > forked.limits["disk_bytes"]:
        return (
            f"kept more than {rlimits.size(forked.limits['disk_bytes'])} or {MAX_FILES} files on disk and was stopped"
        )
    most, memory = forked.limits["processes"], forked.limits["memory_bytes"]
    processes, threads = process_tree.family(forked.pid, most)
    if threads > most:
        return f"had more than {most} threads and processes and was stopped"
    is_alone = len(processes) == 1  # and held by its own limit
    if not is_alone and sum(map(process_tree.own_memory, processes)) > memory:
        return f"used more than {rlimits.size(memory)} of memory, with what it forked, and was stopped"
    return ""
