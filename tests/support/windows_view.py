"""Makes an interpreter one in which the grader and a student's code find of Python only what Windows has.

Loaded by a `.pth` file before anything else (`windows_interpreter.py`). The standard library and the packages go on
working as they do here; what *our* modules and a student's import is a view of them: `sys.platform` is "win32", names
that Windows lacks are not there, and what it has in another way behaves in that way, where that can be copied. Files
that are opened without an encoding are cp1252, and their lines end in CRLF. Standard library only.
"""

import builtins
import errno
import io
import json
import os
import select
import signal
import stat
import subprocess
import sys
import time
import types
from pathlib import Path

CODE_PAGE = "cp1252"
_OURS = ("grader", "_grader_child", "exercise1", "exercise2", "exercise3", "exercise4", "helpers", "conftest")
_SIGNALS = {signal.SIGABRT, signal.SIGFPE, signal.SIGILL, signal.SIGINT, signal.SIGSEGV, signal.SIGTERM}
_real_import, _real_open = builtins.__import__, io.open


class View(types.ModuleType):
    """A module with some names taken away and others replaced; the rest is the module's own."""

    def __init__(self, module, lacks, **replaced):
        super().__init__(module.__name__)
        self.__dict__.update(replaced, _module=module, _lacks=frozenset(lacks) - replaced.keys())

    def __getattr__(self, name):
        if name in self.__dict__["_lacks"]:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r} on Windows")
        return getattr(self.__dict__["_module"], name)

    def __setattr__(self, name, value):
        setattr(self.__dict__["_module"], name, value)


def _kill(pid, number):
    """Any number but the two of Ctrl ends the process at once; 0 is Ctrl-C and no question."""
    assert number not in (0, 1), "on Windows this is Ctrl-C or Ctrl-Break, sent to a group"
    os.kill(pid, signal.SIGKILL)


def _rename(source, target, **options):
    _no_descriptors(options)
    if os.path.lexists(target):
        raise FileExistsError(errno.EEXIST, "[WinError 183] file exists", os.fspath(target))
    os.rename(source, target)


def _no_descriptors(options):
    for name in ("src_dir_fd", "dst_dir_fd", "dir_fd"):
        if options.get(name) is not None:
            raise NotImplementedError(f"{name} unavailable on this platform")


def _without_directories(call):
    def limited(*args, **options):
        _no_descriptors(options)
        return call(*args, **options)

    return limited


def _symlink(source, target, *args, **options):
    raise OSError(errno.EPERM, "[WinError 1314] a required privilege is not held by the client", os.fspath(source))


def _select(*args):
    for item in (item for items in args[:3] for item in items):
        descriptor = item if isinstance(item, int) else item.fileno()
        if not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
            raise OSError(10038, "[WinError 10038] not a socket")
    return select.select(*args)


def _signal(number, handler):
    if number not in _SIGNALS:
        raise ValueError("invalid signal value")
    return signal.signal(number, handler)


def _strftime(text, *when):
    if "%-" in text:
        raise ValueError("Invalid format string")
    return time.strftime(text, *when)


def _in_ticks(clock):
    """Most of Windows' clocks move on 64 times in a second."""
    return lambda: int(clock() * 64) / 64


class _Popen(subprocess.Popen):
    """Windows starts no program in a session of its own, nor with descriptors but the three."""

    def __init__(self, *args, **options):
        assert not options.get("pass_fds"), "pass_fds not supported on Windows."
        if options.get("preexec_fn") is not None:
            raise ValueError("preexec_fn is not supported on Windows platforms")
        super().__init__(*args, **options)


def _open(file, mode="r", buffering=-1, encoding=None, errors=None, newline=None, *rest, **more):
    if "b" not in mode:
        if encoding in (None, "locale") and not sys.flags.utf8_mode:
            encoding = CODE_PAGE
        if newline is None and set("wax+") & set(mode):
            newline = "\r\n"
    return _real_open(file, mode, buffering, encoding, errors, newline, *rest, **more)


def _views(lacking):
    replaced = {
        "sys": {"platform": "win32"},
        "os": {
            "name": "nt",
            "linesep": "\r\n",
            "kill": _kill,
            "rename": _rename,
            "symlink": _symlink,
            "open": _without_directories(os.open),
            "stat": _without_directories(os.stat),
            "unlink": _without_directories(os.unlink),
            "mkdir": _without_directories(os.mkdir),
            "supports_dir_fd": set(),
            "supports_fd": {os.stat, os.truncate},
        },
        "select": {"select": _select},
        "signal": {"signal": _signal},
        "subprocess": {"Popen": _Popen},
        "time": {"strftime": _strftime}
        | {name: _in_ticks(getattr(time, name)) for name in ("monotonic", "process_time", "thread_time", "time")},
    }
    views = {}
    for name in lacking.keys() | replaced.keys():
        if lacking.get(name, ()) is None:
            views[name] = None
        else:
            views[name] = View(_real_import(name), lacking.get(name, ()), **replaced.get(name, {}))
    return views


def install(path):
    """Puts the views up; `path` is the file of what Windows lacks (`windows_names.lacking`)."""
    views = _views(json.loads(Path(path).read_text(encoding="utf-8")))

    def find(name, asking=None, where=None, fromlist=(), level=0):
        asks = (asking or {}).get("__name__") or ""
        if level == 0 and name.partition(".")[0] in views and asks.partition(".")[0] in _OURS:
            view = views[name.partition(".")[0]]
            if view is None:
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)
            if "." not in name:
                return view
            if not fromlist:
                _real_import(name)
                return view
        return _real_import(name, asking, where, fromlist, level)

    builtins.__import__ = find
    builtins.open = io.open = _open
