"""The same question is asked once: of a submission, a function's first answer is used wherever it counts."""

from typing import Any

import pytest

from grader.model import CallFailure, Outcome
from grader.sandbox.child.protocol import Array, Opaque, Tree, encode
from grader.sandbox.launcher import CallFailed, Request, Returned
from grader.suite.endpoint import Contract, Endpoint
from grader.suite.proxy import ModuleProxy


class Counting:
    """A sandbox whose every answer is another one."""

    def __init__(self, fails: bool = False) -> None:
        self.asked: list[str] = []
        self.fails = fails

    def call(self, request: Request) -> Any:
        self.asked.append(request.name)
        if self.fails:
            return CallFailed(Outcome.ERROR, "error", "ValueError: no")
        return Returned(len(self.asked), False, "")


def endpoint(sandbox: Counting) -> Endpoint:
    contract = Contract({"labels": "labels(row, col)"}, frozenset({"CONVENTION"}))
    return Endpoint(sandbox, "exercise3", 1.0, contract)  # type: ignore[arg-type]


def test_a_question_that_was_asked_before_has_the_answer_that_it_had_then() -> None:
    shared = endpoint(Counting())
    first, second = ModuleProxy(shared, "exercise3"), ModuleProxy(shared, "exercise3")
    answers = [first.labels(1, 2), second.labels(1, 3), second.labels(1, 2), first.within(5.0).labels(1, 2)]
    assert answers == [2, 3, 2, 2]
    assert first.labels([Tree("Symbol", ("w", "real"))]) != first.labels([Tree("Symbol", ("w", ""))])


def test_constants_are_read_before_any_other_question_and_once() -> None:
    sandbox = Counting()
    module = ModuleProxy(endpoint(sandbox), "exercise3")
    module.labels(1, 2)
    assert (module.CONVENTION, module.CONVENTION) == (1, 1)
    assert sandbox.asked == ["CONVENTION", "labels"]


def test_a_failure_is_remembered_too() -> None:
    sandbox = Counting(fails=True)
    module = ModuleProxy(endpoint(sandbox), "exercise3")
    for _ in range(2):
        with pytest.raises(CallFailure, match="no"):
            module.labels(1, 2)
    assert sandbox.asked.count("labels") == 1


def test_a_harness_is_asked_each_time() -> None:
    shared = endpoint(Counting())
    harness = ModuleProxy(shared, "harness")
    assert harness.labels(1) != harness.labels(1)


class Large(Counting):
    """Its answers are of many megabytes."""

    def call(self, request: Request) -> Any:
        self.asked.append(request.name)
        return Returned(Array("<f8", (1 << 17,), bytes(1 << 20)), False, "")


def test_of_a_large_answer_only_that_it_was_large_is_kept() -> None:
    sandbox = Large()
    shared = endpoint(sandbox)
    module = ModuleProxy(shared, "exercise3")
    assert module.labels(1, 2).shape == (1 << 17,)
    assert module.labels(1, 2) == Opaque("too large for so short a question")
    assert sandbox.asked.count("labels") == 1
    assert sum(len(encode(reply.value)) for reply in shared._answers.values()) < 1_000  # type: ignore[union-attr]
