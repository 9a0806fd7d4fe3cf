"""Commands that start at once: forked from a process that has imported what they need, which is most of what they cost.

Each runs in a process of its own all the same, with the words, folder, environment and streams of who asked
(`warm_client`), and ends with its exit code. What imports anew, or has to be killed, tests start by themselves.

    python -m tests.support.warm_commands SOCKET        prints a line once it listens; ends with its standard input
"""

import atexit
import gc
import importlib
import io
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
CLIENT = Path(__file__).with_name("warm_client.py")
# Not the commands themselves: their consoles look at the streams and the environment when they are imported.
COLD = (
    *("grader.__main__", "grader.cli", "grader.course.scaffold", "grader.assignment", "grader.sandbox.child"),
    *("grader.oracles.optimizers", "grader.oracles.training.harness"),  # torch, which no command has in itself
)


def command(module: str, *args: object, path: str = "") -> list[str]:
    """The command that has `python -m MODULE ARGS...` run by a warm process; `path` as sys.path begins with it."""
    if not hasattr(os, "fork"):
        return [sys.executable, "-m", module, *map(str, args)]
    address, _ = _server()
    return [sys.executable, "-IS", str(CLIENT), address, path, module, *map(str, args)]


def processor_seconds() -> float:
    """What this process's warm one and its commands have used so far (Linux; 0 elsewhere)."""
    if not _server.cache_info().currsize or sys.platform != "linux":
        return 0.0
    fields = Path(f"/proc/{_server()[1]}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


@cache
def _server() -> tuple[str, int]:
    """The socket and the number of this process's own warm process, which is started now and ends with this one."""
    folder = tempfile.TemporaryDirectory(prefix="warm-")
    address = f"{folder.name}/socket"
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.support.warm_commands", address],
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
    return address, server.pid


def _import_all() -> None:
    for name in ("pytest", "numpy", "sympy", "grader.pipeline"):
        importlib.import_module(name)
    for path in sorted((ROOT / "grader").rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        if not name.startswith(COLD):
            with suppress(ImportError):  # another system's, or something optional that is not installed
                importlib.import_module(name)


def _serve(address: str) -> None:
    """Runs what it is asked for, one at a time, until its standard input ends."""
    deaths = _tell_deaths()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        print("ready", flush=True)
        while sys.stdin not in select.select([listener, sys.stdin], [], [])[0]:
            connection, _ = listener.accept()
            with connection:
                _run(connection, listener, deaths)


def _run(connection: socket.socket, listener: socket.socket, deaths: int) -> None:
    """One command; killed, when who asked for it is gone."""
    length, streams, _, _ = socket.recv_fds(connection, 8, 3)
    request = json.loads(connection.makefile("rb").read(int.from_bytes(length, "little")))
    child = os.fork()
    if child == 0:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.close(deaths)
        connection.close()
        listener.close()
        _become(request, streams)
    for stream in streams:
        os.close(stream)
    code = os.waitstatus_to_exitcode(_wait_status(child, connection, deaths))
    with suppress(OSError):  # who asked is gone
        connection.sendall(str(code).encode())


def _wait_status(child: int, connection: socket.socket, deaths: int) -> int:
    while connection not in select.select([deaths, connection], [], [])[0]:
        os.read(deaths, 1)
        ended, status = os.waitpid(child, os.WNOHANG)  # or it was only stopped
        if ended:
            return status
    os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1]


def _tell_deaths() -> int:
    """A descriptor that has something to read whenever a child of this process has ended."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.set_wakeup_fd(writing)
    return reading


def _become(request: dict[str, object], streams: list[int]) -> None:
    """Runs the command in this process, and ends it as Python would."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.environ.clear()
    os.environ.update(request["environment"])  # type: ignore[call-overload]
    os.chdir(str(request["folder"]))
    sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, "r", closefd=False)))
    sys.stdout = io.TextIOWrapper(io.BufferedWriter(io.FileIO(1, "w", closefd=False)), line_buffering=os.isatty(1))
    errors = io.BufferedWriter(io.FileIO(2, "w", closefd=False))
    sys.stderr = io.TextIOWrapper(errors, errors="backslashreplace", line_buffering=True)
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr
    sys.path[0] = str(request["path"]) or os.getcwd()
    for name in [name for name in sys.modules if name.partition(".")[0] == "tests"]:
        del sys.modules[name]
    module = str(request["module"])
    sys.argv = [module, *request["args"]]  # type: ignore[misc]
    gc.unfreeze()
    runpy.run_module(module, run_name="__main__", alter_sys=True)
    sys.exit()


if __name__ == "__main__":
    _import_all()
    gc.freeze()
    _serve(sys.argv[1])
