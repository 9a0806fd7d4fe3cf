"""A worker as an ordinary process of the same user: any OS, no restrictions.

For a student's own machine. It keeps the verdict where the student's code is not, bounds time, output and (on Linux)
memory, and ends everything the worker started; it does not keep a hostile submission from the files and the network of
the user.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from grader.errors import SandboxError
from grader.sandbox.child import folders, processor_time
from grader.sandbox.deadline import ProcessorTime
from grader.sandbox.launcher import Bundle
from grader.sandbox.pipes import Pipes
from grader.sandbox.scratch import unused_path

CHILD = Path(__file__).parent / "child"
_GONE_SECONDS = 2.0  # between the end of a worker's pipe and the end of the worker
# Which of a processor's instructions torch, oneDNN and OpenBLAS use: one machine shows with them what another computes.
PROCESSOR_VARIABLES = ("ATEN_CPU_CAPABILITY", "ONEDNN_MAX_CPU_ISA", "OPENBLAS_CORETYPE")
# What a fresh interpreter needs of the environment; everything else could hold a secret, or change an answer.
_VARIABLES = (
    *("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES"),
    *PROCESSOR_VARIABLES,
)


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
    return fixed | {name: os.environ[name] for name in _VARIABLES if name in os.environ}


def isolated_python(program: str, argument: object) -> list[str]:
    """The command that runs a program of `child/` with nothing of the user's: no site, no path, no bytecode.

    Not `-I`, which would ignore the hash seed of `worker_environment` too; nothing else of Python's is in there.
    """
    return [sys.executable, "-s", "-P", "-B", "-X", "utf8", str(CHILD), program, json.dumps(argument)]


class ProcessLauncher:
    """Starts workers with `subprocess`."""

    name = "process"
    restrictions: tuple[str, ...] = ()

    def launch(self, bundle: Bundle) -> "ProcessConnection":
        return ProcessConnection(bundle)

    def close(self) -> None:
        """Hold nothing."""


class ProcessConnection:
    """One child and its three pipes."""

    def __init__(self, bundle: Bundle) -> None:
        self._folder = unused_path()
        self._lock = folders.make(self._folder)
        try:
            self._process = subprocess.Popen(
                isolated_python("worker", {**asdict(bundle.limits), "protected_pids": [os.getpid()]}),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=self._folder,
                env=worker_environment(self._folder),
                start_new_session=True,
                bufsize=0,
            )
        except OSError as error:
            self._remove_folder()
            raise SandboxError(f"a worker process could not be started: {error}") from error
        streams = (self._process.stdin, self._process.stdout, self._process.stderr)
        self._pipes = Pipes(*(os.dup(stream.fileno()) for stream in streams if stream))
        for stream in streams:
            if stream:
                stream.close()
        self.send, self.receive, self.output = self._pipes.send, self._pipes.receive, self._pipes.output

    def processor_time(self) -> ProcessorTime | None:
        times = processor_time.of(self._process.pid)
        return None if times is None else ProcessorTime(*times)

    def end(self) -> str:
        status = self._exit_status()
        self._kill()
        self._process.wait()
        self._pipes.close()
        self._remove_folder()
        return describe_exit(status)

    def _exit_status(self) -> int | None:
        """How the child ended by itself. Its pipe closes a moment before its status is to be had."""
        if self._pipes.hung_up:
            with contextlib.suppress(subprocess.TimeoutExpired):
                return self._process.wait(_GONE_SECONDS)
        return self._process.poll()

    def _remove_folder(self) -> None:
        folders.remove(self._folder)
        os.close(self._lock)

    def _kill(self) -> None:
        if sys.platform == "win32":
            subprocess.run(["taskkill", "/T", "/F", "/PID", str(self._process.pid)], capture_output=True, check=False)
        else:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()


def describe_exit(status: int | None) -> str:
    """How a child ended, in words for the person whose code it ran."""
    if status is None:
        return "stopped answering"
    if status < 0:
        try:
            name = signal.Signals(-status).name
        except ValueError:
            name = f"signal {-status}"
        if name == "SIGXCPU":
            return "used more processor time than a worker may and was stopped"
        return f"was killed by {name}"
    return f"ended the whole process with exit code {status}"
