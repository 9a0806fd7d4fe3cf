"""A submission as its checks see it: modules whose functions are called as if they were here.

    dX = exercise2.maxpool2x2_backward(dY, X)

crosses into the worker and back. A value comes back as plain data (numpy arrays, lists, numbers, texts, `Tree`,
`Opaque`); anything else that can happen is raised as a `CallFailure`, which already is the verdict on the point.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np

from grader.model import CallFailure, Finding, Frame, Outcome, Verdict, module_file
from grader.sandbox.child.protocol import Array, Opaque, Tree, Value, encode
from grader.sandbox.launcher import CallFailed, Reply, Request, Returned
from grader.sandbox.pipes import OUTPUT_BYTES
from grader.sandbox.supervisor import Sandbox
from grader.suite.expressions import flaw
from grader.suite.hints import hint
from grader.text import one_line, plain

MAX_TEXT = 10_000  # characters of a text that a function returned; ours, from an oracle, come this way too
MAX_MESSAGE = 1_000  # of an exception's own text
MAX_REASON = 200  # of what a value was that did not cross
MAX_REMEMBERED = 4_096  # bytes of a question; arrays are drawn anew for each, and not asked about twice
MAX_REMEMBERED_ANSWER = 1 << 16  # bytes; dozens of answers are remembered at a time
DEBUGGER = ("pdb", "bdb")  # what breakpoint() imports
MAX_PRINTED = 4_000  # of what was printed during one call: a report is to be read


@dataclass(frozen=True, slots=True)
class Contract:
    """What a module has to offer: constants, and functions by name with their expected signature."""

    functions: Mapping[str, str] = field(default_factory=dict)
    constants: tuple[str, ...] = ()


@dataclass(slots=True)
class ModuleFindings:
    """What is known of a module without asking it: by reading it, or since it has tried a forbidden import."""

    whole: Finding | None = None
    by_name: Mapping[str, Finding] = field(default_factory=dict)

    def of(self, name: str) -> Finding | None:
        return self.whole or self.by_name.get(name)


Listener: TypeAlias = Callable[[str, tuple[Value, ...] | None, Reply], None]  # to a name, arguments, the answer


class CallLog:
    """What is remarked while one check talks to a submission; begun anew for each check.

    `listener`, where there is one, hears every answer: an author's tools compare what two submissions say.
    """

    def __init__(self) -> None:
        self.listener: Listener | None = None
        self.begin()

    def begin(self) -> None:
        self.notes: list[str] = []
        self.output: list[str] = []
        self.floods: list[str] = []  # sentences about output that passed its bound


@dataclass(slots=True)
class Endpoint:
    """A worker as its proxies share it: where it is, what its module has to offer, and what is known of that.

    The module's constants are read once, before any other call, and a short question that was asked before has the
    answer that it had then: so no answer can depend on which point asks, or on what else was asked.
    """

    sandbox: Sandbox
    worker: str
    seconds: float  # that one answer may take
    contract: Contract = Contract()
    findings: ModuleFindings = field(default_factory=ModuleFindings)
    call_log: CallLog = field(default_factory=CallLog)
    after_timeout: float | None = None  # seconds for a function that has timed out once; None: as many as before
    timed_out: dict[str, CallFailure] = field(default_factory=dict)
    _constants: dict[str, Reply] | None = None
    _printed: str = ""
    _answers: dict[tuple[str, bytes], Reply] = field(default_factory=dict)

    def call(self, module: str, name: str, args: tuple[Value, ...] | None, seconds: float) -> Reply:
        """The answer to one question; with `args` None, the constant of that name."""
        constants = self._read_constants() if self._constants is None else self._constants
        reply = constants[name] if args is None else self._ask_once(module, name, args, seconds)
        printed, self._printed = self._printed, ""
        return replace(reply, output=printed + reply.output)

    def _read_constants(self) -> dict[str, Reply]:
        """All of them; what the module printed meanwhile is shown with the first answer."""
        read = {name: self._ask(self.worker, name, None, self.seconds) for name in self.contract.constants}
        self._printed = "".join(reply.output for reply in read.values())
        self._constants = {name: replace(reply, output="") for name, reply in read.items()}
        return self._constants

    def _ask_once(self, module: str, name: str, args: tuple[Value, ...], seconds: float) -> Reply:
        """The first answer, of a function of the contract; a harness beside it has a state that it is asked about."""
        question = encode(list(args)) if module == self.worker and name in self.contract.functions else None
        if question is None or len(question) > MAX_REMEMBERED:
            return self._ask(module, name, args, seconds)
        if (name, question) in self._answers:
            return self._answers[name, question]
        reply = self._ask(module, name, args, seconds)
        self._answers[name, question] = _rememberable(reply)
        return reply

    def _ask(self, module: str, name: str, args: tuple[Value, ...] | None, seconds: float) -> Reply:
        return self.sandbox.call(Request(self.worker, module, name, args, seconds))


def _rememberable(reply: Reply) -> Reply:
    """The reply; where its value is large, that it was: the right answer to a short question is short."""
    if isinstance(reply, Returned) and len(encode(reply.value)) > MAX_REMEMBERED_ANSWER:
        return replace(reply, value=Opaque("too large for so short a question"))
    return reply


class ModuleProxy:
    """One module in one worker. Attributes are its functions and, where the contract names them, its constants."""

    def __init__(self, endpoint: Endpoint, module: str, seconds: float | None = None) -> None:
        self._endpoint = endpoint
        self._module = module
        self._seconds = seconds or endpoint.seconds

    def within(self, seconds: float) -> "ModuleProxy":
        """The same module, each of its answers due within `seconds`."""
        return ModuleProxy(self._endpoint, self._module, seconds)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in self._endpoint.contract.constants:
            return self._ask(name, None)
        return self._function(name)

    def _function(self, name: str) -> Callable[..., Any]:
        def function(*args: Any) -> Any:
            return self._ask(name, args)

        function.__name__ = name
        return function

    def _ask(self, name: str, args: Iterable[Any] | None) -> Any:
        finding = self._endpoint.findings.of(name)
        if finding is not None:
            frames = (finding.frame,) if finding.frame else ()
            raise CallFailure(Verdict(finding.outcome, 0.0, finding.message), finding.outcome.value, frames)
        sent = None if args is None else tuple(to_wire(item) for item in args)
        reply = self._endpoint.call(self._module, name, sent, self._patience(name))
        if self._endpoint.call_log.listener is not None:
            self._endpoint.call_log.listener(name, sent, reply)
        self._log(name, reply)
        if isinstance(reply, CallFailed):
            failure = self._failure(name, replace(reply, message=plain(reply.message, MAX_MESSAGE)))
            if reply.outcome is Outcome.TIMEOUT and self._gets_less(name):
                failure = self._endpoint.timed_out.setdefault(name, failure)
            raise failure
        return from_wire(reply.value)

    def _patience(self, name: str) -> float:
        """How long an answer may take. Who waits for a loop that does not end shall wait for it once."""
        limit = self._endpoint.after_timeout or self._seconds
        return (
            min(limit, self._seconds) if self._gets_less(name) and name in self._endpoint.timed_out else self._seconds
        )

    def _gets_less(self, name: str) -> bool:
        """Not in an official grading, and not a function of our harness, which trains for as long as it is given."""
        theirs = self._module == self._endpoint.worker and name in self._endpoint.contract.functions
        return theirs and self._endpoint.after_timeout is not None

    def _log(self, name: str, reply: Reply) -> None:
        log = self._endpoint.call_log
        if reply.output:
            log.output.append(plain(reply.output, MAX_PRINTED))
        if len(reply.output.encode()) >= OUTPUT_BYTES:
            log.floods.append(f"{name} printed more than {OUTPUT_BYTES >> 10} KiB; the rest is left out.")
        if isinstance(reply, Returned) and reply.mutated:
            log.notes.append(
                f"{name} changes its arguments in place. It costs nothing here, since every call gets fresh copies, "
                "but a caller would be surprised."
            )

    def _failure(self, name: str, failed: CallFailed) -> CallFailure:
        message = self._sentence(name, failed)
        if failed.outcome is Outcome.FORBIDDEN:
            self._endpoint.findings.whole = Finding(failed.outcome, message)
        # where nothing is yet, there is nothing to trace
        frames = () if failed.kind == "missing" else tuple(_plain_frame(frame) for frame in failed.frames)
        return CallFailure(Verdict(failed.outcome, 0.0, message), failed.kind, frames)

    def _sentence(self, name: str, failed: CallFailed) -> str:
        frame = failed.frames[-1] if failed.frames else None
        where = f" ({frame.file}:{frame.line})" if frame else ""
        functions = self._endpoint.contract.functions
        match failed.kind:
            case "missing":
                return f"{name} is not written yet{where or f': {failed.message}'}."
            case "signature":
                return f"{name} could not be called: expected {functions.get(name, name)}, found {failed.message}."
            case "forbidden":
                return _forbidden(module_file(self._endpoint.worker), failed.message)
            case "limit":
                return f"{name} {failed.message}{where}."
            case "timeout" if name in functions:
                return f"{name} {failed.message}. Is there a loop that does not end?"
            case "starved":
                return f"{name} {failed.message}; a person decides."
            case "timeout" | "crashed":
                return f"{name} {failed.message}."
            case _ if frame and failed.message.startswith("SystemExit"):
                return f"{frame.file} calls exit() in line {frame.line}. Remove it."
            case _:
                # of an error without a text, such as that of a bare assert, only the type
                raised = f"{name} raised {failed.message.rstrip().removesuffix(':')}{where}"
                advice = hint(failed.message, frame.code if frame else "")
                return f"{raised}. {advice}" if advice else raised


def _forbidden(file: str, message: str) -> str:
    """`message` is the worker's: "import of os"."""
    name = message.removeprefix("import of ")
    if name in DEBUGGER:
        return (
            f"{file} imports {name}, which is not allowed here. Did you leave a breakpoint() in? Remove it: until "
            "then, the whole exercise scores 0. To debug, use `grader try`."
        )
    return (
        f"{file} tries an {message}, which this exercise does not allow. Until that is removed, the whole exercise "
        "scores 0."
    )


