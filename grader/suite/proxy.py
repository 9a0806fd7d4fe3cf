"""A submission as its checks see it: modules whose functions are called as if they were here.

    dX = exercise2.maxpool2x2_backward(dY, X)

crosses into the worker and back. A value comes back as plain data (numpy arrays, lists, numbers, texts, `Tree`,
`Opaque`), or, where the rubric says so, stays there and comes back as a `Handle`; anything else that can happen is
raised as a `CallFailure`, which already is the verdict on the point.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from grader.errors import SuiteError
from grader.model import CallFailure, Finding, Outcome, Verdict, module_file
from grader.oracles.numeric.students_function import MODULE
from grader.sandbox.child.protocol import Opaque, Value
from grader.sandbox.launcher import CallFailed, Keep, Reply, Request, Returned
from grader.sandbox.pipes import OUTPUT_BYTES
from grader.suite.call_failures import Callee, call_failure
from grader.suite.endpoint import Endpoint
from grader.suite.handles import Handle, KeptValue, Operation, call_label
from grader.suite.wire_values import from_wire, to_wire
from grader.text import plain

MAX_HELD = 20_000  # values of a student's that checks hold at once: a graph of a thousand nodes has some thousands
MAX_PRINTED = 4_000  # of what was printed during one call: a report is to be read


@dataclass(frozen=True, slots=True)
class Caller:
    """Asks one worker, and turns its answers into what a check gets: values, handles and failures."""

    endpoint: Endpoint
    seconds: float

    @property
    def home(self) -> Endpoint:
        return self.endpoint

    def constant(self, module: str, name: str) -> Any:
        request = Request(self.endpoint.worker, module, name, None, self.seconds)
        return from_wire(self._reply(Callee(name, None, False), request))

    def call(self, module: str, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """A function of a module. Raises CallFailure."""
        theirs = module == self.endpoint.worker and name in self.endpoint.contract.functions
        callee = Callee(name, self.endpoint.contract.functions.get(name), theirs)
        results = self.endpoint.contract.results(name) if theirs else ()
        request = self._request(module, name, args, kwargs, self._keep(results))
        return self._result(callee, request, results, call_label(name, args, kwargs), name)

    def operate(self, operation: Operation) -> Any:
        """One of Python's own operations, on values that stay. Raises CallFailure."""
        callee = Callee(operation.subject, self.endpoint.contract.functions.get(operation.member or ""), True)
        results = self.endpoint.contract.results(operation.member) if operation.name == "call" else ()
        keep = None if operation.by_value else self._keep(results) if results else next(self.endpoint.numbers)
        request = self._request(self.endpoint.worker, operation.name, operation.args, operation.kwargs or {}, keep)
        return self._result(callee, replace(request, operates=True), results, operation.label, operation.member)

    def drop(self, number: int) -> None:
        self.endpoint.held -= 1
        self.endpoint.unneeded.append(number)

    def _keep(self, results: tuple[str, ...]) -> Keep:
        """A number for each result that stays."""
        handles, numbers = self.endpoint.contract.handles, self.endpoint.numbers
        keep = tuple(next(numbers) if name in handles else None for name in results)
        return None if not keep else keep[0] if len(keep) == 1 else keep

    def _request(self, module: str, name: str, args: Any, kwargs: Mapping[str, Any], keep: Keep) -> Request:
        sent = tuple(to_wire(item, self.endpoint) for item in args)
        named = {key: to_wire(item, self.endpoint) for key, item in kwargs.items()}
        return Request(self.endpoint.worker, module, name, sent, self._patience(module, name), named, keep=keep)

    def _result(
        self, callee: Callee, request: Request, results: tuple[str, ...], label: str, member: str | None
    ) -> Any:
        """The result of a call: a value or a handle, or one for each of the names in `results`."""
        value = self._reply(callee, request)
        if not isinstance(request.keep, tuple):
            return self._part(value, request.keep, label, member)
        if not isinstance(value, list) or len(value) != len(request.keep):  # too large for the wire, or a lie
            what = value.reason if isinstance(value, Opaque) else "something else"
            raise call_failure(callee, CallFailed(Outcome.FAILED, "results", what), self._file)
        parts = zip(value, request.keep, results, strict=True)
        return [self._part(part, number, name, None) for part, number, name in parts]

    def _part(self, value: Value, number: int | None, label: str, member: str | None) -> Any:
        """One result. Raises SuiteError where the check holds too many already: the student's code is not to blame."""
        if number is None:
            return from_wire(value)
        if self.endpoint.held >= MAX_HELD:
            self.endpoint.unneeded.append(number)
            raise SuiteError(f"the check holds more than {MAX_HELD:,} values of the student's at once ({label}).")
        self.endpoint.held += 1
        return Handle(KeptValue(self, number, label, from_wire(value), member))

    def _reply(self, callee: Callee, request: Request) -> Value:
        """The value of the answer; notes what is to be said of it. Raises CallFailure."""
        finding = self.endpoint.findings.whole if request.operates else self.endpoint.findings.of(request.name)
        if finding is not None:
            raise failure_of(finding)
        reply = self.endpoint.call(request)
        if self.endpoint.call_log.listener is not None:
            named = (dict(request.kwargs),) if request.kwargs else ()
            self.endpoint.call_log.listener(
                callee.subject, None if request.args is None else (*request.args, *named), reply
            )
        self._log(callee.subject, reply)
        if isinstance(reply, Returned):
            return reply.value
        failure = call_failure(callee, reply, self._file)
        if reply.outcome is Outcome.FORBIDDEN:
            self.endpoint.findings.whole = Finding(reply.outcome, failure.verdict.message)
        if reply.outcome is Outcome.TIMEOUT and not request.operates and self._gets_less(request.module, request.name):
            failure = self.endpoint.timed_out.setdefault(request.name, failure)
        raise failure

    @property
    def _file(self) -> str:
        return module_file(self.endpoint.worker)

    def _patience(self, module: str, name: str) -> float:
        """Seconds that an answer may take: a function that has timed out once need not be waited for as long again."""
        if self._gets_less(module, name) and name in self.endpoint.timed_out:
            return min(self.endpoint.after_timeout or self.seconds, self.seconds)
        return self.seconds

    def _gets_less(self, module: str, name: str) -> bool:
        """Whether a function that timed out gets less time: not in an official grading, nor one of our harness, which
        trains for all the time it gets."""
        theirs = module == self.endpoint.worker and name in self.endpoint.contract.functions
        return theirs and self.endpoint.after_timeout is not None

    def _log(self, name: str, reply: Reply) -> None:
        log = self.endpoint.call_log
        if reply.output:
            log.output.append(plain(reply.output, MAX_PRINTED))
        if len(reply.output.encode()) >= OUTPUT_BYTES:
            log.floods.append(f"{name} printed more than {OUTPUT_BYTES >> 10} KiB; the rest is left out.")
        if isinstance(reply, Returned) and reply.mutated:
            log.notes.append(
                f"{name} changes its arguments in place. It costs nothing here, since every call gets fresh copies, "
                "but a caller would be surprised."
            )


