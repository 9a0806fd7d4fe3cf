"""Containers that wait, started and warm, so that nobody waits for them. Until its first message one is as another."""

import contextlib
import json
import threading
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import asdict, dataclass
from typing import Generic, Protocol, Self, TypeVar

from grader.errors import SandboxError
from grader.sandbox.child.protocol import REPLY, ProtocolError, Value, read_frame, write_frame
from grader.sandbox.launcher import Bundle, Connection

# A kind that was asked for once may never be again (our own oracles' workers are as long-lived as the grader).
HABIT = 2
MAX_WAITING = 8  # of all kinds: each keeps up to a quarter of a GiB, with torch in it


@dataclass(frozen=True, slots=True)
class Kind:
    """What tells one container from another before it has a bundle."""

    settings: str  # the worker's, as JSON
    memory_bytes: int
    disk_bytes: int
    processes: int
    preload: tuple[str, ...]
    gpu: bool
    shared: bool = False  # by the workers of one submission after the other
    trusted: bool = False  # for code of ours alone

    @classmethod
    def of(cls, bundle: Bundle, *, gpu: bool) -> Self:
        limits = bundle.limits
        settings = json.dumps({**asdict(limits), "protected_pids": [1]})  # process 1 is the relay
        return cls(
            settings=settings,
            memory_bytes=limits.memory_bytes,
            disk_bytes=limits.disk_bytes,
            processes=limits.processes,
            preload=tuple(bundle.preload),
            gpu=gpu,
        )


class Spare(Protocol):
    """A started container that may have to wait."""

    def end(self) -> str:
        """End it."""

    def is_quiet(self) -> bool:
        """Whether nothing came from it, not its end either."""


Waiting = TypeVar("Waiting", bound=Spare)


class Spares(Generic[Waiting]):
    """A few waiting containers of each kind that is asked for again and again; `executor` starts them."""

    def __init__(self, start: Callable[[Kind], Waiting], executor: Executor, count: int) -> None:
        self._start = start
        self._executor = executor
        self._count = count
        self._uses: Counter[Kind] = Counter()
        self._coming: Counter[Kind] = Counter()
        self._waiting: defaultdict[Kind, list[Waiting]] = defaultdict(list)
        self._closed = False
        self._lock = threading.Lock()

    def take(self, kind: Kind) -> Waiting | None:
        """A waiting container of that kind, if there is one; another will take its place."""
        with self._lock:
            self._uses[kind] += 1
            container = self._waiting[kind].pop() if self._waiting[kind] else None
            needs_refill = self._uses[kind] >= HABIT and len(self._waiting[kind]) + self._coming[kind] < self._count
            needs_refill = needs_refill and not self._closed and self._total() < MAX_WAITING
            self._coming[kind] += needs_refill
        if needs_refill:
            self._executor.submit(self._refill, kind)
        if container is not None and not container.is_quiet():  # it ended while it waited: its engine was restarted
            self._executor.submit(container.end)
            return None
        return container

    def waiting(self) -> int:
        """How many containers wait now."""
        with self._lock:
            return sum(map(len, self._waiting.values()))

    def close(self) -> None:
        """End those that wait, and accept no more."""
        with self._lock:
            self._closed = True
            ended = [container for kind in self._waiting.values() for container in kind]
            self._waiting.clear()
        for container in ended:
            with contextlib.suppress(SandboxError):
                container.end()

    def _total(self) -> int:
        return sum(map(len, self._waiting.values())) + self._coming.total()

    def _refill(self, kind: Kind) -> None:
        """In the background. What fails here fails again, and is said, where a container is asked for."""
        container = None
        if not self._closed:
            with contextlib.suppress(SandboxError):
                container = self._start(kind)
        with self._lock:
            self._coming[kind] -= 1
            if container is not None and not self._closed:
                self._waiting[kind].append(container)
                return
        if container is not None:
            with contextlib.suppress(SandboxError):
                container.end()


def warm_up(container: Connection, kind: Kind) -> None:
    """Has a worker import what it will need, with nothing to work on yet. Raises SandboxError."""
    message: dict[str, Value] = {"op": "load", "id": 0, "files": {}, "harness": {}, "allowed": []}
    message |= {"preload": list(kind.preload)}
    try:
        write_frame(container.send, message)
        answer = read_frame(container.receive, REPLY)
    except (EOFError, OSError, ProtocolError) as error:
        raise SandboxError(f"a worker's container ended while it started: {container.output()}") from error
    if not isinstance(answer, dict) or answer.get("status") != "value":
        raise SandboxError(f"a worker in a container did not start: {answer!r}")
