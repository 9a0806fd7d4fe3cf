"""Which system calls a worker may not make. Runs in the worker: standard library only.

A list of what is refused, not of what is allowed: what numpy, torch and the C library call differs from version to
version, what they must never call does not. What is newer than this file is answered as an old kernel would answer it
(ENOSYS). The filter is classic BPF over `struct seccomp_data` (Linux, Documentation/userspace-api/seccomp_filter.rst).
"""

import ctypes
import errno
import functools
import os
import platform
import struct
import sys
from collections.abc import Iterable
from dataclasses import dataclass

from . import c_library

assert sys.platform == "linux"

# AUDIT_ARCH_*, and the column of _NUMBERS. The 32-bit and x32 ways into the kernel are refused as a whole.
_ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
_FIRST_UNKNOWN = 451  # system calls from here on (Linux 6.5) are not in the tables below

_CLONE_THREAD = 0x00010000
_MAP_SHARED, _MAP_ANONYMOUS, _MAP_GROWSDOWN = 0x01, 0x20, 0x100
_SECCOMP_MODE_FILTER = 2
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
# Instruction codes of classic BPF.
_LOAD, _EQUAL, _AT_LEAST, _AND, _RETURN = 0x20, 0x15, 0x35, 0x54, 0x06

_NETWORK = "socket socketpair connect bind listen accept accept4 sendto sendmsg sendmmsg"
_EXECUTION = "execve execveat"
_OTHER_PROCESSES = (
    "ptrace process_vm_readv process_vm_writev process_madvise process_mrelease kcmp pidfd_open"
    " pidfd_getfd pidfd_send_signal tkill setpriority ioprio_set sched_setscheduler sched_setparam sched_setattr"
    " move_pages migrate_pages"
)
_NAMESPACES = (
    "unshare setns mount umount2 pivot_root chroot open_tree move_mount fsopen fsconfig fsmount fspick mount_setattr"
)
_KERNEL = (
    "io_uring_setup io_uring_enter io_uring_register bpf perf_event_open userfaultfd"
    " kexec_load kexec_file_load init_module finit_module delete_module reboot swapon swapoff acct"
    " quotactl quotactl_fd syslog settimeofday clock_settime adjtimex clock_adjtime sethostname setdomainname"
    " iopl ioperm vhangup personality name_to_handle_at open_by_handle_at fanotify_init inotify_init"
    " inotify_init1 lookup_dcookie"
)
_IDENTITY = "setuid setgid setreuid setregid setresuid setresgid setfsuid setfsgid setgroups capset"
_OUTLIVING = "shmget shmat semget msgget mq_open keyctl add_key request_key"  # what stays when its makers are gone
_FILES_OF_MEMORY = "memfd_create memfd_secret"  # which no rlimit counts
# What makes all programs of a machine wait; what the kernel keeps for a process and no rlimit counts.
_EVERYBODYS_TIME = "sync syncfs"
_KERNEL_MEMORY = "io_setup timer_create landlock_create_ruleset landlock_add_rule landlock_restrict_self"
_SET_PIPE_SIZE, _LOCKS = 1031, (6, 7, 37, 38)  # fcntl: F_SETPIPE_SZ; F_SETLK, F_SETLKW, F_OFD_SETLK, F_OFD_SETLKW
# Landlock does not look at a file's owner, mode, times and attributes.
_ATTRIBUTES = (
    "chmod fchmod fchmodat chown fchown lchown fchownat setxattr lsetxattr fsetxattr removexattr lremovexattr"
    " fremovexattr utime utimes utimensat futimesat truncate"
)
_LEAVING = "setsid setpgid"

