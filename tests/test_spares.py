"""Containers that wait: which are started ahead, how many, and what becomes of one that ended meanwhile."""

from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from typing import Any

import pytest

from grader.errors import SandboxError
from grader.sandbox.child.protocol import encode
from grader.sandbox.docker.spares import MAX_WAITING, Kind, Spares, warm_up
from grader.sandbox.launcher import Bundle, Limits

pytestmark = pytest.mark.slow

KIND = Kind.of(Bundle({}, {}, preload=("numpy",)), gpu=False)


class AtOnce(Executor):
    """Does at once what it is asked for."""

    def submit(self, job: Any, /, *args: Any, **more: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(job(*args, **more))
        return done


@dataclass
class FakeContainer:
    quiet: bool = True
    ended: int = 0
    answer: bytes = b""
    sent: list[bytes] = field(default_factory=list)

    def is_quiet(self) -> bool:
        return self.quiet

    def end(self) -> str:
        self.ended += 1
        return ""

    def send(self, data: bytes) -> None:
        self.sent.append(data)

    def receive(self, count: int) -> bytes:
        part, self.answer = self.answer[:count], self.answer[count:]
        return part

    def output(self) -> str:
        return "its last words"


def spares_of(started: list[FakeContainer], count: int = 1) -> Spares:
    def start(kind: Kind) -> Any:
        started.append(FakeContainer())
        return started[-1]

    return Spares(start, AtOnce(), count)


def test_a_kind_that_is_asked_for_once_is_not_started_ahead() -> None:
    started: list[FakeContainer] = []
    spares = spares_of(started)
    assert spares.take(KIND) is None
    assert started == []


def test_from_the_second_time_on_one_waits() -> None:
    started: list[FakeContainer] = []
    spares = spares_of(started)
    assert [spares.take(KIND), spares.take(KIND)] == [None, None]
    assert spares.take(KIND) is started[0]
    assert spares.waiting() == 1


def test_containers_of_another_kind_are_of_no_use() -> None:
    spares = spares_of([])
    larger = Kind.of(Bundle({}, {}, preload=("numpy",), limits=Limits(memory_bytes=4 << 30)), gpu=False)
    spares.take(KIND)
    spares.take(KIND)
    assert spares.take(larger) is None


def test_one_that_ended_while_it_waited_is_not_handed_out() -> None:
    started: list[FakeContainer] = []
    spares = spares_of(started)
    spares.take(KIND)
    spares.take(KIND)
    started[0].quiet = False
    assert spares.take(KIND) is None
    assert started[0].ended == 1


def test_there_is_an_end_to_how_many_wait() -> None:
    spares = spares_of([], count=3)
    for number in range(20):
        kind = Kind.of(Bundle({}, {}, preload=(str(number),)), gpu=False)
        spares.take(kind)
        spares.take(kind)
    assert spares.waiting() == MAX_WAITING


def test_after_the_end_none_waits_and_none_comes() -> None:
    started: list[FakeContainer] = []
    spares = spares_of(started)
    spares.take(KIND)
    spares.take(KIND)
    spares.close()
    assert [container.ended for container in started] == [1]
    assert spares.take(KIND) is None
    assert len(started) == 1


def test_a_spare_that_fails_is_no_failure_of_whoever_asked() -> None:
    def start(kind: Kind) -> Any:
        raise SandboxError("no engine")

    spares = Spares(start, AtOnce(), 1)
    spares.take(KIND)
    assert spares.take(KIND) is None
    assert spares.waiting() == 0


def test_warming_up_says_what_went_wrong() -> None:
    container: Any = FakeContainer()
    with pytest.raises(SandboxError, match="ended while it started: its last words"):
        warm_up(container, KIND)
    payload = encode({"id": 0, "status": "error", "message": "ImportError", "frames": []})
    container = FakeContainer(answer=b"BPG1" + len(payload).to_bytes(4, "little") + payload)
    with pytest.raises(SandboxError, match=r"did not start.*ImportError"):
        warm_up(container, KIND)
