"""Shuts a worker in, from within: runs in the worker before any code of a student's. Standard library only.

Each restriction is put up by the system call that makes it, and tried out (`self_test`) by doing what it has to stop.
What each one is for stands in `jail.py`.
"""

import contextlib
import ctypes
import os
import resource
import signal
import sys
from collections.abc import Callable, Collection, Mapping
from typing import Any

from . import c_library, landlock, rlimits, seccomp

assert sys.platform == "linux"

FIRST_OWN_UID = 0x7000_0000  # above what any system gives out; plus the process id, so that no two workers share one
_ERRORS = 2  # the last descriptor that a process has anyway
_MAX_DESCRIPTOR = (1 << 32) - 2
_CLOSE_RANGE = 436  # the same number on every architecture
_READ_SEARCH = 1 << 2  # CAP_DAC_READ_SEARCH
_CAPABILITIES_3 = 0x20080522
_NEW_NAMESPACE, _NEW_USER = 0x00020000, 0x10000000
_RESERVED_BYTES = 1 << 30  # of addresses beyond what is mapped already: threads reserve theirs and hardly use them
_PRIVATE_MOUNTS = 0x4000 | 0x40000  # MS_REC | MS_PRIVATE
_PLAIN_FILES_ONLY = 2 | 4 | 8  # MS_NOSUID | MS_NODEV | MS_NOEXEC


def bound_addresses(limits: Mapping[str, Any]) -> None:
    """A bound on all that may be mapped, for what RLIMIT_DATA leaves out: stacks, page tables, shared memory.

    Not for a GPU's driver, which reserves more addresses than any machine has memory. Raises OSError.
    """
    with open("/proc/self/statm") as file:
        mapped = int(file.read().split()[0]) * resource.getpagesize()
    rlimits.lower(resource.RLIMIT_AS, mapped + limits["memory_bytes"] + _RESERVED_BYTES)


def restrict_files(limits: Mapping[str, Any]) -> None:
    """A worker may open what its zygote found for it, its own folder, and what the system says of it. Raises OSError.

    What the zygote found is in the `ruleset` that it made ahead, where it has made one.
    """
    ahead = limits["ruleset"]
    ruleset = landlock.ruleset(limits["readable"]) if ahead is None else ahead
    landlock.restrict(ruleset, [(limits["folder"], landlock.KEEP_FILES), ("/proc/self", landlock.READ)])


def harden(protected_pids: tuple[int, ...], limits: Mapping[str, Any] | None = None) -> None:
    """For a worker without restrictions: it cannot reach into the grader's processes, nor leave its process group.

    With `limits`, it cannot open any file but those of `restrict_files`, nor have memory that no limit counts. As far
    as the machine goes; promised is nothing.
    """
    with contextlib.suppress(OSError):
        _set_capabilities(0)  # a grader that runs as root shall not be read by what it grades
    domain = landlock.enter_domain if limits is None else lambda: restrict_files(limits)
    rules = seccomp.hardening_rules(protected_pids, counted=limits is not None)
    for step in (domain, lambda: seccomp.apply(seccomp.program(rules))):
        with contextlib.suppress(OSError):
            step()


def own_disk(folder: str, size: int, user: int) -> None:
    """A bounded disk in memory over `folder`, seen by this process alone and gone with it. Raises OSError."""
    mine, group = os.getuid(), os.getgid()
    if mine == 0:
        c_library.call("unshare", _NEW_NAMESPACE)
    else:
        c_library.set_process(c_library.SET_DUMPABLE, 1)  # else the files below belong to root
        c_library.call("unshare", _NEW_NAMESPACE | _NEW_USER)
        for name, text in (("uid_map", f"{mine} {mine} 1"), ("setgroups", "deny"), ("gid_map", f"{group} {group} 1")):
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
    c_library.call("mount", b"none", b"/", None, ctypes.c_ulong(_PRIVATE_MOUNTS), None)
    options = f"size={size},nr_inodes=1024,mode=0700,uid={user},gid={user if mine == 0 else group}".encode()
    c_library.call("mount", b"none", os.fsencode(folder), b"tmpfs", ctypes.c_ulong(_PLAIN_FILES_ONLY), options)


