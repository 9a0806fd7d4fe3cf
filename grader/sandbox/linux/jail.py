"""`jail`: workers that shut themselves in with what Linux gives to any process; root or not, container or not.

A worker is forked from a zygote (`warm.py`, `zygote.py`) and shuts itself in (`confine.py`) before it is sent anything.
Each restriction, and what it stops:

files       Landlock. A worker reads the interpreter, the packages that its zygote has loaded, and a few files that
            describe the machine; it writes plain files in its own empty folder. So there is no rubric to be found, no
            other submission, no reference and no key, and no marker to be left. Inside a Landlock domain the memory of
            the processes outside is out of reach too (ptrace, /proc/PID/mem), and so are their signals (Linux 6.12).
system      seccomp. No sockets of any kind, no new program, no new process (threads it may have), no signal to another
calls       process, no namespaces, mounts, io_uring, bpf, keys or kernel modules, no shared memory that would outlive
            it or that no limit counts, no change of a file's owner, mode or attributes. System calls that are newer
            than our tables do not exist.
limits      rlimits on data and on all that is mapped, the size of a file, open files, processor time and core dumps.
            Wall time is the grader's to keep.
own         All that a worker is can be ended with one signal: it cannot leave its session, and since it cannot fork,
session     it is one process. It dies with its zygote, and the zygote with the grader, however that ends.
own user    (as root) A user id that nothing else on the machine has, without capabilities. One capability is kept,
            reading past file modes, where the interpreter lies in a folder that only root may enter; what may be read
            is then still for Landlock to say.
own disk    (as root, or where users may make namespaces) Its folder is a disk in memory, of bounded size, seen by it
            alone and gone with it. Elsewhere the zygote looks after the folder's size ten times a second, and ends a
            worker that passes the bound.

Nothing is inherited: all descriptors but a worker's three pipes are closed, its environment is a fixed one, and the
memory that it shares with its zygote holds nothing that is not public.

`limits`, `files` and `system calls` are required; a launcher that starts tries them, by doing what they have to stop.
No GPU is let through: a worker trains on the CPU. (`devices` is where it would go: untried, so nothing is claimed.)

What is not stopped: a worker can tell whether a path exists, can read the clock and the processor's load, and can use
the processor until its deadline.
"""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from grader.errors import SandboxError
from grader.sandbox.child import landlock, seccomp
from grader.sandbox.launcher import Bundle
from grader.sandbox.linux import warm
from grader.sandbox.warm_modules import warm_modules

assert sys.platform == "linux"

# The restrictions that a jail must have, and what a machine must have for them.
HELP = {
    "limits": "rlimits",
    "files": "Landlock: Linux 5.13 or later, with `landlock` among the kernel's lsm= modules",
    "system calls": "seccomp filters: a kernel with CONFIG_SECCOMP_FILTER, on x86_64 or aarch64",
}
_CGROUP_SHARE = 0.9  # of a container's memory; so that the worker gets a MemoryError and not the container a kill
_CGROUP_FILES = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
_NO_BOUND = 1 << 60  # cgroup 1 says "none" by a number near 2**63


def what_a_jail_lacks(*, allow_weaker: bool = False) -> str:
    """What this kernel has not and a jail needs, within a sentence; nothing where a launcher may be tried."""
    try:
        seccomp.program(())
    except OSError as error:
        return f"the jail needs {HELP['system calls']} ({error.strerror})"
    if landlock.version() == 0 and not allow_weaker:
        return f"the jail needs {HELP['files']}"
    return ""


class JailLauncher(warm.WarmLauncher):
    """Workers that are shut in. Raises SandboxError where a required restriction is missing, unless `allow_weaker`.

    `devices` are further device files that a worker may use, a GPU's for instance.
    """

    name = "jail"
    _kind = "jail"

    def __init__(
        self,
        *,
        allow_weaker: bool = False,
        devices: tuple[str, ...] = (),
        sibling: int | None = None,
        zygote: warm.Zygote | None = None,
    ) -> None:
        super().__init__(sibling=sibling, zygote=zygote)
        self._weaker = allow_weaker
        self._devices = devices
        self.missing: dict[str, str] = {}  # required restrictions that do not hold, and why
        self.forgone: dict[str, str] = {}  # the others
        try:
            self._try_out()
        except BaseException:
            self.close()
            raise

    def launch(self, bundle: Bundle) -> warm.WarmConnection:
        most = container_memory()
        if most is not None and most < bundle.limits.memory_bytes:
            bundle = replace(bundle, limits=replace(bundle.limits, memory_bytes=most))
        return super().launch(bundle)

    def _try_out(self) -> None:
        words = self.zygote(warm_modules(Bundle({}, {}))).first_words()
        for restriction, reason in {**words["through"], **words["lacks"]}.items():
            (self.missing if restriction in HELP else self.forgone)[restriction] = reason
        self.restrictions = tuple(self._held(words))
        if self.missing and not self._weaker:
            raise SandboxError(
                "the jail sandbox is not available on this machine. "
                + " ".join(
                    f"Missing: {need} ({self.missing[restriction]})."
                    for restriction, need in HELP.items()
                    if restriction in self.missing
                )
                + " Use --sandbox docker, or --allow-weaker to run with the rest."
            )

    def _held(self, words: dict[str, Any]) -> list[str]:
        """The restrictions that hold, in words for the report."""
        means = {"files": f" (Landlock {words['landlock']})", "system calls": " (seccomp)"}
        held = [restriction + means.get(restriction, "") for restriction in HELP if restriction not in self.missing]
        optional = {"own user": words["own user"], "own disk": "own disk" not in self.forgone}
        return [*held, "own session", *(restriction for restriction, holds in optional.items() if holds)]


def container_memory() -> int | None:
    """What a container's workers may use of its memory, in bytes; None outside of one, or where it has no bound."""
    for name in _CGROUP_FILES:
        try:
            text = Path(name).read_text().strip()
        except OSError:
            continue
        if text.isdigit() and int(text) < _NO_BOUND:
            return int(int(text) * _CGROUP_SHARE)
    return None
