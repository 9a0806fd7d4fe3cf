"""`jail`: workers behind the walls that Linux gives to any process that wants to be shut in, root or not, container or not.

A worker is forked from a zygote (`warm.py`, `zygote.py`) and shuts itself in (`confine.py`) before it is sent anything. Each
wall and what it stops:

files           Landlock. It may read the interpreter, the packages that its zygote has loaded, and a few files that describe the
                machine; it may make and write plain files in its own empty folder. So there is no rubric, no other submission,
                no reference, no key to be found, and no marker to be left. Inside a Landlock domain, the memory of processes
                outside cannot be reached either (ptrace, /proc/PID/mem), nor can they be signalled (Linux 6.12).
system calls    seccomp. No sockets of any kind, no new program, no new process (threads it may have), no signal to another
                process, no namespaces, mounts, io_uring, bpf, keys, kernel modules, shared memory that would outlive it or that no
                limit counts, no change of a file's owner, mode or attributes. What is newer than our tables does not exist.
limits          rlimits on memory, size of a file, open files, processor time, core dumps. Wall time is the grader's to keep.
own session     The whole of what it is can be ended with one signal, and since it cannot fork, that is one process. It dies with
                its zygote, and that with the grader, however the grader ends.
nothing inherited   Every descriptor but its three pipes is closed, the environment is a fixed one, and the zygote's memory, which
                it shares, holds nothing that is not public.
own user        (as root) A user id of its own, which nothing else on the machine has, without any capability.
own disk        (as root, or where users may make namespaces) Its folder is a disk in memory, of bounded size, seen by itself alone.
                Elsewhere the zygote watches the folder's size and ends a worker that passes the bound.

What is required of a machine is `files`, `system calls` and `limits`; each is tried out, by doing what it has to stop, when
the launcher starts. What is not stopped: a worker can tell whether a path exists, read the clock and the processor's load, and
use the processor until its deadline.
"""

import sys
from pathlib import Path

from grader.errors import SandboxError
from grader.sandbox.base import Bundle
from grader.sandbox.warm import WarmConnection, WarmLauncher, warm_modules

_REQUIRED = ("limits", "files", "system calls")
_HELP = {
    "files": "Landlock: Linux 5.13 or later, with `landlock` among the kernel's lsm= modules",
    "system calls": "seccomp filters: a kernel with CONFIG_SECCOMP_FILTER, on x86_64 or aarch64",
    "limits": "rlimits",
    "jail": "a worker that survives its own walls",
}
_CGROUP_SHARE = 0.9  # of a container's memory; so that the worker gets a MemoryError and not the container a kill
_CGROUP_FILES = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


class JailLauncher(WarmLauncher):
    """Workers behind walls. Raises SandboxError where a required wall cannot be had, unless `allow_weaker`."""

    name = "jail"
    _kind = "jail"

    def __init__(self, *, allow_weaker: bool = False, devices: tuple[str, ...] = ()) -> None:
        super().__init__()
        self._weaker = allow_weaker
        self._devices = devices
        self.missing: dict[str, str] = {}
        try:
            self._try_out()
        except BaseException:
            self.close()
            raise

    def _try_out(self) -> None:
        if not self.is_available():
            raise SandboxError(f"the jail sandbox needs Linux, and this is {sys.platform}; use --sandbox process.")
        words = self.zygote(warm_modules(Bundle({}, {}))).first_words()
        self.missing = {wall: reason for wall, reason in words["lacks"].items() if wall in _HELP}
        self.missing |= {wall: reason for wall, reason in words["through"].items() if wall not in self.missing}
        self.walls = tuple(_held(words, self.missing))
        if self.missing and not self._weaker:
            raise SandboxError(
                "the jail sandbox cannot be had here. "
                + " ".join(f"Missing: {_HELP[wall]} ({reason})." for wall, reason in self.missing.items())
                + " Use --sandbox process, which has no walls, or --allow-weaker to run with the rest."
            )

    def launch(self, bundle: Bundle) -> WarmConnection:
        terms = bundle.limits.terms()
        terms["memory"] = min(terms["memory"], container_memory() or terms["memory"])
        return WarmConnection(self.zygote(warm_modules(bundle)), terms)


def _held(words: dict[str, object], missing: dict[str, str]) -> list[str]:
    names = {
        "files": f"files (Landlock {words['landlock']})",
        "system calls": "system calls (seccomp)",
        "limits": "limits",
    }
    held = [text for wall, text in names.items() if wall not in missing]
    lacks = words["lacks"]
    assert isinstance(lacks, dict)
    return [
        *held,
        "own session",
        *(["own user"] if words["own user"] else []),
        *([] if "own disk" in lacks else ["own disk"]),
    ]


def container_memory() -> int | None:
    """What the workers of a container may use of its memory, in bytes; None outside of one, or where it has no bound."""
    for name in _CGROUP_FILES:
        try:
            text = Path(name).read_text().strip()
        except OSError:
            continue
        if text.isdigit() and int(text) < 1 << 60:
            return int(int(text) * _CGROUP_SHARE)
    return None
