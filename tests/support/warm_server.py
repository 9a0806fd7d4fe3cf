"""The warm process that commands are forked from (`warm_commands`).

    python -m tests.support.warm_server SOCKET        prints a line once it listens; ends with its standard input

Who connects sends a JSON object, its length before it, and descriptors. One of
    {"module", "args", "path", "folder", "environment", "targets", "session", "bound"}    forks `python -m MODULE ...
        with the descriptors that were sent at the numbers `targets`; answers its number, 8 bytes, and its exit code, as
        text. If it is bound, it is killed when whoever asked is gone; with `session`, it gets one of its own
    {"zygote", "protected_pids"}    has a sibling of that zygote forked at the other end of the descriptor that was sent
"""

import atexit
import ctypes
import fcntl
import gc
import importlib
import io
import json
import os
import runpy
import select
import signal
import socket
import sys
import threading
from contextlib import closing, suppress
from typing import Any, NoReturn

from tests.support import lent_zygotes, warm_commands
from tests.support.warm_commands import LENGTH_BYTES, ROOT

# Not the commands themselves: their consoles look at the streams and the environment when they are imported.
COLD = (
    *("grader.__main__", "grader.cli", "grader.course.scaffold", "grader.assignment", "grader.sandbox.child"),
    *("grader.oracles.optimizers", "grader.oracles.training.harness"),  # torch, which no command has in itself
    *("grader.student.pytest_plugin", "grader.classroom.run.job_main"),  # which do something when they are imported
)
MAX_DESCRIPTORS = 8  # that a command is given
_SUBREAPER = 36  # prctl: what commands leave behind becomes a child of this process, where it is found
_HIGH = 200  # above it, no descriptor has its number yet


# What these import as they go: half of a short `pytest` is its plugins', the largest of which no student has.
LATE = (
    *("hypothesis.internal.observability", "anyio._core._sockets", "anyio.pytest_plugin", "xdist.newhooks"),
    *("unittest", "xml.etree.ElementTree", "platformdirs.unix", "rich._emoji_codes", "numpy.ma"),
)


def _import_all() -> None:
    for name in ("pytest", "numpy", "sympy", "typer", "grader.pipeline", *LATE):
        importlib.import_module(name)
    for path in sorted((ROOT / "grader").rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        if not name.startswith(COLD):
            with suppress(ImportError):  # another system's, or something optional that is not installed
                importlib.import_module(name)


class Server:
    """Forks what it is asked for, and says how each has ended."""

    def __init__(self, path: str) -> None:
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(path)
        self._listener.listen()
        self._running: dict[int, tuple[int, socket.socket]] = {}  # by the descriptor of its end: its number, who asked
        self._bound: dict[int, int] = {}  # by the descriptor of who asked: the number of what ends with them
        self._lender = lent_zygotes.Lender()
        self._poll = select.poll()
        for descriptor in (self._listener.fileno(), 0):
            self._poll.register(descriptor, select.POLLIN)

    def serve(self) -> None:
        """Until its standard input ends."""
        while True:
            for descriptor, _ in self._poll.poll():
                if descriptor == 0:
                    return
                if descriptor == self._listener.fileno():
                    self._accept()
                elif descriptor in self._running:
                    self._bury(descriptor)
                elif descriptor in self._bound:
                    self._poll.unregister(descriptor)
                    os.kill(self._bound.pop(descriptor), signal.SIGKILL)

    def close(self) -> None:
        """End all that is left."""
        for pid, _ in self._running.values():
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        self._lender.close()

    def _accept(self) -> None:
        connection, _ = self._listener.accept()
        length, descriptors, _, _ = socket.recv_fds(connection, LENGTH_BYTES, MAX_DESCRIPTORS)
        with connection.makefile("rb") as stream:
            data = stream.read(int.from_bytes(length, "little"))
        request = json.loads(data or "{}")
        if "module" in request:
            self._fork(request, connection, descriptors)
        elif "zygote" in request:
            self._lender.lend(request["zygote"], request["protected_pids"], descriptors[0])
        for descriptor in descriptors:
            os.close(descriptor)

    def _fork(self, request: dict[str, Any], connection: socket.socket, descriptors: list[int]) -> None:
        pid = os.fork()
        if pid == 0:
            self._let_go(connection)
            _become(request, descriptors)
        with suppress(OSError):  # who asked is gone
            connection.sendall(pid.to_bytes(LENGTH_BYTES, "little"))
        ended = os.pidfd_open(pid)
        self._running[ended] = pid, connection
        self._poll.register(ended, select.POLLIN)
        if request["bound"]:
            self._bound[connection.fileno()] = pid
            self._poll.register(connection, select.POLLIN)

    def _bury(self, ended: int) -> None:
        pid, connection = self._running.pop(ended)
        self._poll.unregister(ended)
        os.close(ended)
        if self._bound.pop(connection.fileno(), None):
            self._poll.unregister(connection)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        with connection, suppress(OSError):  # who asked is gone
            connection.sendall(str(code).encode())

    def _let_go(self, connection: socket.socket) -> None:
        """In a command: of all that is the server's."""
        connection.close()
        self._listener.close()
        self._lender.let_go()
        for ended, (_, other) in self._running.items():
            os.close(ended)
            other.close()


def _become(request: dict[str, Any], descriptors: list[int]) -> NoReturn:
    """Runs the command in this process, and ends it as Python would."""
    if request["session"]:
        os.setsid()
    _move(descriptors, request["targets"])
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    _open_streams()
    sys.path[0] = request["path"] or os.getcwd()
    module = request["module"]
    for name in [name for name in sys.modules if name.partition(".")[0] == "tests" or name == module]:
        del sys.modules[name]
    sys.argv = [module, *request["args"]]
    code = 1
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as ended:
        code = _exit_code(ended.code)
    except BaseException:  # noqa: BLE001 - as Python says it
        sys.excepthook(*sys.exc_info())
    finally:
        _end(code)


def _exit_code(code: object) -> int:
    if code is None or isinstance(code, int):
        return code or 0
    print(code, file=sys.stderr)
    return 1


def _end(code: int) -> NoReturn:
    """As Python ends, without taking apart all that was imported, which costs more than most commands."""
    threading._shutdown()
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code & 0xFF)


def _move(descriptors: list[int], targets: list[int]) -> None:
    """Gives descriptors other numbers, which may be among those that they have."""
    aside = [fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _HIGH) for descriptor in descriptors]
    for descriptor in descriptors:
        os.close(descriptor)
    for descriptor, target in zip(aside, targets, strict=True):
        os.dup2(descriptor, target)
        os.close(descriptor)


def _open_streams() -> None:
    """The standard streams, as Python opens them."""
    encoding, _, errors = os.environ.get("PYTHONIOENCODING", "").partition(":")
    sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, "r", closefd=False)), encoding or None)
    sys.stdout, sys.stderr = (
        io.TextIOWrapper(
            io.BufferedWriter(io.FileIO(number, "w", closefd=False)),
            encoding or None,
            wrong,
            line_buffering=number == 2 or os.isatty(number),
        )
        for number, wrong in ((1, errors or None), (2, "backslashreplace"))
    )
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr


def main(path: str) -> None:
    """Imports, listens, serves."""
    gc.disable()  # what is imported stays: looking for garbage in it takes a tenth of the time
    _import_all()
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    warm_commands.served_at = path
    lent_zygotes.use()
    gc.collect()
    gc.freeze()
    gc.enable()
    with closing(Server(path)) as server:
        print("ready", flush=True)
        server.serve()


if __name__ == "__main__":
    main(sys.argv[1])
