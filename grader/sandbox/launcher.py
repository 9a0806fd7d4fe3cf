"""What is said to a sandbox and what comes back, and what a kind of sandbox has to know.

A kind (`process`, `jail`, `docker`) is a `Launcher`: it knows how to start a confined worker and how to end it with all
that it started. Everything else is the same for all, and lives in `supervisor`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from grader.model import Frame, Outcome
from grader.sandbox.child.protocol import Value
from grader.sandbox.deadline import ProcessorTime


@dataclass(frozen=True, slots=True)
class Limits:
    """What one worker may use, over its whole life."""

    memory_bytes: int = 2 << 30
    processes: int = 64  # and threads
    cpu_seconds: int = 3600  # a backstop behind the deadlines: threads that go on after an answer
    open_files: int = 256
    file_bytes: int = 16 << 20  # of one file
    disk_bytes: int = 64 << 20  # of all its files


@dataclass(frozen=True, slots=True)
class Bundle:
    """All that one worker gets to work with.

    `files` are the submission's (path -> bytes), `harness` ours (likewise) that run beside them and come first.
    `allowed` are the roots that the submission's modules may import, `preload` what is imported
    before any deadline runs: with what these packages require, all that is installed for this worker.
    """

    files: Mapping[str, bytes]
    harness: Mapping[str, bytes]
    allowed: tuple[str, ...] = ()
    preload: tuple[str, ...] = ()
    limits: Limits = Limits()


Keep = int | tuple[int | None, ...] | None


@dataclass(frozen=True, slots=True)
class Request:
    """One question: `name(*args, **kwargs)` of `module` in `worker`, or the constant `name` where `args` is None.

    With `operates`, `name` is one of Python's own operations, on values that stay in the worker. `keep` is what of the
    result stays there: nothing, all of it under a number, or of its parts those that have one. `drop` are the numbers
    of values that are not needed any more.
    """

    worker: str
    module: str
    name: str
    args: tuple[Value, ...] | None
    seconds: float
    kwargs: Mapping[str, Value] = field(default_factory=dict)
    operates: bool = False
    keep: Keep = None
    drop: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Returned:
    """The worker answered with a value."""

    value: Value
    mutated: bool = False
    output: str = ""


@dataclass(frozen=True, slots=True)
class CallFailed:
    """The worker answered with a fault, or not at all.

    `kind` is a status of the protocol, `timeout`, `crashed`, `starved` (the machine let it have no time) or `slow` (not
    asked: earlier answers took too long together).
    """

    outcome: Outcome
    kind: str
    message: str
    frames: tuple[Frame, ...] = ()
    output: str = ""


Reply = Returned | CallFailed


OnStep = Callable[[int, int, str], None]  # of an image's build: the step's number, how many there are, what it does


class Connection(Protocol):
    """A started worker's ends."""

    def send(self, data: bytes) -> None:
        """Write all of `data`. Raises OSError once the worker is gone."""

    def receive(self, count: int) -> bytes:
        """Up to `count` bytes of replies, blocking; none at the end."""

    def output(self) -> str:
        """What the student's code printed since the last time this was asked, capped."""

    def processor_time(self) -> ProcessorTime | None:
        """What the worker has had of the processor; None where that is not known."""

    def end(self) -> str:
        """End the worker and everything that it started; in words, how it had ended before."""


class Launcher(Protocol):
    """A kind of sandbox."""

    name: str
    restrictions: tuple[str, ...]  # that hold, in words for the report

    def launch(self, bundle: Bundle) -> Connection:
        """A worker that waits for its first message. Raises SandboxError when this machine cannot give one."""

    def close(self) -> None:
        """Give back what the launcher itself holds."""
