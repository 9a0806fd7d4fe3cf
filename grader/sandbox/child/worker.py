"""The process in which a student's code runs: started with nothing of the user's, or forked by a zygote.

It obeys the messages that `protocol` specifies, one after the other, and answers each once. Nothing in here is a secret
and nothing that it says is believed: the student's code may read and change all of it. What is true is decided by the
grader, which lives in another process and knows the expected values, the points and the deadlines.

    child worker LIMITS     requests come on descriptor 0, replies go to 1, and 2 takes what the student prints

LIMITS is a JSON object: what the worker is held to, and `protected_pids`, the processes that it must not reach for. A
zygote forks workers instead of starting them so; it shuts them in and calls `serve`.
"""

import importlib
import inspect
import json
import os
import queue
import random
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BufferedReader, FileIO
from typing import Any

from . import convert, kept_values, packages, protocol, rlimits
from .failures import failure, problem, student_frames, text_of
from .importer import Importer, path_of

if sys.platform == "linux":
    from . import confine

_SPEECHLESS = 71  # exit code of a worker that cannot answer any more
_CHUNK = 1 << 16

Take = Callable[[int], bytes]  # so many bytes of what was sent to us; fewer at its end
Send = Callable[[bytes], None]


@dataclass(slots=True)
class State:
    """What one request leaves for the next."""

    importer: Importer = field(default_factory=Importer)
    kept_table: kept_values.Table = field(default_factory=kept_values.Table)


def main(argument: str) -> None:
    """Run a worker that was started, not forked: it limits itself as far as the system can, and serves."""
    limits = json.loads(argument)
    requests, send = own_channel()
    take = _taken_ahead(requests)
    rlimits.set_limits(limits)
    if sys.platform == "linux":
        confine.harden(limits["protected_pids"])
    serve(take, send)


def serve(take: Take, send: Send) -> None:
    """Answer requests until the grader closes the channel."""
    state = State()
    sys.meta_path.insert(0, state.importer)
    while True:
        try:
            request: Any = protocol.read_frame(take, protocol.REQUEST)
        except EOFError:
            os._exit(0)  # not sys.exit: threads and atexit handlers of the student's do not get a say
        reply = answer(state, request)
        _quietly(lambda: sys.stdout.flush())
        _quietly(lambda: sys.stderr.flush())
        try:
            send(_frame({**reply, "id": request["id"]}))
        except OSError:  # nobody listens, or the student's code has closed what we speak through
            os._exit(_SPEECHLESS)


def _frame(reply: dict[str, Any]) -> bytes:
    """The reply's frame; where it would be none, since the value is too large for one, a frame that says so."""
    whole = bytearray()
    try:
        protocol.write_frame(whole.extend, reply, protocol.REPLY)
    except protocol.ProtocolError as error:
        return _frame({**reply, "value": protocol.Opaque(f"something too large ({error})")})
    return bytes(whole)


def answer(state: State, request: Any) -> dict[str, Any]:
    """Carry out one request; the reply's fields. The one place in the child that catches everything.

    A submission may raise anything, SystemExit and classes of its own included, while it is imported, called or looked
    at; each is an answer ("your code raised ..."), and none may end the worker.
    """
    try:
        reply = _OPERATIONS[request["op"]](state, request)
    except BaseException as error:  # noqa: BLE001
        reply = _failure_reply(state, error)
    if state.importer.refused:
        return problem("forbidden", f"import of {state.importer.refused[0]}", [])
    return reply


def _failure_reply(state: State, error: BaseException) -> dict[str, Any]:
    """The reply that says what was raised. Its class is the student's, too, and may raise when it is looked at."""
    try:
        return failure(state.importer, error)
    except BaseException:  # noqa: BLE001
        return problem("error", "an exception that raises another one when it is looked at", [])


def load(state: State, request: Any) -> dict[str, Any]:
    state.importer.allowed = frozenset(request["allowed"])
    packages.restrict(request["preload"])
    for root in request["preload"]:
        importlib.import_module(root)  # before any deadline runs: a student does not pay for sympy's start
    # Last: a mpmath.py of theirs is not sympy's.
    state.importer.files, state.importer.harness = request["files"], request["harness"]
    seed_generators()
    return {"status": "value", "value": None, "mutated": False}


def seed_generators() -> None:
    """The same in every worker, forked or started: an answer that is drawn from them can be reproduced."""
    random.seed(0)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(0)
    if "torch" in sys.modules:
        sys.modules["torch"].default_generator.manual_seed(0)


def run_module(state: State, request: Any) -> dict[str, Any]:
    importlib.import_module(request["module"])
    return {"status": "value", "value": None, "mutated": False}


_ABSENT = object()


