"""The grader's ends of a worker in a container, and what they ask of whoever holds the engine."""

from typing import Protocol

from grader.errors import SandboxError
from grader.sandbox.child import rlimits
from grader.sandbox.child.engine_stream import STOPPED
from grader.sandbox.deadline import ProcessorTime
from grader.sandbox.docker.stream import Stream
from grader.sandbox.process import describe_exit


class Engine(Protocol):
    """What a worker's ends, and a container that workers share, need of whoever holds the engine."""

    def attach_relay(self, container: str, command: list[str]) -> Stream:
        """Start a relay in a container. Raises SandboxError."""

    def discard(self, identity: str) -> None:
        """Remove a container in the background."""

    def processor_time(self, identity: str) -> ProcessorTime | None:
        """Of all that runs in a container; None where that is not known."""

    def how_it_ended(self, identity: str, *, hung_up: bool) -> tuple[int | None, bool]:
        """A container's exit status, None while it runs, and whether it had passed its memory. Raises SandboxError."""


class WorkerInContainer:
    """One worker's ends, over a stream into the container `identity`."""

    def __init__(self, engine: Engine, identity: str, stream: Stream) -> None:
        self.identity = identity
        self._engine = engine
        self._stream = stream
        self._failure: SandboxError | None = None
        self.receive = stream.receive

    def processor_time(self) -> ProcessorTime | None:
        """Of the whole container: a submission's workers are asked one after the other."""
        return self._engine.processor_time(self.identity)

    def output(self) -> str:
        """Raise SandboxError once the engine has failed this worker: its silence is no student's doing."""
        if self._failure is not None:
            raise self._failure
        return self._stream.output()


class Container(WorkerInContainer):
    """One started container's ends; it is one worker's, which may use `memory_bytes`."""

    def __init__(self, engine: Engine, identity: str, stream: Stream, memory_bytes: int) -> None:
        super().__init__(engine, identity, stream)
        self._memory_bytes = memory_bytes
        self.send, self.is_quiet = stream.send, stream.is_quiet

    def end(self) -> str:
        """Raise SandboxError where it is the engine that failed: that is no student's crash."""
        try:
            return self._how_it_ended() if self._stream.hung_up or self._stream.waiting else ""
        except SandboxError as error:
            self._failure = error
            raise
        finally:
            self._stream.close()
            self._engine.discard(self.identity)

    def _how_it_ended(self) -> str:
        status, out_of_memory = self._engine.how_it_ended(self.identity, hung_up=self._stream.hung_up)
        if out_of_memory:
            return f"used more than {rlimits.size(self._memory_bytes)} of memory and was stopped"
        if status is None or status == STOPPED:
            return describe_exit(None)
        return describe_exit(128 - status if status > 128 else status)  # as a shell counts signals
