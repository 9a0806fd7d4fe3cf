"""The process in which a student's code runs: started with nothing of the user's, or forked by a zygote.

It obeys the messages that `protocol` specifies, one after the other, and answers each once. Nothing in here is a secret
and nothing that it says is believed: the student's code may read and change all of it. What is true is decided by the
grader, which lives in another process and knows the expected values, the points and the deadlines.

    child worker LIMITS     requests come on descriptor 0, replies go to 1, and 2 takes what the student prints

LIMITS is a JSON object: what the worker is held to, and `protected_pids`, the processes that it must not reach for. A
zygote forks workers instead of starting them so; it shuts them in and calls `serve`.
"""

import builtins
import errno
import importlib.abc
import importlib.util
import inspect
import itertools
import json
import linecache
import os
import random
import sys
import types
from collections.abc import Callable, Sequence
from typing import Any

from . import convert, kept_values, packages, protocol, rlimits

if sys.platform == "linux":
    from . import confine

_SPEECHLESS = 71  # exit code of a worker that cannot answer any more
_IMPORT_SYSTEM = ("importlib.", "_frozen_importlib", "importlib")  # modules in whose frames an import is under way
MAX_FRAMES = 12  # of a traceback: a RecursionError has a thousand
MAX_MESSAGE = 2_000  # characters of an exception's own text


class ForbiddenImportError(ImportError):
    """The student's code tried an import that the exercise does not allow."""