def call(state: State, request: Any) -> dict[str, Any]:
    module = importlib.import_module(request["module"])
    name = request["name"]
    target: Any = getattr(module, name, _ABSENT)  # looked up once: a module may have a `__getattr__` of its own
    if target is _ABSENT:
        return problem("missing", f"{request['module'].replace('.', '/')}.py has no {name}", [])
    if request["args"] is None:
        return {"status": "value", "value": convert.to_wire(target), "mutated": False}
    args, kwargs = _arguments(state, request)
    if not _fits(target, args, kwargs):
        return problem("signature", f"{name}{_signature_of(target)}", [])
    value = state.kept_table.send(target(*args, **kwargs), request["keep"])
    mutated = path_of(request["module"], state.importer.harness) is None and _are_changed(state, request, args, kwargs)
    return {"status": "value", "value": value, "mutated": mutated}


def operate(state: State, request: Any) -> dict[str, Any]:
    """One of Python's own operations on values that have stayed here."""
    name = request["name"]
    args, kwargs = _arguments(state, request)
    if name == "call" and not _fits(args[0], args[1:], kwargs):
        kind = convert.article(type(args[0]).__name__)
        return problem("signature", f"{_name_of(args[0])}{_signature_of(args[0])}" if callable(args[0]) else kind, [])
    try:
        result = kept_values.OPERATIONS[name](*args, **kwargs)
    except AttributeError as error:
        if name != "getattr" or student_frames(state.importer, error):
            raise
        return problem("missing", text_of(error), [])
    value = state.kept_table.send(result, request["keep"])
    return {"status": "value", "value": value, "mutated": _are_changed(state, request, args, kwargs)}


def _arguments(state: State, request: Any) -> tuple[list[Any], dict[str, Any]]:
    state.kept_table.drop(request["drop"])
    args = convert.from_wire(request["args"], state.kept_table.get)
    return args, convert.from_wire(request["kwargs"], state.kept_table.get)


def _are_changed(state: State, request: Any, args: list[Any], kwargs: dict[str, Any]) -> bool:
    """Whether what was sent is not what it was; a student's own values may change as they please."""
    sent = [*request["args"], *request["kwargs"].values()]
    plain = [
        (before, now)
        for before, now in zip(sent, [*args, *kwargs.values()], strict=True)
        if not kept_values.holds_handle(before)
    ]
    # What was sent is made anew: the way back widens a dtype, and makes a list of a tuple.
    afresh = [convert.from_wire(before, state.kept_table.get) for before, _ in plain]
    return _as_sent(afresh) != _as_sent([now for _, now in plain])


def _as_sent(values: list[Any]) -> bytes:
    return protocol.encode(convert.to_wire(values, protocol.REQUEST))


_OPERATIONS: dict[str, Callable[[State, Any], dict[str, Any]]] = {
    "load": load,
    "import": run_module,
    "call": call,
    "operate": operate,
}


def _fits(target: Any, args: list[Any], kwargs: dict[str, Any]) -> bool:
    if not callable(target):
        return False
    try:
        signature = inspect.signature(target)
    except (TypeError, ValueError):  # it has none to look at, as some of what is built in: the call itself will tell
        return True
    try:
        signature.bind(*args, **kwargs)
    except TypeError:
        return False
    return True


def _name_of(target: Any) -> str:
    name = getattr(target, "__name__", None)
    return str.__str__(name) if isinstance(name, str) else "it"


def _signature_of(target: Any) -> str:
    return str(inspect.signature(target)) if callable(target) else f" is {convert.article(type(target).__name__)}"


def _quietly(action: Callable[[], object]) -> None:
    try:
        action()
    except BaseException:  # noqa: BLE001 - the student may have closed or replaced sys.stdout
        return


def own_channel() -> "tuple[BufferedReader[FileIO], Send]":
    """Take the two pipes for ourselves; what the student prints goes to descriptor 2, and nothing comes from 0."""
    requests = BufferedReader(FileIO(os.dup(0)), _CHUNK)
    replies = os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", buffering=1, encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115

    def send(data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(replies, view) :]

    return requests, send


def _taken_ahead(requests: "BufferedReader[FileIO]") -> Take:
    """The same, read by a thread: nothing else tells a worker in an endless loop that its grader has been killed.

    Linux ends a forked worker with its zygote; elsewhere a loop would go on for good.
    """
    chunks: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    ready = bytearray()

    def read() -> None:
        try:
            while chunk := requests.read1():
                chunks.put(chunk)
        except OSError:  # the student's code has closed what we speak through
            os._exit(_SPEECHLESS)
        _end_with_children()

    def take(count: int) -> bytes:
        while len(ready) < count:
            ready.extend(chunks.get())
        data = bytes(ready[:count])
        del ready[:count]
        return data

    threading.Thread(target=read, daemon=True).start()
    return take


def _end_with_children() -> None:
    """End this worker and what its student has started, as far as the system knows of it: the worker leads a group."""
    if sys.platform != "win32" and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(0)
