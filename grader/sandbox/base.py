"""What every sandbox is to the rest of the grader: one verb, `call`, over workers that are replaced when they fail.

A kind of sandbox (`process`, `jail`, `docker`) is a `Launcher`: it knows how to start a confined worker and how to end
it with all that it started. Everything else, deadlines, replacement, distrust of what comes back, is the same and lives
here.
"""

import itertools
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Protocol, Self

from grader.errors import SandboxError
from grader.model import Frame, Outcome
from grader.sandbox.protocol import (
    MAX_REPLY_BYTES,
    STATUSES,
    ProtocolError,
    Value,
    encode,
    read_frame,
    write_frame,
)

START_SECONDS = 120.0  # importing torch on a cold disk; a worker that takes longer is our fault, not the student's


@dataclass(frozen=True, slots=True)
class Limits:
    """What one worker may use, over its whole life."""

    memory_bytes: int = 2 << 30
    processes: int = 64  # and threads
    cpu_seconds: int = 3600  # a backstop behind the deadlines: threads that go on after an answer
    open_files: int = 256
    file_bytes: int = 16 << 20  # of one file
    disk_bytes: int = 64 << 20  # of all its files

    def terms(self) -> dict[str, Any]:
        """The same as the worker is told them."""
        return {"memory": self.memory_bytes, **{name: getattr(self, name) for name in self.__slots__[1:]}}


@dataclass(frozen=True, slots=True)
class Bundle:
    """All that one worker gets to work with.

    `files` are the submission's (path -> bytes), `guests` ours (likewise) that run beside them and come first.
    `allowed` are the roots that the submission's modules may import, `absent` the packages that must not exist in this
    worker, `preload` what is imported before any deadline runs.
    """

    files: Mapping[str, bytes]
    guests: Mapping[str, bytes]
    allowed: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    preload: tuple[str, ...] = ()
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True)
class Request:
    """One question: `name(*args)` of `module` in `worker`, or the constant `name` where `args` is None."""

    worker: str
    module: str
    name: str
    args: tuple[Value, ...] | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Returned:
    """The worker answered with a value."""

    value: Value
    mutated: bool = False
    output: str = ""


@dataclass(frozen=True, slots=True)
class Faulted:
    """The worker answered with a fault, or not at all. `kind` is a status of the protocol, `timeout` or `crashed`."""

    outcome: Outcome
    kind: str
    message: str
    frames: tuple[Frame, ...] = ()
    output: str = ""


Reply = Returned | Faulted


class Connection(Protocol):
    """A started worker's ends."""

    def send(self, data: bytes) -> None:
        """Writes all of `data`. Raises OSError once the worker is gone."""

    def receive(self, count: int) -> bytes:
        """Up to `count` bytes of replies, blocking; none at the end."""

    def output(self) -> str:
        """What the student's code printed since the last time this was asked, capped."""

    def end(self) -> str:
        """Ends the worker and everything that it started, and says in words how it had ended before."""


class Launcher(Protocol):
    """A kind of sandbox."""

    name: str
    walls: tuple[str, ...]  # that hold, in words for the report

    def launch(self, bundle: Bundle) -> Connection:
        """A worker that waits for its first message. Raises SandboxError when this machine cannot give one."""

    def close(self) -> None:
        """Gives back what the launcher itself holds."""


_Question = tuple[str, str, str, bytes]  # worker, module, name, encoded arguments


class Sandbox:
    """Workers by name, started when they are first asked (or ahead, by `start`), each with its bundle."""

    def __init__(self, launcher: Launcher, bundles: Mapping[str, Bundle]) -> None:
        self._launcher = launcher
        self._bundles = bundles
        self._workers: dict[str, _Worker] = {}
        self._modules: dict[tuple[str, str], Faulted | None] = {}  # what came of importing; None where it went well
        self._fatal: dict[_Question, Faulted] = {}  # questions that cost a worker: not asked again

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with ExitStack() as stack:  # one that cannot be ended shall not keep the others
            for worker in self._workers.values():
                stack.callback(worker.end)
            self._workers.clear()

    def start(self, worker: str) -> None:
        """Starts a worker ahead of its first question, so that its start-up is hidden behind other work."""
        if worker not in self._workers:
            self._workers[worker] = _Worker(self._launcher, self._bundles[worker])

    def call(self, request: Request) -> Reply:
        """The answer to one question, within `request.seconds` (and the module's first import within as many)."""
        known = self._modules.get((request.worker, request.module))
        if known is not None:
            return known
        key = (request.worker, request.module, request.name, encode(list(request.args or ())))
        if key in self._fatal:
            return self._fatal[key]
        try:
            return self._ask(request, key)
        except SandboxError:  # ours to mend; whatever comes next gets a worker that is whole
            self._workers.pop(request.worker, None)
            raise

    def _ask(self, request: Request, key: _Question) -> Reply:
        worker = self._ready(request)
        if isinstance(worker, Faulted):
            return worker
        args = None if request.args is None else list(request.args)
        body: dict[str, Value] = {"op": "call", "module": request.module, "name": request.name, "args": args}
        reply = worker.ask(body, request.seconds)
        reply, worker.printed = replace(reply, output=worker.printed + reply.output), ""
        if self._retire(request.worker) and isinstance(reply, Faulted) and request.module == request.worker:
            self._fatal[key] = reply
        return reply

    def _ready(self, request: Request) -> "_Worker | Faulted":
        """A worker that has imported the module, or what came of trying."""
        self.start(request.worker)
        worker = self._workers[request.worker]
        if request.module in worker.imported:
            return worker
        reply = worker.ask({"op": "import", "module": request.module}, request.seconds)
        self._retire(request.worker)
        if isinstance(reply, Faulted):
            self._modules[request.worker, request.module] = reply
            return reply
        worker.imported.add(request.module)
        worker.printed = reply.output
        return worker

    def _retire(self, name: str) -> bool:
        """Forgets a worker that is no more; the next question starts another."""
        if self._workers[name].alive:
            return False
        del self._workers[name]
        return True


