"""A sandbox to the rest of the grader: one verb, `call`, over workers that are replaced when they fail.

Deadlines, replacement and distrust of what comes back are the same for every kind of sandbox, and live here.
"""

import itertools
import queue
import threading
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import replace
from typing import Self

from grader.counting import counted
from grader.errors import SandboxError
from grader.model import Outcome
from grader.sandbox.child.protocol import REPLY, ProtocolError, Value, encode, read_frame, write_frame
from grader.sandbox.deadline import Deadline
from grader.sandbox.launcher import Bundle, CallFailed, Connection, Launcher, Reply, Request, Returned
from grader.sandbox.replies import parse

# A function's answers together may take as long as so many that each just keep their deadline: of ten seconds, a
# minute. Those that take less than half a second each do not count at all.
FULL_ANSWERS = 6
START_SECONDS = 120.0  # importing torch on a cold disk; a worker that takes longer is our fault, not the student's
_NO_ANSWER = "sent something that is not an answer"

_Question = tuple[str, str, str, bytes]  # worker, module, name, encoded arguments


class Sandbox:
    """Workers by name, started when they are first asked (or ahead, by `start`), each with its bundle.

    Of the module that has a worker's name, a function whose answers have taken too long together is not asked again.
    """

    def __init__(self, launcher: Launcher, bundles: Mapping[str, Bundle]) -> None:
        self._launcher = launcher
        self._bundles = bundles
        self._workers: dict[str, _Worker] = {}
        self._modules: dict[tuple[str, str], CallFailed | None] = {}  # why an import failed; None where it succeeded
        self._fatal: dict[_Question, CallFailed] = {}  # questions that cost a worker: not asked again
        self._answer_seconds: dict[tuple[str, str], float] = {}  # by worker and function: its own, of long answers

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *ended: object) -> None:
        with ExitStack() as stack:  # one that cannot be ended shall not keep the others
            for worker in self._workers.values():
                stack.callback(worker.end)
            self._workers.clear()

    def start(self, worker: str, *, importing: bool = False) -> None:
        """Start a worker ahead of its first question, so that its start-up is hidden behind other work.

        With `importing` it goes on to import the module of its own name, which will be asked for certain.
        """
        if worker not in self._workers:
            self._workers[worker] = _Worker(self._launcher, self._bundles[worker], worker if importing else None)

    def end(self, worker: str) -> None:
        """End a worker that will not be asked any more: what a submission holds at a time is one exercise's."""
        if worker in self._workers:
            self._workers.pop(worker).end()

    def call(self, request: Request) -> Reply:
        """The answer to one question, within `request.seconds` (and the module's first import within as many)."""
        failure = self._modules.get((request.worker, request.module))
        if failure is not None:
            return failure
        too_slow = self._too_slow(request)
        if too_slow is not None:
            return too_slow
        if self._fatal:  # else a question's bytes, which may be many, are nobody's
            failure = self._fatal.get(_question(request))
            if failure is not None:
                return failure
        try:
            return self._ask(request)
        except SandboxError:  # a fault of ours; the next question gets a new worker
            self._workers.pop(request.worker, None)
            raise

    def _ask(self, request: Request) -> Reply:
        worker = self._ready(request.worker, request.module, request.seconds)
        if isinstance(worker, CallFailed):
            return worker
        reply = worker.ask(message_of(request), request.seconds)
        function = request.worker, request.name
        self._answer_seconds[function] = self._answer_seconds.get(function, 0.0) + worker.own_seconds
        if self._retire(request.worker) and isinstance(reply, CallFailed) and request.module == request.worker:
            self._fatal[_question(request)] = reply
        return reply

    def _too_slow(self, request: Request) -> CallFailed | None:
        """The failure of a function that has had as long as all its answers may take; what is not the submission's own,
        a harness beside it or an oracle, has other bounds."""
        if request.module != request.worker and not request.operates:
            return None
        seconds = self._answer_seconds.get((request.worker, request.name), 0.0)
        if seconds < FULL_ANSWERS * request.seconds:
            return None
        message = (
            f"took {counted(round(seconds), 'second')} for its answers so far, and is not asked again: all of them "
            f"together may take {counted(FULL_ANSWERS * request.seconds, 'second')}"
        )
        return CallFailed(Outcome.TIMEOUT, "slow", message)

    def _ready(self, name: str, module: str, seconds: float) -> "_Worker | CallFailed":
        """A worker that has imported the module, or why the import failed."""
        self.start(name)
        worker = self._workers[name]
        if worker.importing not in (None, module):  # answers come in the order of the questions
            self._ready(name, worker.importing, seconds)
            return self._ready(name, module, seconds)
        if module in worker.imported:
            return worker
        reply = worker.bring(module, seconds)
        self._retire(name)
        if isinstance(reply, CallFailed):
            self._modules[name, module] = reply
            return reply
        return worker

    def _retire(self, name: str) -> bool:
        """Forget a worker that has ended; the next question starts another. Whether it had ended."""
        if self._workers[name].alive:
            return False
        del self._workers[name]
        return True


