"""The C library's own functions, for what Python has no name for. Runs in the worker: standard library only.

Loaded once, in the process that workers are forked from: each new handle, and each function's first use, costs a fork
some tens of pages of memory.
"""

import ctypes
import functools
import os
import sys

assert sys.platform == "linux"

# prctl(2)
SET_PDEATHSIG, SET_DUMPABLE, SET_KEEPCAPS, SET_SECCOMP = 1, 4, 8, 22
SET_CHILD_SUBREAPER, SET_NO_NEW_PRIVS = 36, 38


def call(function: str, *arguments: object) -> int:
    """What a function of the C library returns. Raises OSError for a negative value.

    An int is passed as C's int, bytes as a pointer to them; whatever is longer is the caller's to wrap.
    """
    outcome: int = getattr(_library(), function)(*arguments)
    if outcome < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return outcome


def system_call(number: int, *arguments: object) -> int:
    """As `call`, for a system call that the C library has no function for."""
    return call("syscall", ctypes.c_long(number), *arguments)


def set_process(option: int, *values: int) -> None:
    """prctl(2): an option of this process's. Raises OSError."""
    call("prctl", option, *map(ctypes.c_ulong, (*values, 0, 0, 0, 0)[:4]))


@functools.cache
def _library() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