class _Worker:
    """One started worker: asks and waits, never longer than a deadline, and believes no frame it did not ask for."""

    def __init__(self, launcher: Launcher, bundle: Bundle) -> None:
        self.alive = True
        self.imported: set[str] = set()
        self.printed = ""  # while it was imported; shown with the first answer
        self._files = bundle.files
        self._numbers = itertools.count(1)
        self._connection = launcher.launch(bundle)
        self._loading: _Exchange | None = self._send(
            {
                "op": "load",
                "files": dict(bundle.files),
                "guests": dict(bundle.guests),
                "allowed": list(bundle.allowed),
                "absent": list(bundle.absent),
                "preload": list(bundle.preload),
            }
        )

    def ask(self, body: dict[str, Value], seconds: float) -> Reply:
        if self._loading is not None:
            loading, self._loading = self._loading, None
            loaded = self._answer(loading, START_SECONDS)
            if isinstance(loaded, Faulted):
                raise SandboxError(f"a worker did not start: {loaded.message}\n{loaded.output}".strip())
        reply = self._answer(self._send(body), seconds)
        if isinstance(reply, Faulted) and reply.kind == "limit":
            self.end()  # what an allocation that failed half-way left behind is nobody's to guess
        return reply

    def end(self) -> str:
        """Idempotent. How the worker had ended by itself, if it had."""
        if not self.alive:
            return ""
        self.alive = False
        return self._connection.end()

    def _send(self, body: dict[str, Value]) -> "_Exchange":
        exchange = _Exchange(self._connection, {**body, "id": next(self._numbers)})
        exchange.start()
        return exchange

    def _answer(self, exchange: "_Exchange", seconds: float) -> Reply:
        exchange.join(seconds)
        if exchange.is_alive():
            output = self._connection.output()
            self.end()
            message = f"did not answer within {seconds:g} seconds and was stopped"
            return Faulted(Outcome.TIMEOUT, "timeout", message, output=output)
        if isinstance(exchange.failure, EOFError | OSError):
            return self._gone(None)
        reply = _parse(exchange.answer, exchange.number, self._files, self._connection.output())
        if exchange.failure is not None or reply is None:
            return self._gone("sent something that is no answer")
        return reply

    def _gone(self, how: str | None) -> Faulted:
        output = self._connection.output()
        ended = self.end()
        return Faulted(Outcome.CRASHED, "crashed", how or ended, output=output)


class _Exchange(threading.Thread):
    """One message out and one frame in, on a thread of its own, since a worker may neither read nor answer.

    Nothing is read between exchanges: what a worker says unasked stays in its pipe and blocks it, not us.
    """

    def __init__(self, connection: Connection, message: dict[str, Value]) -> None:
        super().__init__(daemon=True)
        self.number = message["id"]
        self.answer: Value = None
        self.failure: Exception | None = None
        self._connection = connection
        self._message = message

    def run(self) -> None:
        try:
            write_frame(self._connection.send, self._message)
            self.answer = read_frame(self._connection.receive, MAX_REPLY_BYTES)
        except (EOFError, OSError, ValueError, ProtocolError) as error:
            self.failure = error


_OUTCOMES = {
    "error": Outcome.ERROR,
    "missing": Outcome.MISSING,
    "signature": Outcome.ERROR,
    "forbidden": Outcome.FORBIDDEN,
    "limit": Outcome.CRASHED,
}


def _parse(answer: Value, number: Value, files: Mapping[str, bytes], output: str) -> Reply | None:
    """The reply that a frame holds; None where it holds anything but one answer to question `number`."""
    match answer:
        case {"id": int(own), "status": "value", "value": value, "mutated": bool(mutated)} if own == number:
            return Returned(value, mutated, output)
        case {"id": int(own), "status": str(status), "message": str(message), "frames": list(frames)} if (
            own == number and status in STATUSES
        ):
            return Faulted(_OUTCOMES[status], status, message, _frames(frames, files), output)
        case _:
            return None


def _frames(frames: "list[Value]", files: Mapping[str, bytes]) -> tuple[Frame, ...]:
    """A traceback, its lines of code taken from the submission as we read it."""
    found = []
    for frame in frames[:16]:
        match frame:
            case [str(file), int(line), str(function)] if file in files:
                lines = files[file].decode("utf-8", "replace").splitlines()
                code = lines[line - 1].strip() if 0 < line <= len(lines) else ""
                found.append(Frame(file, line, function[:80], code[:200]))
            case _:
                pass
    return tuple(found)