def become(user: int, keep_reading: bool) -> None:
    """Another user, whom nothing else on this machine belongs to. Raises OSError.

    `keep_reading` where the interpreter lies in a folder that only root may enter: Landlock then says what may be read.
    """
    c_library.set_process(c_library.SET_KEEPCAPS, 1)
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    _set_capabilities(_READ_SEARCH if keep_reading else 0)


def _set_capabilities(mask: int) -> None:
    header = (ctypes.c_uint32 * 2)(_CAPABILITIES_3, 0)
    data = (ctypes.c_uint32 * 6)(mask, mask)
    c_library.call("capset", header, data)


def die_with_parent(parent: int) -> None:
    """To be called after the last change of user, which would undo it."""
    c_library.set_process(c_library.SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def close_all_but(exceptions: Collection[int]) -> None:
    """Close every descriptor behind input, output and errors that is not in `exceptions`."""
    first = _ERRORS + 1
    try:
        for exception in (*sorted(number for number in exceptions if number >= first), _MAX_DESCRIPTOR + 1):
            if first < exception:
                c_library.system_call(
                    _CLOSE_RANGE, ctypes.c_uint(first), ctypes.c_uint(exception - 1), ctypes.c_uint(0)
                )
            first = exception + 1
    except OSError:  # before Linux 5.9
        _close_listed(exceptions)


def _close_listed(exceptions: Collection[int]) -> None:
    """By the kernel's list of those that are open: a machine that allows a billion takes minutes over all numbers."""
    try:
        opened = [int(name) for name in os.listdir("/proc/self/fd")]
    except OSError:  # no /proc in here
        opened = list(range(os.sysconf("SC_OPEN_MAX")))
    for descriptor in set(opened) - set(exceptions):
        if descriptor > _ERRORS:
            with contextlib.suppress(OSError):  # the list's own is closed already
                os.close(descriptor)


def jail(limits: Mapping[str, Any]) -> dict[str, str]:
    """Put up all restrictions; the reasons why some could not be. The caller decides whether that is enough."""
    problems: dict[str, str] = {}
    user = FIRST_OWN_UID + os.getpid()
    changes = bool(limits["own_user"])
    _attempt(
        problems, "own disk", lambda: own_disk(limits["folder"], limits["disk_bytes"], user if changes else os.getuid())
    )
    os.chdir(limits["folder"])
    if changes:
        _attempt(problems, "own user", lambda: os.chown(limits["folder"], user, user))
        _attempt(problems, "own user", lambda: become(user, limits["keep_reading"]))
        _attempt(problems, "limits", lambda: _bound_processes(limits["processes"]))
    else:
        _attempt(problems, "capabilities", lambda: _set_capabilities(0))
    die_with_parent(limits["parent"])
    _attempt(problems, "limits", lambda: rlimits.set_limits(limits))
    _attempt(problems, "limits", lambda: bound_addresses(limits))
    _attempt(problems, "files", lambda: restrict_files(limits))
    _attempt(problems, "system calls", _filter)
    return problems


def _filter() -> None:
    landlock.never_more_privileges()
    seccomp.apply(seccomp.jail_program(os.getpid()))


def _bound_processes(count: int) -> None:
    resource.setrlimit(resource.RLIMIT_NPROC, (count, count))  # counted by user, so only for a user of its own


def _attempt(problems: dict[str, str], restriction: str, put_up: Callable[[], None]) -> None:
    try:
        put_up()
    except OSError as error:
        problems.setdefault(restriction, error.strerror or str(error))


def self_test(outside: str) -> dict[str, str]:
    """Try, inside a jail, what its restrictions have to stop; for each restriction, what it let through."""
    through: dict[str, str] = {}

    def must_fail(restriction: str, what: str, attempt: Callable[[], object]) -> None:
        try:
            attempt()
        except OSError:
            return
        through[restriction] = what

    must_fail("files", "a folder outside could be read", lambda: os.listdir("/"))
    must_fail("files", "a file outside could be made", lambda: os.close(os.open(outside, os.O_CREAT | os.O_WRONLY)))
    must_fail("system calls", "a signal reached another process", lambda: os.kill(os.getppid(), 0))
    must_fail("system calls", "a process could be started", _fork)
    must_fail("system calls", "a socket could be opened", _socket)
    return through


def _fork() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def _socket() -> None:
    import socket

    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()
