"""A worker as an ordinary process of the same user: any OS, no walls.

For a student's own machine. It keeps the verdict where the student's code is not, bounds time, output and (on Linux) memory,
and ends everything the worker started; it does not keep a hostile submission from the files and the network of the user.
"""

import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from grader.errors import SandboxError
from grader.sandbox.base import OUTPUT_BYTES, Bundle

WORKER = Path(__file__).with_name("worker.py")
_DRAIN_SECONDS = 2.0  # for a dead child's pipes to close; at once, unless something still holds them
# What a fresh interpreter needs of the environment; everything else could hold a secret, or change an answer.
_KEPT = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES")


def worker_environment(folder: str) -> dict[str, str]:
    """The whole environment of a worker whose private folder is `folder`."""
    fixed = {
        "HOME": folder,
        "TMPDIR": folder,
        "TEMP": folder,
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",  # the same order of a set in every run
        "OMP_NUM_THREADS": "1",  # a class keeps the cores busy; threads of one worker would only be in the way
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
    }
    return fixed | {name: os.environ[name] for name in _KEPT if name in os.environ}


class ProcessLauncher:
    """Starts workers with `subprocess`."""

    name = "process"

    def launch(self, bundle: Bundle) -> "ProcessConnection":
        return ProcessConnection(bundle)

    def close(self) -> None:
        """Holds nothing."""


class ProcessConnection:
    """One child and its three pipes."""

    def __init__(self, bundle: Bundle) -> None:
        self._folder = tempfile.mkdtemp(prefix="grader-")
        command = [sys.executable, "-I", "-B", "-X", "utf8", str(WORKER), str(bundle.limits.memory_bytes)]
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=self._folder,
                env=worker_environment(self._folder),
                start_new_session=True,
                bufsize=0,
            )
        except OSError as error:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise SandboxError(f"a worker process could not be started: {error}") from error
        assert self._process.stdin and self._process.stdout and self._process.stderr
        self._stdin, self._stdout, self._stderr = self._process.stdin, self._process.stdout, self._process.stderr
        self._hung_up = False
        self._silent = False
        self._printed = bytearray()
        self._lock = threading.Lock()
        self._drain = threading.Thread(target=self._keep_output, daemon=True)
        self._drain.start()

    def send(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[self._stdin.write(view) or 0 :]

    def receive(self, count: int) -> bytes:
        part = self._stdout.read(count) or b""
        self._hung_up = not part
        return part

    def output(self) -> str:
        with self._lock:
            self._take_output()
            text, self._printed[:] = self._printed.decode("utf-8", "replace"), b""
        return text

    def end(self) -> str:
        status = self._exit_status()
        self._kill()
        self._process.wait()
        self._drain.join(_DRAIN_SECONDS)
        if not self._drain.is_alive():  # else something escaped and still holds the pipe: leave it to the thread
            for pipe in (self._stdin, self._stdout, self._stderr):
                with contextlib.suppress(OSError):
                    pipe.close()
        shutil.rmtree(self._folder, ignore_errors=True)
        return describe_exit(status)

    def _exit_status(self) -> int | None:
        """How the child ended by itself. Its pipe closes a moment before its status is to be had."""
        if self._hung_up:
            with contextlib.suppress(subprocess.TimeoutExpired):
                return self._process.wait(_DRAIN_SECONDS)
        return self._process.poll()

    def _kill(self) -> None:
        if sys.platform == "win32":
            subprocess.run(["taskkill", "/T", "/F", "/PID", str(self._process.pid)], capture_output=True, check=False)
        else:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()

    def _keep_output(self) -> None:
        """The drain's thread: reads all that is printed, so that the child never blocks on it."""
        with contextlib.suppress(OSError, ValueError):
            if sys.platform == "win32":  # select knows no pipes there: a line may turn up one question late
                while part := self._stderr.read(1 << 16):
                    self._keep(part)
            while not self._silent:
                select.select([self._stderr], [], [])
                with self._lock:
                    self._take_output()

    def _take_output(self) -> None:
        """What is in the pipe now. A worker flushes before it replies, so after a reply all that it printed is here."""
        while sys.platform != "win32" and not self._silent and select.select([self._stderr], [], [], 0)[0]:
            part = self._stderr.read(1 << 16)
            self._silent = not part
            self._keep(part or b"")

    def _keep(self, part: bytes) -> None:
        self._printed += part[: max(0, OUTPUT_BYTES - len(self._printed))]


def describe_exit(status: int | None) -> str:
    """How a child ended, in words for the person whose code it ran."""
    if status is None:
        return "stopped answering"
    if status < 0:
        try:
            name = signal.Signals(-status).name
        except ValueError:
            name = f"signal {-status}"
        return f"was killed by {name}"
    return f"ended the whole process with exit code {status}"
