"""Commands that start at once: forked from a process that has imported what they need, which is most of what they cost.

Each runs in a process of its own all the same (`warm_server`), with the words, folder, environment and streams of who
asked, and ends with its exit code; a signal reaches the process itself. So do the jobs that it starts, and its workers
are forked from a sibling of a zygote that is lent to it (`lent_zygotes`). What is about imports or about the processes
that a command starts, tests start by themselves.
"""

import atexit
import json
import os
import select
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
CLIENT = Path(__file__).with_name("warm_client.py")
PYTHON = sys.executable  # whatever a test says that it is, by then
_start = subprocess.Popen  # and whatever it has put in its place
LENGTH_BYTES = 8
_KILLED = -9  # what ended without a word


def command(module: str, *args: object, path: str = "") -> list[str]:
    """The command that has `python -m MODULE ARGS...` run by a warm process; `path` as sys.path begins with it."""
    if sys.platform != "linux":
        return [sys.executable, "-m", module, *map(str, args)]
    return [sys.executable, "-IS", str(CLIENT), address(), path, module, *map(str, args)]


class ForkedProcess(subprocess.Popen[Any]):
    """As `subprocess.Popen`, of `[sys.executable, "-m", MODULE, ARGS...]`: forked from the warm process.

    It is killed with whoever started it, unless it has a session of its own.
    """

    _connection: socket.socket

    def _execute_child(  # type: ignore[no-untyped-def]
        self, args, executable, preexec_fn, close_fds, pass_fds, cwd, env, startupinfo, creationflags, shell,
        p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite, *rest,
    ) -> None:  # fmt: skip
        """In the place of fork and exec."""
        *_, new_session, _ = rest
        streams = [given if given != -1 else own for own, given in enumerate((p2cread, c2pwrite, errwrite))]
        _, _, module, *words = args
        request = {"module": module, "args": words, "folder": str(cwd or os.getcwd()), "path": ""}
        request |= {"environment": dict(os.environ if env is None else env), "targets": [0, 1, 2, *pass_fds]}
        self._connection = ask(request | {"session": new_session, "bound": not new_session}, [*streams, *pass_fds])
        self.pid = int.from_bytes(self._connection.recv(LENGTH_BYTES), "little")
        self._child_created = True
        self._close_pipe_fds(p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite)  # type: ignore[attr-defined]

    def _internal_poll(self, _deadstate: int | None = None) -> int | None:
        return self._await_end(0)

    def _wait(self, timeout: float | None) -> int:
        code = self._await_end(timeout)
        if code is None:
            assert timeout is not None
            raise subprocess.TimeoutExpired(self.args, timeout)
        return code

    def _await_end(self, seconds: float | None) -> int | None:
        with suppress(ValueError):  # another thread has read it, and closed the connection
            if self.returncode is None and select.select([self._connection], [], [], seconds)[0]:
                with self._waitpid_lock:  # type: ignore[attr-defined]
                    if self.returncode is None:
                        self.returncode = int(self._connection.recv(LENGTH_BYTES) or _KILLED)
                        self._connection.close()
        return self.returncode


Process: type[subprocess.Popen[Any]] = ForkedProcess if sys.platform == "linux" else subprocess.Popen


def run(
    module: str,
    *args: object,
    cwd: Path,
    timeout: float,
    env: dict[str, str] | None = None,
    encoding: str = "utf-8",
    typed: str | None = None,
) -> "subprocess.CompletedProcess[str]":
    """Runs `python -m MODULE ARGS...` to its end; `typed` is its input."""
    words = [sys.executable, "-m", module, *map(str, args)]
    stdin = subprocess.DEVNULL if typed is None else subprocess.PIPE
    streams = {"stdin": stdin, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with Process(words, cwd=cwd, env=env, encoding=encoding, **streams) as process:  # type: ignore[call-overload]
        try:
            printed, complained = process.communicate(typed, timeout=timeout)
        finally:
            process.kill()
    return subprocess.CompletedProcess(words, process.returncode, printed, complained)


def ask(request: dict[str, Any], descriptors: Sequence[int]) -> socket.socket:
    """A connection to the warm process, of which something has been asked."""
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(address())
    message = json.dumps(request).encode()
    socket.send_fds(connection, [len(message).to_bytes(LENGTH_BYTES, "little")], descriptors)
    connection.sendall(message)
    return connection


def address() -> str:
    """Where this process's warm process listens, which is started now and ends with this one; in a command, its own."""
    return served_at or _server()[0]


served_at = ""  # in the warm process itself, and what is forked from it


@cache
def _server() -> tuple[str, int]:
    folder = tempfile.TemporaryDirectory(prefix="warm-")
    path = f"{folder.name}/socket"
    server = _start(
        [PYTHON, "-m", "tests.support.warm_server", path],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert server.stdin is not None
    assert server.stdout is not None
    assert server.stdout.readline(), "no warm process for commands"

    def end() -> None:
        server.communicate()
        folder.cleanup()

    atexit.register(end)
    return path, server.pid


def processor_seconds() -> float:
    """What this process's warm one and all below it have used so far (Linux; 0 elsewhere)."""
    if not _server.cache_info().currsize or sys.platform != "linux":
        return 0.0
    return sum(map(_used, _family(_server()[1])))


def family() -> set[int]:
    """The warm process and all below it, what commands have left behind included. Linux."""
    return {*_family(_server()[1])}


def _family(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):  # it has ended meanwhile
            for child in task.read_text().split():
                yield from _family(int(child))


def _used(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # it has ended meanwhile, and counts with who awaited it
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