def failure_of(finding: Finding) -> CallFailure:
    """What a call raises whose answer reading has shown already."""
    frames = (finding.frame,) if finding.frame else ()
    kind = "unread" if finding.outcome is Outcome.ERROR else finding.outcome.value
    return CallFailure(Verdict(finding.outcome, 0.0, finding.message), kind, frames)


class ModuleProxy:
    """One module in one worker. Attributes are its functions and, where the contract names them, its constants."""

    def __init__(self, endpoint: Endpoint, module: str, seconds: float | None = None) -> None:
        self._caller = Caller(endpoint, seconds or endpoint.seconds)
        self._module = module

    @property
    def __student_module__(self) -> str:
        return self._module

    @property
    def __failure__(self) -> CallFailure | None:
        """What every call raises, where reading has shown that none can be answered: the file is missing, say."""
        whole = self._caller.endpoint.findings.whole
        return None if whole is None else failure_of(whole)

    def within(self, seconds: float) -> "ModuleProxy":
        """The same module, each of its answers due within `seconds`."""
        return ModuleProxy(self._caller.endpoint, self._module, seconds)

    def __call__(self, operation: Operation) -> Any:
        """An operation of ours in this module's worker; a name would be one of the student's."""
        return self._caller.operate(operation)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        contract = self._caller.endpoint.contract
        if name in contract.constants:
            return self._caller.constant(self._module, name)
        if contract.closed and self._module == self._caller.endpoint.worker and name not in contract.functions:
            raise AttributeError(f"the rubric names no function {name} of {self._module}")
        return self._function(name)

    def _function(self, name: str) -> Callable[..., Any]:
        def function(*args: Any, **kwargs: Any) -> Any:
            return self._caller.call(self._module, name, args, kwargs)

        function.__name__, function.__module__ = name, self._module
        vars(function)[MODULE] = self._module
        return function
