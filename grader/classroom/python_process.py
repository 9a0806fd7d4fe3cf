"""Processes of ours beside a class: a module's `run`, with pipes to its input and from its output.

`start_python` starts an interpreter for it. A `Start` may also have it forked (`fork_server`), for the same result.
"""

import subprocess
import sys
from collections.abc import Sequence
from typing import IO, Protocol


class PythonProcess(Protocol):
    """What is asked of one; `subprocess.Popen` gives the same answers."""

    pid: int
    stdin: IO[bytes] | None
    stdout: IO[bytes] | None

    @property
    def pids(self) -> tuple[int, ...]:
        """Its own, and that of a process of ours which it was forked from and ends with."""

    def poll(self) -> int | None:
        """The exit code, or the negative number of a signal; None while it lives."""

    def wait(self, timeout: float | None = None) -> int:
        """The same, once it has ended. Raises subprocess.TimeoutExpired."""

    def kill(self) -> None:
        """Ends it, if it lives."""


class Start(Protocol):
    """Starts `module`'s `run(arguments)` in a session of its own.

    `errors` takes what it prints. `descriptors` are open there too, and their numbers follow the arguments.
    """

    def __call__(
        self, module: str, arguments: Sequence[str], errors: IO[bytes], descriptors: Sequence[int] = ()
    ) -> PythonProcess: ...


class StartedProcess(subprocess.Popen[bytes]):
    """An interpreter of its own."""

    @property
    def pids(self) -> tuple[int, ...]:
        return (self.pid,)


def start_python(
    module: str, arguments: Sequence[str], errors: IO[bytes], descriptors: Sequence[int] = ()
) -> StartedProcess:
    """A `Start` on every system."""
    return StartedProcess(
        [sys.executable, "-m", module, *arguments, *map(str, descriptors)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        start_new_session=True,  # Ctrl-C is the parent's to answer
        pass_fds=tuple(descriptors),
    )