def to_wire(value: Any) -> Value:
    """What a check hands over. Raises TypeError for anything but plain data, arrays and trees: a fault of ours."""
    if isinstance(value, np.ndarray):
        dtype = value.dtype.newbyteorder("<").str
        return Array(dtype, value.shape, np.ascontiguousarray(value, dtype).tobytes())
    if isinstance(value, np.generic):
        return to_wire(value.item())
    if isinstance(value, list | tuple):
        return [to_wire(item) for item in value]
    if isinstance(value, dict):
        return {str(key): to_wire(item) for key, item in value.items()}
    if value is None or isinstance(value, bool | int | float | str | bytes | Tree):
        return value
    raise TypeError(f"a {type(value).__name__} cannot be sent to a worker")


def from_wire(value: Value) -> Any:
    """What a worker sent, arrays as exact numpy arrays. Trees and opaque values stay what they are.

    A worker is believed in nothing: texts are cut and cleaned, and a tree that is no expression becomes an `Opaque`,
    since an oracle hands trees to sympy, which evaluates a text that it finds among an expression's arguments.
    """
    if isinstance(value, Array):
        if value.dtype == "|b1":  # a byte that is neither 0 nor 1 is no numpy bool
            return (np.frombuffer(value.data, dtype=np.uint8) != 0).reshape(value.shape)
        return np.frombuffer(value.data, dtype=value.dtype).reshape(value.shape).copy()
    if isinstance(value, list):
        return [from_wire(item) for item in value]
    if isinstance(value, dict):
        return {one_line(key, MAX_REASON): from_wire(item) for key, item in value.items()}
    if isinstance(value, str):
        return plain(value, MAX_TEXT)
    if isinstance(value, bytes):
        return Opaque("bytes")
    if isinstance(value, Opaque):
        return Opaque(one_line(value.reason, MAX_REASON))
    if isinstance(value, Tree):
        wrong = flaw(value)
        return value if wrong is None else Opaque(wrong)
    return value


def _plain_frame(frame: Frame) -> Frame:
    return replace(frame, function=one_line(frame.function, 80), code=plain(frame.code, 200))
