"""Which files a worker may open: Landlock, by its three system calls (Linux, Documentation/userspace-api/landlock.rst).

Runs in the worker: standard library only, and nothing of ours. What is not granted here is refused: reading, writing,
making, removing and running of files, TCP, and, where the kernel knows them, signals and abstract sockets.
"""

import ctypes
import functools
import os
import stat
import struct
import sys
from collections.abc import Iterable

assert sys.platform == "linux"

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446  # the same numbers on every architecture
_VERSION_FLAG, _PATH_BENEATH = 1, 1
_PR_SET_NO_NEW_PRIVS = 38

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, REMOVE_DIR, REMOVE_FILE, MAKE_CHAR = (1 << bit for bit in range(7))
MAKE_REG, REFER, TRUNCATE, IOCTL_DEV = 1 << 8, 1 << 13, 1 << 14, 1 << 15
_OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV  # the kernel takes no others for what is no folder

READ = READ_FILE | READ_DIR
USE = READ_FILE | WRITE_FILE | TRUNCATE | IOCTL_DEV  # a device
# Files in one flat folder: no folders, links or pipes. No honest submission needs them, and they are hard to clean up.
KEEP_FILES = READ | WRITE_FILE | TRUNCATE | MAKE_REG | REMOVE_FILE

_SIGNALS_ABI, _NETWORK_ABI = 6, 4
_HANDLED_BY_ABI = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}
_ALL = (1 << 16) - 1  # since version 5


def version() -> int:
    """The kernel's version of Landlock; 0 where it has none, or it is switched off."""
    return max(
        0, int(_libc().syscall(ctypes.c_long(_CREATE), None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION_FLAG)))
    )


def never_more_privileges() -> None:
    """no_new_privs, without which neither Landlock nor a filter of system calls is to be had. Raises OSError."""
    _checked(_libc().prctl(_PR_SET_NO_NEW_PRIVS, *map(ctypes.c_ulong, (1, 0, 0, 0))))


def restrict(rules: Iterable[tuple[str | int, int]]) -> None:
    """Grant (path, or open descriptor, rights) and refuse the rest, for good. Paths that do not exist are passed over;
    of a descriptor, the rights are those that are `fitting`.

    Raises OSError where the kernel has no Landlock.
    """
    abi = version()
    handled = _HANDLED_BY_ABI.get(abi, _ALL)
    attributes = struct.pack("<QQQ", handled, 0b11 if abi >= _NETWORK_ABI else 0, 0b11 if abi >= _SIGNALS_ABI else 0)
    ruleset = _create(attributes, abi)
    try:
        for place, rights in rules:
            _grant(ruleset, place, rights & handled)
        _enforce(ruleset)
    finally:
        os.close(ruleset)


def fitting(descriptor: int, rights: int) -> int:
    """Those of the rights that the kernel takes for what is open there: a folder, or something else."""
    return rights if stat.S_ISDIR(os.fstat(descriptor).st_mode) else rights & _OF_FILES


def enter_domain() -> None:
    """A domain that takes nothing away but the reach into processes outside (by signals too, where known).

    Raises OSError.
    """
    abi = version()
    ruleset = _create(struct.pack("<QQQ", MAKE_CHAR, 0, 0b10 if abi >= _SIGNALS_ABI else 0), abi)
    try:
        _grant(ruleset, "/", MAKE_CHAR)
        _enforce(ruleset)
    finally:
        os.close(ruleset)


def _create(attributes: bytes, abi: int) -> int:
    size = 24 if abi >= _SIGNALS_ABI else 16 if abi >= _NETWORK_ABI else 8
    descriptor = _libc().syscall(ctypes.c_long(_CREATE), attributes, ctypes.c_size_t(size), ctypes.c_uint32(0))
    return int(_checked(descriptor))


def _grant(ruleset: int, place: str | int, rights: int) -> None:
    if isinstance(place, int):
        _add(ruleset, place, rights)
        return
    try:
        descriptor = os.open(place, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        _add(ruleset, descriptor, fitting(descriptor, rights))
    finally:
        os.close(descriptor)


def _add(ruleset: int, descriptor: int, rights: int) -> None:
    rule = struct.pack("<Qi", rights, descriptor)
    _checked(
        _libc().syscall(
            ctypes.c_long(_ADD_RULE), ctypes.c_int(ruleset), ctypes.c_int(_PATH_BENEATH), rule, ctypes.c_uint32(0)
        )
    )


def _enforce(ruleset: int) -> None:
    never_more_privileges()
    _checked(_libc().syscall(ctypes.c_long(_RESTRICT), ctypes.c_int(ruleset), ctypes.c_uint32(0)))


@functools.cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _checked(outcome: int) -> int:
    if outcome < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return outcome
