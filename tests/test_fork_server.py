"""Processes of a class: the same by whatever way they are started, and none left over."""

import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from grader.assignment_folder import load_assignment
from grader.classroom.class_model import Graded, Job, JobFailed, JobResult, JobSettings
from grader.classroom.python_process import PythonProcess, Start, start_python
from grader.classroom.run.job_process import MODULE as JOB_MODULE
from grader.classroom.run.job_process import JobProcess
from grader.model import Submission
from grader.pipeline import GradingSession
from grader.sandbox.sandbox_settings import SandboxSettings
from grader.schema import Report
from tests.support.command import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only")
if sys.platform == "linux":
    from grader.classroom.fork_server import ForkServer

MODULE = "tests.support.forked_module"
SECONDS = 300.0  # for what takes milliseconds, on an idle machine


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


def test_what_is_the_same_for_all_processes_is_done_once() -> None:
    with ForkServer([MODULE], (MODULE, ["well"])) as server, tempfile.TemporaryFile() as errors:
        processes = [server.start(MODULE, ["prepared"], errors) for _ in range(2)]
        assert [ended(process)[1] for process in processes] == [
            f"[{server.pid}] {process.pid}".encode() for process in processes
        ]


@pytest.mark.parametrize("what", ["thread", "raise"])
def test_where_that_fails_or_leaves_a_thread_an_interpreter_is_started(what: str) -> None:
    """Forked beside a thread, a process waits for ever for what that one was at."""
    with ForkServer([MODULE], (MODULE, [what])) as server, tempfile.TemporaryFile() as errors:
        process = server.start(MODULE, ["prepared"], errors)
        assert process.pids == (process.pid,)
        assert ended(process) == (0, f"[] {process.pid}".encode())


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


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """An assignment that writes a line into `collected` whenever its checks are."""
    course = tmp_path / "course"
    shutil.copytree(ROOT / "examples" / "softmax", course)
    with (course / "checks" / "check_softmax.py").open("a", encoding="utf-8") as check:
        check.write(f"\nwith open({str(tmp_path / 'collected')!r}, 'a') as file:\n    file.write('once\\n')\n")
    return course


def job_settings(course: Path) -> JobSettings:
    assignment = load_assignment(course)
    points = tuple(point.id for point in assignment.rubric.points)
    return JobSettings((course / "rubric.toml").read_text(), str(course), SandboxSettings("process"), 7, points)


def job(course: Path, name: str = "a") -> Job:
    return Job(Submission(name, {"softmax.py": (course / "gallery/right/loops/softmax.py").read_bytes()}, "0" * 64))


@contextmanager
def job_processes(course: Path, number: int) -> Iterator[list[JobProcess]]:
    with ForkServer([JOB_MODULE], (JOB_MODULE, [str(course)])) as server, ExitStack() as stack:
        processes = [JobProcess(job_settings(course), start=server.start) for _ in range(number)]
        for process in processes:
            stack.callback(process.end)
        yield processes


def _without_seconds(result: JobResult) -> str:
    assert isinstance(result, Graded)
    return re.sub(r'"seconds": [0-9.]+', "", result.report)


@pytest.mark.slow
def test_checks_are_collected_once_for_all_job_processes_and_reports_are_the_same(course: Path) -> None:
    collected = course.with_name("collected")
    with job_processes(course, 2) as processes:
        reports = [process.run(job(course)) for process in processes]
    assert collected.read_text() == "once\n"
    alone = JobProcess(job_settings(course))
    try:
        expected = alone.run(job(course))
    finally:
        alone.end()
    assert collected.read_text() == "once\n" * 2
    assert {_without_seconds(report) for report in reports} == {_without_seconds(expected)}


@pytest.mark.slow
def test_after_a_fault_of_ours_a_job_process_grades_on(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grade = GradingSession.grade

    def flawed(session: GradingSession, submission: Submission, **options: Any) -> Report:
        if submission.id == "odd":
            raise ValueError("a fault")
        return grade(session, submission, **options)

    monkeypatch.setattr(GradingSession, "grade", flawed)
    with job_processes(course, 1) as (process,):
        assert process.run(job(course, "odd")) == JobFailed("ValueError: a fault")
        assert isinstance(process.run(job(course)), Graded)


@pytest.mark.slow
def test_checks_that_cannot_be_collected_are_said_by_each_job_process(course: Path) -> None:
    (course / "checks" / "check_softmax.py").write_text("import no_such_module\n")
    with job_processes(course, 2) as processes:
        results = [process.run(job(course)) for process in processes]
    for result in results:
        assert isinstance(result, JobFailed)
        assert "check_softmax.py, line 1: ModuleNotFoundError: No module named 'no_such_module'" in result.message


SPY = b"""
import os, sys

def softmax_cross_entropy_backward(logits, labels):
    raise ValueError(f"{os.getppid()} {sorted(sys.modules.keys() & {'pytest', 'grader.suite', 'check_softmax'})}")
"""


@pytest.mark.slow
def test_a_worker_comes_from_none_of_the_processes_that_know_the_checks(course: Path) -> None:
    """It has no more of them in its memory than what it is asked."""
    rubric = course / "rubric.toml"
    rubric.write_text(rubric.read_text().replace('imports = ["numpy"]', 'imports = ["numpy", "os", "sys"]'))
    with job_processes(course, 1) as (process,):
        result = process.run(Job(Submission("a", {"softmax.py": SPY}, "0" * 64)))
        assert isinstance(result, Graded)
        (parent, modules), *_ = {tuple(found) for found in re.findall(r"ValueError: (\d+) (\[.*?\])", result.report)}
        assert modules == "[]"
        assert int(parent) not in process._process.pids


_PARENT = f"""
import sys, tempfile
from grader.classroom.fork_server import ForkServer
with ForkServer([{MODULE!r}]) as server, tempfile.TemporaryFile() as errors:
    process = server.start({MODULE!r}, ["echo"], errors)
    print(server.pid, process.pid, flush=True)
    sys.stdin.read()
"""


def test_all_end_when_whoever_started_them_is_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _PARENT], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout
        descriptors = [os.pidfd_open(int(pid)) for pid in parent.stdout.readline().split()]
        parent.kill()
        for descriptor in descriptors:
            assert _ends(descriptor), "it lives on without the class"


def _ends(descriptor: int) -> bool:
    with open(descriptor, "rb", buffering=0) as process:
        return bool(select.select([process], [], [], SECONDS)[0])
