"""A worker as those who ask it share it: what its module has to offer, what is known of that, what was asked before."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import TypeAlias

from grader.model import CallFailure, Finding
from grader.sandbox.child.kept_values import holds_handle
from grader.sandbox.child.protocol import Opaque, Value, encode
from grader.sandbox.launcher import Reply, Request, Returned
from grader.sandbox.supervisor import Sandbox

MAX_REMEMBERED = 4_096  # bytes of a question; arrays are drawn anew for each, and not asked about twice
MAX_REMEMBERED_ANSWER = 1 << 16  # bytes; dozens of answers are remembered at a time


@dataclass(frozen=True, slots=True)
class Contract:
    """What a module has to offer: constants, and functions by name with their expected signature.

    `Net.loss` is a method of what the function (or class) `Net` gives. Results that a signature names behind its arrow,
    and `handles` among them, stay in the worker.
    """

    functions: Mapping[str, str] = field(default_factory=dict)
    constants: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()
    closed: bool = False  # whether to ask for another function is a mistake of the check's

    def results(self, name: str | None) -> tuple[str, ...]:
        """The names of a function's results; none where its signature has no arrow."""
        named = self.functions.get(name or "", "").partition(") -> ")[2]
        return tuple(result.strip() for result in named.split(",")) if named else ()


@dataclass(slots=True)
class ModuleFindings:
    """What is known of a module without asking it: by reading it, or since it has tried a forbidden import."""

    whole: Finding | None = None
    by_name: Mapping[str, Finding] = field(default_factory=dict)

    def of(self, name: str) -> Finding | None:
        return self.whole or self.by_name.get(name)


Listener: TypeAlias = Callable[[str, tuple[Value, ...] | None, Reply], None]  # of a name, arguments, the answer


class CallLog:
    """Notes and output of the calls that one check makes; begun anew for each check.

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
    answer that it had then: so no answer can depend on which point asks, or on what else was asked. A question about
    values that stay in the worker is asked each time.
    """

    sandbox: Sandbox
    worker: str
    seconds: float  # that one answer may take
    contract: Contract = Contract()
    findings: ModuleFindings = field(default_factory=ModuleFindings)
    call_log: CallLog = field(default_factory=CallLog)
    after_timeout: float | None = None  # seconds for a function that has timed out once; None: as many as before
    timed_out: dict[str, CallFailure] = field(default_factory=dict)
    unneeded: list[int] = field(default_factory=list)  # numbers of values that the worker need not keep any more
    numbers: "count[int]" = field(default_factory=lambda: count(1))  # for values that stay, also in a next worker
    held: int = 0  # handles that there are
    _constants: dict[str, Reply] | None = None
    _printed: str = ""
    _answers: dict[tuple[str, bytes], Reply] = field(default_factory=dict)

    def call(self, request: Request) -> Reply:
        """The answer to one question; with `args` None, the constant of that name."""
        constants = self._read_constants() if self._constants is None else self._constants
        reply = constants[request.name] if request.args is None else self._ask_once(request)
        printed, self._printed = self._printed, ""
        return replace(reply, output=printed + reply.output)

    def _read_constants(self) -> dict[str, Reply]:
        """All of them; what the module printed meanwhile is shown with the first answer."""
        requests = [Request(self.worker, self.worker, name, None, self.seconds) for name in self.contract.constants]
        read = {request.name: self._ask(request) for request in requests}
        self._printed = "".join(reply.output for reply in read.values())
        self._constants = {name: replace(reply, output="") for name, reply in read.items()}
        return self._constants

    def _ask_once(self, request: Request) -> Reply:
        """The first answer, of a function of the contract; a harness beside it has a state that it is asked about."""
        question = self._repeatable(request)
        if question is None or len(question) > MAX_REMEMBERED:
            return self._ask(request)
        if (request.name, question) in self._answers:
            return self._answers[request.name, question]
        reply = self._ask(request)
        self._answers[request.name, question] = _rememberable(reply)
        return reply

    def _repeatable(self, request: Request) -> bytes | None:
        """The question's bytes; None if its answer may differ the next time."""
        stays = request.operates or isinstance(request.keep, int) or any(request.keep or ())
        sent: list[Value] = [list(request.args or ()), dict(request.kwargs)]
        theirs = request.module == self.worker and request.name in self.contract.functions
        return encode(sent) if theirs and not stays and not holds_handle(sent) else None

    def _ask(self, request: Request) -> Reply:
        drop = tuple(self.unneeded)
        del self.unneeded[: len(drop)]
        return self.sandbox.call(replace(request, drop=drop))


def _rememberable(reply: Reply) -> Reply:
    """The reply to remember. A large value is replaced by a remark: the right answer to a short question is short."""
    if isinstance(reply, Returned) and len(encode(reply.value)) > MAX_REMEMBERED_ANSWER:
        return replace(reply, value=Opaque("too large for so short a question"))
    return reply