_NUMBERS = {  # name: (x86_64, aarch64)
    "accept": (43, 202), "accept4": (288, 242), "acct": (163, 89), "add_key": (248, 217), "adjtimex": (159, 171),
    "bind": (49, 200), "bpf": (321, 280), "capset": (126, 91), "chmod": (90, None), "chown": (92, None),
    "chroot": (161, 51), "clock_adjtime": (305, 266), "clock_settime": (227, 112), "clone": (56, 220),
    "clone3": (435, 435), "connect": (42, 203), "delete_module": (176, 106), "execve": (59, 221),
    "execveat": (322, 281), "fallocate": (285, 47), "fanotify_init": (300, 262), "fchmod": (91, 52),
    "fchmodat": (268, 53), "fchown": (93, 55), "fchownat": (260, 54), "fcntl": (72, 25), "finit_module": (313, 273),
    "fork": (57, None), "fremovexattr": (199, 16), "fsconfig": (431, 431), "fsetxattr": (190, 7),
    "fsmount": (432, 432), "fsopen": (430, 430), "fspick": (433, 433), "futimesat": (261, None),
    "init_module": (175, 105), "inotify_init": (253, None), "inotify_init1": (294, 26), "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427), "io_uring_setup": (425, 425), "io_setup": (206, 0),
    "ioctl": (16, 29), "ioperm": (173, None), "iopl": (172, None), "ioprio_set": (251, 30),
    "kcmp": (312, 272), "kexec_file_load": (320, 294),
    "kexec_load": (246, 104), "keyctl": (250, 219), "kill": (62, 129), "landlock_add_rule": (445, 445),
    "landlock_create_ruleset": (444, 444), "landlock_restrict_self": (446, 446), "lchown": (94, None),
    "listen": (50, 201),
    "lookup_dcookie": (212, 18), "lremovexattr": (198, 15), "lsetxattr": (189, 6), "memfd_create": (319, 279),
    "memfd_secret": (447, 447), "migrate_pages": (256, 238), "mmap": (9, 222), "mount": (165, 40),
    "mount_setattr": (442, 442), "move_mount": (429, 429), "move_pages": (279, 239), "mq_open": (240, 180),
    "msgget": (68, 186), "name_to_handle_at": (303, 264), "open": (2, None), "open_by_handle_at": (304, 265),
    "open_tree": (428, 428), "openat": (257, 56), "openat2": (437, 437), "perf_event_open": (298, 241),
    "personality": (135, 92), "pidfd_getfd": (438, 438), "pidfd_open": (434, 434), "pidfd_send_signal": (424, 424),
    "pivot_root": (155, 41), "prctl": (157, 167), "prlimit64": (302, 261), "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
    "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "ptrace": (101, 117), "quotactl": (179, 60),
    "quotactl_fd": (443, 443), "reboot": (169, 142), "removexattr": (197, 14), "request_key": (249, 218),
    "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240), "sched_setaffinity": (203, 122),
    "sched_setattr": (314, 274), "sched_setparam": (142, 118), "sched_setscheduler": (144, 119), "semget": (64, 190),
    "sendmmsg": (307, 269), "sendmsg": (46, 211), "sendto": (44, 206), "setdomainname": (171, 162),
    "setfsgid": (123, 152), "setfsuid": (122, 151), "setgid": (106, 144), "setgroups": (116, 159),
    "sethostname": (170, 161), "setns": (308, 268), "setpgid": (109, 154), "setpriority": (141, 140),
    "setregid": (114, 143), "setresgid": (119, 149), "setresuid": (117, 147), "setreuid": (113, 145),
    "setsid": (112, 157), "settimeofday": (164, 170), "setuid": (105, 146), "setxattr": (188, 5), "shmat": (30, 196),
    "shmget": (29, 194), "socket": (41, 198), "socketpair": (53, 199), "swapoff": (168, 225), "swapon": (167, 224),
    "sync": (162, 81), "syncfs": (306, 267), "syslog": (103, 116), "tgkill": (234, 131), "timer_create": (222, 107),
    "tkill": (200, 130), "truncate": (76, 45), "umount2": (166, 39),
    "unshare": (272, 97), "userfaultfd": (323, 282), "utime": (132, None), "utimensat": (280, 88),
    "utimes": (235, None), "vfork": (58, None), "vhangup": (153, 58),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rule:
    """`call` fails with `error`. With an `argument`, only if its low 32 bits under `mask` are among `values` (or, with
    `only`, are not)."""

    call: str
    error: int
    argument: int | None = None
    mask: int = 0xFFFFFFFF
    values: tuple[int, ...] = ()
    only: bool = False


def _refuse(names: str, error: int = errno.EPERM) -> list[Rule]:
    return [Rule(name, error) for name in names.split()]


def _on_itself(pid: int) -> list[Rule]:
    names = ("kill", "tgkill", "prlimit64", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "sched_setaffinity")
    return [Rule(name, errno.EPERM, 0, values=(0, pid), only=True) for name in names]


def _everywhere() -> list[Rule]:
    """The rules of a jailed worker that are the same for all."""
    return [
        *_refuse(" ".join((_NETWORK, _EXECUTION, _OTHER_PROCESSES, _NAMESPACES, _KERNEL, _IDENTITY))),
        *_refuse(" ".join((_OUTLIVING, _ATTRIBUTES, _LEAVING))),
        *_counted_memory(),
        *_refuse(" ".join((_KERNEL_MEMORY, _EVERYBODYS_TIME))),
        _bound_to_its_parent(),
        *_refuse("fork vfork", errno.EAGAIN),
        *_refuse("clone3 openat2", errno.ENOSYS),  # their arguments lie in memory, where no filter can look
        *_refuse("fallocate", errno.EOPNOTSUPP),
        Rule("clone", errno.EAGAIN, 0, _CLONE_THREAD, (0,)),
        # F_SETOWN, F_SETSIG, F_SETOWN_EX, signals by way of a pipe; the others are memory of the kernel's
        Rule("fcntl", errno.EPERM, 1, values=(8, 10, 15, _SET_PIPE_SIZE, *_LOCKS)),
        Rule(
            "ioctl", errno.EPERM, 1, values=(0x5412, 0x541C, 0x8901, 0x8902)
        ),  # TIOCSTI, TIOCLINUX, FIOSETOWN, SIOCSPGRP
        # Landlock before Linux 6.2 lets a file that may only be read be emptied.
        Rule("open", errno.EPERM, 1, os.O_ACCMODE | os.O_TRUNC, (os.O_TRUNC,)),
        Rule("openat", errno.EPERM, 2, os.O_ACCMODE | os.O_TRUNC, (os.O_TRUNC,)),
    ]


def _counted_memory() -> list[Rule]:
    """No memory that RLIMIT_DATA does not count: shared without a file, or a stack by name."""
    shared = _MAP_SHARED | _MAP_ANONYMOUS
    stacks = tuple(_MAP_GROWSDOWN | others for others in (0, _MAP_SHARED, _MAP_ANONYMOUS, shared))
    return [*_refuse(_FILES_OF_MEMORY), Rule("mmap", errno.ENOMEM, 3, shared | _MAP_GROWSDOWN, (shared, *stacks))]


def _bound_to_its_parent() -> Rule:
    """Who ends with its parent may not change its mind."""
    return Rule("prctl", errno.EPERM, 0, values=(c_library.SET_PDEATHSIG,))


def hardening_rules(protected_pids: Iterable[int], *, counted: bool = False) -> list[Rule]:
    """What even a worker in `process` may not do: leave its process group, reach for `protected_pids`, or leave memory
    behind; with `counted`, have memory that no limit counts (which a GPU's driver needs).

    With the group intact, one signal ends all that a worker ever started, however often it forked.
    """
    others = tuple(pid & 0xFFFFFFFF for pid in (-1, *protected_pids, *(-pid for pid in protected_pids)))
    return [
        *_refuse(" ".join((_LEAVING, _OUTLIVING, _EVERYBODYS_TIME, "ptrace process_vm_writev"))),
        *([*_counted_memory(), *_refuse(_KERNEL_MEMORY)] if counted else ()),
        Rule("fcntl", errno.EPERM, 1, values=(_SET_PIPE_SIZE, *_LOCKS)),
        _bound_to_its_parent(),
        *(Rule(name, errno.EPERM, 0, values=others) for name in ("kill", "tkill", "tgkill", "prlimit64")),
    ]


def program(rules: Iterable[Rule], machine: str = platform.machine()) -> bytes:
    """The filter's instructions. Raises OSError on an architecture whose system calls are not in the tables."""
    return _around(_instructions(rules, _column(machine)), machine)


def jail_program(pid: int, machine: str = platform.machine()) -> bytes:
    """The program of a worker with the process id `pid`: threads, files and memory of its own, and nothing else.

    What is the same for all workers is made once, in their zygote. Raises OSError.
    """
    column = _column(machine)
    return _around(_everywhere_instructions(column) + _instructions(_on_itself(pid), column), machine)


def _column(machine: str) -> int:
    if machine not in _ARCHITECTURES:
        raise OSError(errno.ENOSYS, f"no table of system calls for {machine}")
    return _ARCHITECTURES[machine][1]


def _around(instructions: bytes, machine: str) -> bytes:
    """A whole program: only this architecture's calls, and only those that are known, come to the instructions."""
    head = [
        _instruction(_LOAD, 4),
        _instruction(_EQUAL, _ARCHITECTURES[machine][0], 1, 0),
        _instruction(_RETURN, _ERRNO | errno.ENOSYS),
        _instruction(_LOAD, 0),
        _instruction(_AT_LEAST, _FIRST_UNKNOWN, 0, 1),
        _instruction(_RETURN, _ERRNO | errno.ENOSYS),
    ]
    return b"".join([*head, instructions, _instruction(_RETURN, _ALLOW)])


@functools.cache
def _everywhere_instructions(column: int) -> bytes:
    return _instructions(_everywhere(), column)


def _instructions(rules: Iterable[Rule], column: int) -> bytes:
    """Those of the rules, without what calls that the architecture does not have."""
    bodies = ((_NUMBERS[rule.call][column], _body(rule)) for rule in rules)
    return b"".join(
        part
        for number, body in bodies
        if number is not None
        for part in (_instruction(_EQUAL, number, 0, len(body)), *body)
    )


def _body(rule: Rule) -> list[bytes]:
    refuse, allow = _instruction(_RETURN, _ERRNO | rule.error), _instruction(_RETURN, _ALLOW)
    if rule.argument is None:
        return [refuse]
    body = [_instruction(_LOAD, 16 + 8 * rule.argument), _instruction(_AND, rule.mask)]
    for position, value in enumerate(rule.values):
        body.append(_instruction(_EQUAL, value, len(rule.values) - position, 0))
    return [*body, refuse, allow] if rule.only else [*body, allow, refuse]


def _instruction(code: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("<HBBI", code, then, otherwise, value)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def apply(code: bytes) -> None:
    """Put a program on the calling thread, and on all that it starts, for good. Needs no_new_privs. Raises OSError."""
    filter_program = _Program(len(code) // 8, code)
    mode = ctypes.c_ulong(_SECCOMP_MODE_FILTER)
    c_library.call("prctl", c_library.SET_SECCOMP, mode, ctypes.byref(filter_program), 0, 0)