class _Worker:
    """One started worker: asks and waits, never longer than a deadline, and believes no frame it did not ask for."""

    def __init__(self, launcher: Launcher, bundle: Bundle, importing: str | None = None) -> None:
        self.alive = True
        self.own_seconds = 0.0  # that the last answer took, if it was a long one
        self.imported: set[str] = set()
        self._printed = ""  # by what succeeded without being an answer: shown with the next one
        self._files = bundle.files
        self._numbers = itertools.count(1)
        self._connection = launcher.launch(bundle)
        self._exchanges = _Exchanges(self._connection)
        self._loading: int | None = self._send(
            {
                "op": "load",
                "files": dict(bundle.files),
                "harness": dict(bundle.harness),
                "allowed": list(bundle.allowed),
                "preload": list(bundle.preload),
            }
        )
        self.importing = importing  # a module that was asked for ahead; until its answer was taken, no other question
        self._ahead = self._send(_import(importing)) if importing else None

    def bring(self, module: str, seconds: float) -> Reply:
        """Has a module imported, unless that is under way already."""
        number = self._ahead if module == self.importing else None
        self.importing = self._ahead = None
        reply = self.ask(_import(module), seconds) if number is None else self._ask(number, seconds)
        if isinstance(reply, Returned):
            self.imported.add(module)
            self._printed = reply.output
        return reply

    def ask(self, body: dict[str, Value], seconds: float) -> Reply:
        return self._ask(self._send(body), seconds)

    def _ask(self, number: int, seconds: float) -> Reply:
        if self._loading is not None:
            loading, self._loading = self._loading, None
            loaded = self._answer(loading, START_SECONDS)
            if isinstance(loaded, CallFailed):
                raise SandboxError(f"a worker did not start: {loaded.message}\n{loaded.output}".strip())
            self._printed = loaded.output  # by an import that is under way already
        reply = self._answer(number, seconds)
        reply, self._printed = replace(reply, output=self._printed + reply.output), ""
        if isinstance(reply, CallFailed) and reply.kind == "limit":
            self.end()  # what an allocation that failed half-way left behind is nobody's to guess
        return reply

    def end(self) -> str:
        """Idempotent. How the worker had ended by itself, if it had."""
        if not self.alive:
            return ""
        self.alive = False
        self._exchanges.end()
        return self._connection.end()

    def _send(self, body: dict[str, Value]) -> int:
        """The number of the message, which its answer has to bear."""
        number = next(self._numbers)
        self._exchanges.begin({**body, "id": number})
        return number

    def _answer(self, number: int, seconds: float) -> Reply:
        deadline = Deadline(seconds, self._connection.processor_time)
        try:
            answer = self._exchanges.wait(deadline)
            self.own_seconds = deadline.own_seconds()
        except queue.Empty:
            self.own_seconds = deadline.own_seconds()
            return self._too_late(seconds, deadline)
        except (EOFError, OSError):
            return self._gone(None)
        except (ValueError, MemoryError, ProtocolError):
            return self._gone(_NO_ANSWER)
        reply = parse(answer, number, self._files, self._connection.output())
        return self._gone(_NO_ANSWER) if reply is None else reply

    def _too_late(self, seconds: float, deadline: Deadline) -> CallFailed:
        output = self._connection.output()
        self.end()
        if deadline.was_starved:
            message = (
                f"did not get {counted(seconds, 'second')} of this machine's time, which was busy or waiting for a disk"
            )
            return CallFailed(Outcome.REVIEW, "starved", message, output=output)
        message = f"did not answer within {counted(seconds, 'second')} and was stopped"
        return CallFailed(Outcome.TIMEOUT, "timeout", message, output=output)

    def _gone(self, how: str | None) -> CallFailed:
        output = self._connection.output()
        ended = self.end()
        return CallFailed(Outcome.CRASHED, "crashed", how or ended, output=output)


def _question(request: Request) -> _Question:
    """What makes two questions the same."""
    return request.worker, request.module, request.name, encode([list(request.args or ()), dict(request.kwargs)])


def message_of(request: Request) -> dict[str, Value]:
    """The request's message, as `protocol` specifies it."""
    where: dict[str, Value] = {"op": "operate"} if request.operates else {"op": "call", "module": request.module}
    return {
        **where,
        "name": request.name,
        "args": None if request.args is None else list(request.args),
        "kwargs": dict(request.kwargs),
        "keep": list(request.keep) if isinstance(request.keep, tuple) else request.keep,
        "drop": list(request.drop),
    }


def _import(module: str) -> dict[str, Value]:
    return {"op": "import", "module": module}


class _Exchanges(threading.Thread):
    """One message out and one frame in, again and again: on a thread of its own, since a worker may do neither.

    Nothing is read between exchanges: what a worker says unasked stays in its pipe and blocks it, not us. One thread
    serves a worker's whole life, as starting one would be a third of a short question's time.
    """

    def __init__(self, connection: Connection) -> None:
        super().__init__(daemon=True)
        self._connection = connection
        self._messages: queue.SimpleQueue[dict[str, Value] | None] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[Value | Exception] = queue.SimpleQueue()
        self.start()

    def begin(self, message: dict[str, Value]) -> None:
        """Send a message; never waits."""
        self._messages.put(message)

    def wait(self, deadline: Deadline) -> Value:
        """The next frame's value.

        Raises queue.Empty when time is up (not TimeoutError, which a broken network raises too); EOFError or OSError if
        the worker is gone; ValueError, MemoryError or ProtocolError for what is no frame, or none for us.
        """
        while seconds := deadline.wait_seconds():
            with suppress(queue.Empty):
                answer = self._answers.get(timeout=seconds)
                if isinstance(answer, Exception):
                    raise answer
                return answer
        raise queue.Empty

    def end(self) -> None:
        """No more messages. An exchange under way ends with the worker."""
        self._messages.put(None)

    def run(self) -> None:
        while (message := self._messages.get()) is not None:
            try:
                write_frame(self._connection.send, message)
                self._answers.put(read_frame(self._connection.receive, REPLY))
            except (EOFError, OSError, ValueError, MemoryError, ProtocolError) as error:
                self._answers.put(error)
