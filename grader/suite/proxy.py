"""A submission as its checks see it: modules whose functions are called as if they were here.

    dX = exercise2.maxpool2x2_backward(dY, X)

crosses into the worker and back. A value comes back as plain data (numpy arrays, lists, numbers, texts, `Tree`,
`Opaque`); anything else that can happen is raised as a `CallFailure`, which already is the verdict on the point.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from grader.model import CallFailure, Finding, Frame, Verdict
from grader.sandbox.api import CallFailed, Request
from grader.sandbox.child.protocol import Array, Opaque, Tree, Value
from grader.sandbox.pipes import OUTPUT_BYTES
from grader.sandbox.supervisor import Sandbox
from grader.suite.expressions import flaw
from grader.text import one_line, plain

MAX_TEXT = 10_000  # characters of a text that a function returned; ours, from an oracle, come this way too
MAX_MESSAGE = 1_000  # of an exception's own text
MAX_REASON = 200  # of what a value was that did not cross
MAX_PRINTED = 4_000  # of what was printed during one call: a report is to be read


@dataclass(frozen=True, slots=True)
class Contract:
    """What a module has to offer: constants, and functions by name with their expected signature."""

    functions: Mapping[str, str] = field(default_factory=dict)
    constants: frozenset[str] = frozenset()


class CallLog:
    """What is remarked while one check talks to a submission; begun anew for each check."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        self.notes: list[str] = []
        self.output: list[str] = []
        self.floods: list[str] = []  # sentences about output that passed its bound


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a module is to be reached, and how long one of its answers may take."""

    sandbox: Sandbox
    worker: str
    module: str
    seconds: float


class ModuleProxy:
    """One module in one worker. Attributes are its functions and, where the contract names them, its constants."""

    def __init__(
        self, endpoint: Endpoint, contract: Contract, findings: Mapping[str, Finding], call_log: CallLog
    ) -> None:
        self._endpoint = endpoint
        self._contract = contract
        self._findings = findings
        self._call_log = call_log

    def within(self, seconds: float) -> "ModuleProxy":
        """The same module, each of its answers due within `seconds`."""
        return ModuleProxy(replace(self._endpoint, seconds=seconds), self._contract, self._findings, self._call_log)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in self._contract.constants:
            return self._ask(name, None)
        return self._function(name)

    def _function(self, name: str) -> Callable[..., Any]:
        def function(*args: Any) -> Any:
            return self._ask(name, args)

        function.__name__ = name
        return function

    def _ask(self, name: str, args: Iterable[Any] | None) -> Any:
        finding = self._findings.get("") or self._findings.get(name)
        if finding is not None:
            raise CallFailure(Verdict(finding.outcome, 0.0, finding.message), finding.outcome.value)
        sent = None if args is None else tuple(to_wire(item) for item in args)
        reply = self._endpoint.sandbox.call(
            Request(self._endpoint.worker, self._endpoint.module, name, sent, self._endpoint.seconds)
        )
        if reply.output:
            self._call_log.output.append(plain(reply.output, MAX_PRINTED))
        if len(reply.output.encode()) >= OUTPUT_BYTES:
            self._call_log.floods.append(f"{name} printed more than {OUTPUT_BYTES >> 10} KiB; the rest is left out.")
        if isinstance(reply, CallFailed):
            reply = replace(reply, message=plain(reply.message, MAX_MESSAGE))
            # where nothing is yet, there is nothing to trace
            frames = () if reply.kind == "missing" else tuple(_plain_frame(frame) for frame in reply.frames)
            raise CallFailure(Verdict(reply.outcome, 0.0, self._sentence(name, reply)), reply.kind, frames)
        if reply.mutated:
            self._call_log.notes.append(
                f"{name} changes its arguments in place. It costs nothing here, since every call gets fresh copies, "
                "but a caller would be surprised."
            )
        return from_wire(reply.value)

    def _sentence(self, name: str, fault: CallFailed) -> str:
        where = f" ({fault.frames[-1].file}, line {fault.frames[-1].line})" if fault.frames else ""
        expected = self._contract.functions.get(name, name)
        match fault.kind:
            case "missing":
                return f"{name} is not there yet: {fault.message or 'it raises NotImplementedError'}{where}."
            case "signature":
                return f"{name} could not be called: expected {expected}, found {fault.message}."
            case "forbidden":
                return (
                    f"{self._endpoint.module}.py tries an {fault.message}, which this exercise does not allow; "
                    "the whole file earns nothing until that is gone."
                )
            case "limit":
                return f"{name} {fault.message}{where}."
            case "timeout" if name in self._contract.functions:
                return f"{name} {fault.message}. Is there a loop that does not end?"
            case "timeout" | "crashed":
                return f"{name} {fault.message}."
            case _:
                # of an error without a text, such as that of a bare assert, only the type
                return f"{name} raised {fault.message.rstrip().removesuffix(':')}{where}"


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