class Library(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Serves the submission's modules, and ours beside them, from memory, and guards what the student's import."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.harness: dict[str, bytes] = {}
        self.allowed: frozenset[str] = frozenset()
        self.refused: list[str] = []
        self.kept = kept_values.Table()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> Any:
        """The import system's question. One that comes from a student's own code is theirs, however it was spelled."""
        root = fullname.partition(".")[0]
        if root not in self.allowed and not self.owns(root) and self.is_asked_by_student():
            self.refuse(fullname)
        for files in (self.harness, self.files):
            path = _path_of(fullname, files)
            if path is not None:
                return importlib.util.spec_from_loader(fullname, self, is_package=path.endswith("__init__.py"))
            if any(name.startswith(fullname.replace(".", "/") + "/") for name in files):  # a folder without __init__.py
                return importlib.machinery.ModuleSpec(fullname, None, is_package=True)
        return None

    def exec_module(self, module: types.ModuleType) -> None:
        name = module.__name__
        ours = _path_of(name, self.harness)
        if ours is not None:
            source, path = self.harness[ours], f"<{ours}>"
        else:
            path = _path_of(name, self.files) or name
            source = self.files[path]
            module.__dict__["__builtins__"] = {**builtins.__dict__, "__import__": self.guarded_import}
            text = importlib.util.decode_source(source)
            linecache.cache[path] = (len(text), None, text.splitlines(keepends=True), path)
        module.__file__ = path
        exec(compile(source, path, "exec", dont_inherit=True), module.__dict__)

    def guarded_import(self, name: str, scope: Any = None, local: Any = None, names: Any = (), level: int = 0) -> Any:
        """`__import__` as a student's module has it: the allowed roots and the submission's own modules."""
        name = str.__str__(name)  # exact, so that it is what it says
        if level > 0:
            package = dict.get(scope or {}, "__package__")  # which is whatever their module says it is
            package = str.__str__(package) if isinstance(package, str) else ""
            if package and not self.owns(package.partition(".")[0]):
                self.refuse(package)
            return builtins.__import__(name, {"__package__": package}, local, names or (), level)
        root = name.partition(".")[0]
        if root not in self.allowed and not self.owns(root):
            self.refuse(name)
        return builtins.__import__(name, scope, local, names or (), level)

    def is_asked_by_student(self) -> bool:
        """Whether the import under way was written in a student's module, and not in a library that it called."""
        frame = sys._getframe(2)
        while frame.f_back is not None and _is_of_no_module(frame.f_globals.get("__name__")):
            frame = frame.f_back
        return getattr(frame.f_builtins.get("__import__"), "__self__", None) is self

    def owns(self, root: str) -> bool:
        return any(path == f"{root}.py" or path.startswith(f"{root}/") for path in self.files)

    def refuse(self, name: str) -> None:
        self.refused.append(name)
        raise ForbiddenImportError(f"import of {name} is not allowed in this exercise")


def _is_of_no_module(name: Any) -> bool:
    """Whether a frame is the import system's own, or of code that was made from a text: who asked is further out."""
    return name is None or (isinstance(name, str) and name.startswith(_IMPORT_SYSTEM))


def _path_of(fullname: str, files: dict[str, bytes]) -> str | None:
    base = fullname.replace(".", "/")
    return next((path for path in (f"{base}.py", f"{base}/__init__.py") if path in files), None)


def main(argument: str) -> None:
    """Runs a worker that was started, not forked: it bounds itself as far as the system goes, and serves."""
    limits = json.loads(argument)
    rlimits.set_limits(limits)
    if sys.platform == "linux":
        confine.harden(limits["protected_pids"])
    serve()


def serve() -> None:
    """Answers requests until the grader closes the channel."""
    take, send = _own_channel()
    library = Library()
    sys.meta_path.insert(0, library)
    while True:
        try:
            request: Any = protocol.read_frame(take, protocol.REQUEST)
        except EOFError:
            os._exit(0)  # not sys.exit: threads and atexit handlers of the student's do not get a say
        reply = answer(library, request)
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


def answer(library: Library, request: Any) -> dict[str, Any]:
    """What came of one request, as the reply's fields. The one place in the child that catches everything.

    A submission may raise anything, SystemExit and classes of its own included, while it is imported, called or looked
    at; each is an answer ("your code raised ..."), and none may end the worker.
    """
    try:
        reply = _OPERATIONS[request["op"]](library, request)
    except BaseException as error:  # noqa: BLE001
        reply = _fault(library, error)
    if library.refused:
        return _problem("forbidden", f"import of {library.refused[0]}", [])
    return reply


def load(library: Library, request: Any) -> dict[str, Any]:
    library.allowed = frozenset(request["allowed"])
    packages.restrict(request["preload"])
    for root in request["preload"]:
        importlib.import_module(root)  # before any deadline runs: a student does not pay for sympy's start
    library.files, library.harness = request["files"], request["harness"]  # last: a mpmath.py of theirs is not sympy's
    seed_generators()
    return {"status": "value", "value": None, "mutated": False}


def seed_generators() -> None:
    """The same in every worker, forked or started: an answer that is drawn from them can be reproduced."""
    random.seed(0)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(0)
    if "torch" in sys.modules:
        sys.modules["torch"].default_generator.manual_seed(0)


def run_module(library: Library, request: Any) -> dict[str, Any]:
    importlib.import_module(request["module"])
    return {"status": "value", "value": None, "mutated": False}


_ABSENT = object()


def call(library: Library, request: Any) -> dict[str, Any]:
    module = importlib.import_module(request["module"])
    name = request["name"]
    target: Any = getattr(module, name, _ABSENT)  # looked up once: a module may have a `__getattr__` of its own
    if target is _ABSENT:
        return _problem("missing", f"{request['module']}.py has no {name}", [])
    if request["args"] is None:
        return {"status": "value", "value": convert.to_wire(target), "mutated": False}
    args, kwargs = _arguments(library, request)
    if not _fits(target, args, kwargs):
        return _problem("signature", f"{name}{_signature_of(target)}", [])
    value = library.kept.send(target(*args, **kwargs), request["keep"])
    mutated = _path_of(request["module"], library.harness) is None and _are_changed(request, args, kwargs)
    return {"status": "value", "value": value, "mutated": mutated}


def operate(library: Library, request: Any) -> dict[str, Any]:
    """One of Python's own operations on values that have stayed here."""
    name = request["name"]
    args, kwargs = _arguments(library, request)
    if name == "call" and not _fits(args[0], args[1:], kwargs):
        kind = convert.article(type(args[0]).__name__)
        return _problem("signature", f"{_name_of(args[0])}{_signature_of(args[0])}" if callable(args[0]) else kind, [])
    try:
        result = kept_values.OPERATIONS[name](*args, **kwargs)
    except AttributeError as error:
        if name != "getattr" or _student_frames(library, error):
            raise
        return _problem("missing", _text(error), [])
    value = library.kept.send(result, request["keep"])
    return {"status": "value", "value": value, "mutated": _are_changed(request, args, kwargs)}


def _arguments(library: Library, request: Any) -> tuple[list[Any], dict[str, Any]]:
    library.kept.drop(request["drop"])
    args = convert.from_wire(request["args"], library.kept.get)
    return args, convert.from_wire(request["kwargs"], library.kept.get)


def _are_changed(request: Any, args: list[Any], kwargs: dict[str, Any]) -> bool:
    """Whether what was sent is not what it was; a student's own values may change as they please."""
    sent = [*request["args"], *request["kwargs"].values()]
    pairs = [
        pair for pair in zip(sent, [*args, *kwargs.values()], strict=True) if not kept_values.holds_handle(pair[0])
    ]
    now = convert.to_wire([now for _, now in pairs], protocol.REQUEST)
    return protocol.encode(now) != protocol.encode([before for before, _ in pairs])


_OPERATIONS: dict[str, Callable[[Library, Any], dict[str, Any]]] = {
    "load": load,
    "import": run_module,
    "call": call,
    "operate": operate,
}


def _problem(status: str, message: str, frames: list[list[Any]]) -> dict[str, Any]:
    return {"status": status, "message": message[:MAX_MESSAGE], "frames": frames}


def _fault(library: Library, error: BaseException) -> dict[str, Any]:
    if isinstance(error, kept_values.GoneError):
        return _problem("gone", str(error), [])
    if isinstance(error, kept_values.ResultsError):
        return _problem("results", str(error), [])
    frames = _student_frames(library, error)
    passed = _bound_passed(error)
    if passed is not None:
        return _problem("limit", rlimits.sentence(passed), frames)
    if isinstance(error, NotImplementedError) and _raised_by_student(library, error):
        return _problem("missing", _text(error), frames)
    return _problem("error", _in_words(error), frames)


def _in_words(error: BaseException) -> str:
    """The exception as a traceback's last line has it."""
    name, text = type(error).__name__, _text(error)
    return f"{name}: {text}" if text else name


_BOUNDS = {
    **dict.fromkeys((errno.EFBIG, errno.ENOSPC, errno.EDQUOT), "disk"),
    errno.EMFILE: "files",
    errno.EAGAIN: "processes",
    errno.ENOMEM: "memory",
}
# What CPython and torch say instead of raising an error of its own kind.
_TEXTS = {"can't start new thread": "processes", "can't allocate memory": "memory"}


def _bound_passed(error: BaseException) -> str | None:
    """Which of the worker's bounds an exception is about, if it is about one."""
    if isinstance(error, MemoryError):
        return "memory"
    if isinstance(error, OSError):
        return _BOUNDS.get(error.errno or 0)
    if type(error) is RuntimeError:
        return next((bound for text, bound in _TEXTS.items() if text in _text(error)), None)
    return None


def _text(error: BaseException) -> str:
    try:
        return str.__getitem__(str(error), slice(MAX_MESSAGE))  # an exact str, and no more of it than is said
    except BaseException:  # noqa: BLE001 - an exception whose own text raises is still only a student's exception
        return "(its message cannot be shown)"


def _walk(error: BaseException) -> list[Any]:
    """The traceback from the outside in."""
    found, trace = [], error.__traceback__
    while trace is not None:
        found.append(trace)
        trace = trace.tb_next
    return found


def _columns(trace: Any) -> list[int]:
    """Where in its line the instruction stands that raised; nothing where it goes over several lines."""
    positions = itertools.islice(trace.tb_frame.f_code.co_positions(), trace.tb_lasti // 2, None)
    first, last, start, end = next(positions, (None, None, None, None))
    return [start, end] if first == last and start is not None and end is not None else []


def _student_frames(library: Library, error: BaseException) -> list[list[Any]]:
    frames = [
        [trace.tb_frame.f_code.co_filename, trace.tb_lineno, trace.tb_frame.f_code.co_name, *_columns(trace)]
        for trace in _walk(error)
        if trace.tb_frame.f_code.co_filename in library.files
    ]
    if isinstance(error, SyntaxError) and error.filename in library.files:
        frames.append([error.filename, error.lineno or 1, "<module>"])
    return frames[-MAX_FRAMES:]


def _raised_by_student(library: Library, error: BaseException) -> bool:
    """Not attempted, as against a library's own NotImplementedError for something that was attempted."""
    trace = _walk(error)
    return bool(trace) and trace[-1].tb_frame.f_code.co_filename in library.files


def _fits(target: Any, args: list[Any], kwargs: dict[str, Any]) -> bool:
    try:
        inspect.signature(target).bind(*args, **kwargs)
    except TypeError:
        return False
    except ValueError:  # a builtin that has no signature to look at: the call itself will tell
        return True
    return True


def _name_of(target: Any) -> str:
    return str.__str__(getattr(target, "__name__", "it"))


def _signature_of(target: Any) -> str:
    return str(inspect.signature(target)) if callable(target) else f" is {convert.article(type(target).__name__)}"


def _quietly(action: Callable[[], object]) -> None:
    try:
        action()
    except BaseException:  # noqa: BLE001 - the student may have closed or replaced sys.stdout
        return


def _own_channel() -> tuple[Callable[[int], bytes], Callable[[bytes], None]]:
    """Takes the two pipes for ourselves; what the student prints goes to descriptor 2, and nothing comes from 0."""
    requests = os.fdopen(os.dup(0), "rb", buffering=1 << 16)
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

    return requests.read, send
