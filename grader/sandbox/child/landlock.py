"""Which files a worker may open: Landlock, by its three system calls (Linux, Documentation/userspace-api/landlock.rst).

Runs in the worker: standard library only. What is not granted here is refused: reading, writing,
making, removing and running of files, TCP, and, where the kernel knows them, signals and abstract sockets.
"""

import ctypes
import os
import stat
import struct
import sys
from collections.abc import Iterable
from typing import TypeAlias

from . import c_library

assert sys.platform == "linux"

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446  # the same numbers on every architecture
_VERSION_FLAG, _PATH_BENEATH = 1, 1

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


# A path that is granted, or what is open at a descriptor, and the rights. Paths that do not exist are passed over; of a
# descriptor, the rights have to be those that are `fitting`.
Rule: TypeAlias = tuple[str | int, int]


def version() -> int:
    """The kernel's version of Landlock; 0 where it has none, or it is switched off."""
    try:
        return c_library.system_call(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION_FLAG))
    except OSError:
        return 0


def never_more_privileges() -> None:
    """no_new_privs, without which neither Landlock nor a filter of system calls is to be had. Raises OSError."""
    c_library.set_process(c_library.SET_NO_NEW_PRIVS, 1)


def ruleset(rules: Iterable[Rule]) -> int:
    """A descriptor to a ruleset of these rules, for `restrict`. Raises OSError where the kernel has no Landlock."""
    abi = version()
    of_network, of_processes = (0b11 if abi >= least else 0 for least in (_NETWORK_ABI, _SIGNALS_ABI))
    attributes = struct.pack("<QQQ", _handled(abi), of_network, of_processes)
    descriptor = _create(attributes, abi)
    try:
        _grant(descriptor, rules)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def restrict(descriptor: int, rules: Iterable[Rule] = ()) -> None:
    """Grant the ruleset's rules and these, and refuse the rest, for good; closes the descriptor.

    These rules are in the ruleset then, for whoever else has it. Raises OSError.
    """
    try:
        _grant(descriptor, rules)
        _enforce(descriptor)
    finally:
        os.close(descriptor)


def fitting(descriptor: int, rights: int) -> int:
    """Those of the rights that the kernel takes for what is open there: a folder, or something else."""
    return rights if stat.S_ISDIR(os.fstat(descriptor).st_mode) else rights & _OF_FILES


def enter_domain() -> None:
    """A domain that takes nothing away but the reach into processes outside (by signals too, where known).

    Raises OSError.
    """
    abi = version()
    descriptor = _create(struct.pack("<QQQ", MAKE_CHAR, 0, 0b10 if abi >= _SIGNALS_ABI else 0), abi)
    restrict(descriptor, [("/", MAKE_CHAR)])


def _create(attributes: bytes, abi: int) -> int:
    size = 24 if abi >= _SIGNALS_ABI else 16 if abi >= _NETWORK_ABI else 8
    return c_library.system_call(_CREATE, attributes, ctypes.c_size_t(size), ctypes.c_uint32(0))


def _handled(abi: int) -> int:
    return _HANDLED_BY_ABI.get(abi, _ALL)


def _grant(ruleset: int, rules: Iterable[Rule]) -> None:
    handled = _handled(version())
    for place, rights in rules:
        if isinstance(place, int):
            _add(ruleset, place, rights & handled)
            continue
        try:
            descriptor = os.open(place, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            continue
        try:
            _add(ruleset, descriptor, fitting(descriptor, rights & handled))
        finally:
            os.close(descriptor)


def _add(ruleset: int, descriptor: int, rights: int) -> None:
    rule = struct.pack("<Qi", rights, descriptor)
    c_library.system_call(_ADD_RULE, ruleset, _PATH_BENEATH, rule, ctypes.c_uint32(0))


def _enforce(ruleset: int) -> None:
    never_more_privileges()
    c_library.system_call(_RESTRICT, ruleset, ctypes.c_uint32(0))
