"""The least that grading could cost: a student's code and the checks in one warm process, forked for each submission.

No restrictions, no pytest, no report, and the verdict is formed where the student could change it: this is no grader,
it is what a grader's price is told in.
"""

import contextlib
import importlib
import inspect
import os
import pickle
import sys
import tempfile
import zlib
from collections.abc import Callable, Mapping
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np

from grader.assignment.bounded import algebra
from grader.assignment.checks import check_exercise1, check_exercise2, check_exercise3
from grader.assignment_folder import Assignment
from grader.model import CallFailure, Outcome, Submission, Verdict
from grader.sandbox import replies
from grader.sandbox.child import convert as inner_convert
from grader.sandbox.child import protocol
from grader.sandbox.child import worker as inner_worker
from grader.sandbox.launcher import Reply, Request
from grader.sandbox.supervisor import message_of
from grader.sandbox.warm_modules import WARM
from grader.suite.session import OracleError, Oracles, OracleStoppedError, SubmissionSession

for _name in WARM[0]:  # what our own workers find warm, the floor's children do too
    importlib.import_module(_name)
CHECKS: tuple[ModuleType, ...] = (check_exercise1, check_exercise2, check_exercise3)


def forked(action: Callable[[], object]) -> None:
    """Runs `action` in a forked child and waits for its end."""
    pid = os.fork()
    if pid == 0:
        try:
            action()
            os._exit(0)
        finally:
            os._exit(1)
    if os.waitpid(pid, 0)[1]:
        raise RuntimeError("a floor's child failed")


class Recorder:
    """A sandbox that answers in this very process, and remembers what it was asked."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.requests: list[Request] = []
        self._files = files
        self._state = inner_worker.State()
        self._state.importer.files = dict(files)
        self._state.importer.allowed = frozenset(sys.stdlib_module_names) | {"numpy", "sympy"}
        sys.meta_path.insert(0, self._state.importer)
        inner_worker.seed_generators()

    def call(self, request: Request) -> Reply:
        """What the worker would answer, through the same bytes."""
        self.requests.append(request)
        body = {"id": 1, **message_of(request)}
        answer = inner_worker.answer(self._state, protocol.decode(protocol.encode(body)))
        reply = replies.parse(protocol.decode(protocol.encode({**answer, "id": 1})), 1, self._files, "")
        assert reply is not None
        return reply


def check(submission: Submission, assignment: Assignment, seed: int) -> tuple[list[Request], list[Outcome]]:
    """Forms every verdict on one submission; what its modules were asked on the way, and the outcomes."""
    sys.modules["bounded.algebra"] = algebra
    student, oracle_recorder = Recorder(submission.files), Recorder({})
    launcher: Any = SimpleNamespace(name="none")  # nobody is asked but in this process
    oracles = Oracles(launcher, assignment)
    submission_session = SubmissionSession(submission, assignment, launcher, oracles, seed)
    oracles._sandbox = oracle_recorder  # type: ignore[assignment]
    for endpoint in submission_session._endpoints.values():
        endpoint.sandbox = student  # type: ignore[assignment]
    outcomes = [
        _run(function, submission_session, seed)
        for module in CHECKS
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if name.startswith("check_")
    ]
    return student.requests, outcomes


def _run(function: Callable[..., Any], submission_session: SubmissionSession, seed: int) -> Outcome:
    arguments: dict[str, Any] = {
        "seed": seed,
        "bounded": submission_session.oracles.proxy,
        "settings": submission_session.settings,
    }
    for name in inspect.signature(function).parameters:
        if name == "rng":
            arguments[name] = np.random.default_rng([seed, zlib.crc32(function.__name__.encode())])
        elif name not in arguments:
            arguments[name] = submission_session.module(name)
    try:
        verdict: Verdict = function(**{name: arguments[name] for name in inspect.signature(function).parameters})
    except CallFailure as failure:
        return failure.verdict.outcome
    except (OracleError, OracleStoppedError):
        return Outcome.GRADER_ERROR
    return verdict.outcome


Question = tuple[str, str, list[Any] | None]


def questions(submission: Submission, assignment: Assignment, seed: int) -> list[Question]:
    """What the checks ask, with the arguments as the student's functions get them. Found out in a child, so that
    nothing of the student's is in this process, and nothing in its caches.
    """
    with tempfile.TemporaryFile() as file:

        def write() -> None:
            pickle.dump(check(submission, assignment, seed)[0], file)
            file.flush()

        forked(write)
        file.seek(0)
        requests: list[Request] = pickle.load(file)
    return [
        (request.module, request.name, None if request.args is None else [_inner(item) for item in request.args])
        for request in requests
    ]


def _inner(value: Any) -> Any:
    return inner_convert.from_wire(protocol.decode(protocol.encode(value)), _nothing_kept)


def _nothing_kept(number: int) -> Any:
    raise LookupError(f"these exercises keep no value, so there is no number {number}")


def answer(files: Mapping[str, bytes], questions: list[Question]) -> None:
    """A student's modules imported, and each question answered: nothing else."""
    modules: dict[str, dict[str, Any]] = {}
    for module, name, args in questions:
        if module not in modules:
            modules[module] = {"__name__": module}
            exec(compile(files[f"{module}.py"], module, "exec", dont_inherit=True), modules[module])
        if args is not None and name in modules[module]:
            with contextlib.suppress(Exception):  # a wrong answer's own; the floor judges nothing
                modules[module][name](*args)
