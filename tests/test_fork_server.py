"""Processes of a class: the same by whatever way they are started, and none left over."""

import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.classroom.python_process import PythonProcess, Start, start_python

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only")
if sys.platform == "linux":
    from grader.classroom.fork_server import ForkServer

MODULE = "tests.support.forked_module"
SECONDS = 60.0  # for what takes milliseconds


@pytest.fixture
def server() -> Iterator["ForkServer"]:
    with ForkServer([MODULE]) as server:
        yield server


@pytest.fixture(params=["started", "forked"])
def start(request: pytest.FixtureRequest) -> Start:
    if request.param == "started":
        return start_python
    started: Start = request.getfixturevalue("server").start
    return started


def ended(process: PythonProcess, given: bytes = b"") -> tuple[int, bytes]:
    """The exit code and the output of a process that is given this."""
    assert process.stdin
    assert process.stdout
    with process.stdin, process.stdout:
        process.stdin.write(given)
        process.stdin.close()
        output = process.stdout.read()
    return process.wait(SECONDS), output


def test_arguments_and_input_go_in_and_output_comes_out(start: Start) -> None:
    with tempfile.TemporaryFile() as errors:
        assert ended(start(MODULE, ["echo", "a b", "ü"], errors), b"given") == (0, "a b ü|given".encode())


@pytest.mark.parametrize(
    ("arguments", "code", "printed"),
    [
        (["exit", "0"], 0, ""),
        (["exit", "7"], 7, ""),
        (["sentence", "There is no class."], 1, "There is no class."),
        (["raise", "a fault"], 1, "ValueError: a fault"),
    ],
)
def test_a_process_ends_as_an_interpreter_does(start: Start, arguments: list[str], code: int, printed: str) -> None:
    with tempfile.TemporaryFile() as errors:
        assert ended(start(MODULE, arguments, errors)) == (code, b"")
        errors.seek(0)
        assert (errors.read().decode().strip().splitlines() or [""])[-1] == printed


def test_what_is_lent_is_open_under_the_number_that_follows_the_arguments(start: Start) -> None:
    reading, writing = os.pipe()
    with open(reading, "rb") as stream, tempfile.TemporaryFile() as errors:
        process = start(MODULE, ["lent"], errors, [writing])
        os.close(writing)
        assert ended(process) == (0, b"")
        assert stream.read() == b"through what was lent"


def test_it_has_a_session_of_its_own(start: Start) -> None:
    with tempfile.TemporaryFile() as errors:
        process = start(MODULE, ["session"], errors)
        assert ended(process) == (0, f"True {[*process.pids, os.getpid()][1]}".encode())


def test_a_forked_process_has_nothing_open_but_its_own_pipes(server: "ForkServer") -> None:
    """Else a class that was killed would seem to live on, and its processes with it."""
    with tempfile.TemporaryFile() as errors:
        other = server.start(MODULE, ["echo"], errors)
        code, output = ended(server.start(MODULE, ["descriptors"], errors))
        ended(other)
        first, status = output.split()[:4], output.split()[4:]
        assert (code, first, len(status)) == (0, [b"0", b"1", b"2", b"3"], 1)  # 3 lists the folder


def test_a_process_that_is_killed_says_so_and_costs_itself_alone(start: Start) -> None:
    with tempfile.TemporaryFile() as errors:
        process, other = start(MODULE, ["echo"], errors), start(MODULE, ["echo", "well"], errors)
        assert process.poll() is None
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.01)
        process.kill()
        assert process.wait(SECONDS) == -signal.SIGKILL
        assert ended(process) == (-signal.SIGKILL, b"")
        assert process.poll() == -signal.SIGKILL
        process.kill()  # nothing happens, whoever has its number by now
        assert ended(other, b"!") == (0, b"well|!")


def test_a_process_ends_with_its_server_and_the_next_is_started(server: "ForkServer") -> None:
    with tempfile.TemporaryFile() as errors:
        process = server.start(MODULE, ["echo"], errors)
        os.kill(server.pid, signal.SIGKILL)
        assert process.wait(SECONDS) == -signal.SIGKILL
        assert ended(process)[1] == b""
        process = server.start(MODULE, ["echo", "still"], errors)
        assert len(process.pids) == 1
        assert ended(process, b"here") == (0, b"still|here")
        server.kill(process.pid)


def test_a_server_that_cannot_import_what_it_should_costs_time_alone() -> None:
    with ForkServer(["tests.support.no_such_module"]) as server, tempfile.TemporaryFile() as errors:
        assert ended(server.start(MODULE, ["echo", "well"], errors)) == (0, b"well|")


def test_many_threads_may_ask_at_once(server: "ForkServer") -> None:
    outputs: list[tuple[int, bytes]] = []

    def ask(number: int) -> None:
        with tempfile.TemporaryFile() as errors:
            outputs.append(ended(server.start(MODULE, ["echo", str(number)], errors), b"x" * number))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outputs) == sorted((0, b"%d|%s" % (number, b"x" * number)) for number in range(12))


_PARENT = f"""
import sys, tempfile
from grader.classroom.fork_server import ForkServer
with ForkServer([{MODULE!r}]) as server, tempfile.TemporaryFile() as errors:
    process = server.start({MODULE!r}, ["echo"], errors)
    print(server.pid, process.pid, flush=True)
    sys.stdin.read()
"""


def test_all_end_when_whoever_started_them_is_killed() -> None:
    root = Path(__file__).parent.parent
    with subprocess.Popen(
        [sys.executable, "-c", _PARENT], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout
        descriptors = [os.pidfd_open(int(pid)) for pid in parent.stdout.readline().split()]
        parent.kill()
        for descriptor in descriptors:
            assert _ends(descriptor), "it lives on without the class"


def _ends(descriptor: int) -> bool:
    with open(descriptor, "rb", buffering=0) as process:
        return bool(select.select([process], [], [], SECONDS)[0])
