"""Warm processes that are forked from one another, so that many of the grader's processes pay for one import."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

import grader.cli
from grader.assignment_folder import Assignment
from grader.classroom.class_model import Graded, Job, JobSettings
from grader.classroom.run.job_process import JobProcess, JobProcessPool
from grader.errors import SandboxError
from grader.model import Submission
from grader.sandbox import choose
from grader.sandbox.choose import open_launcher, why_no_jail
from grader.sandbox.launcher import Returned
from grader.sandbox.linux import warm
from grader.sandbox.linux.warm import StartedZygote, WarmLauncher
from grader.sandbox.sandbox_settings import SandboxSettings
from tests.support.workers import DEADLINE, ask, knowing_nothing, usual_first, wait_until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only"),
]
KINDS = ("jail", "process")
WELL = "import os\ndef well(): return 1\ndef folder(): return os.getcwd()\ndef hang():\n    while True: pass"


def opened(kind: str, sibling: int | None = None) -> WarmLauncher:
    try:
        launcher = open_launcher(SandboxSettings(kind), ahead=True, sibling=sibling)
    except SandboxError as error:
        pytest.skip(str(error))
    assert isinstance(launcher, WarmLauncher)
    return launcher


@contextmanager
def sibling_of(mother: WarmLauncher, kind: str) -> Iterator[WarmLauncher]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        mother.fork_sibling(theirs, (os.getpid(),))
    with closing(opened(kind, ours.detach())) as launcher:
        yield launcher


def started(launcher: WarmLauncher) -> StartedZygote:
    (zygote,) = (one for one in launcher._zygotes.values() if isinstance(one, StartedZygote))
    return zygote


def children(pid: int) -> set[int]:
    return {int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}


@pytest.fixture
def lean(monkeypatch: pytest.MonkeyPatch) -> None:
    knowing_nothing(monkeypatch.setattr)


@pytest.mark.usefixtures("lean")
@pytest.mark.parametrize("kind", usual_first(KINDS))
def test_siblings_work_beside_their_mother_and_leave_nothing(kind: str) -> None:
    with closing(opened(kind)) as mother, ExitStack() as stack:
        siblings = [stack.enter_context(sibling_of(mother, kind)) for _ in range(2)]
        for launcher in (mother, *siblings, mother):
            assert ask(launcher, WELL, "well") == [Returned(1)]
        for launcher in (siblings[0], mother):
            assert ask(launcher, WELL, "hang", "well", seconds=DEADLINE)[1] == Returned(1)
        assert [launcher.restrictions for launcher in siblings] == [mother.restrictions] * 2
        (folder,) = ask(siblings[0], WELL, "folder")
        assert isinstance(folder, Returned)
        pid = started(mother)._process.pid
        wait_until(lambda: len(children(pid)) == 2)  # a worker that was killed may still be there
        stack.close()
        assert not Path(str(folder.value)).parent.exists()
        mother.close()
        assert not Path(f"/proc/{pid}").exists()


@pytest.mark.usefixtures("lean")
@pytest.mark.parametrize("kind", usual_first(KINDS))
def test_a_sibling_outlives_a_mother_that_was_killed_and_another_mother_takes_her_place(kind: str) -> None:
    with closing(opened(kind)) as mother, sibling_of(mother, kind) as launcher:
        assert ask(launcher, WELL, "well") == [Returned(1)]
        started(mother)._process.kill()
        started(mother)._process.wait()
        assert ask(launcher, WELL, "well") == [Returned(1)]
        with sibling_of(mother, kind) as another:
            assert ask(another, WELL, "well") == [Returned(1)]


@pytest.mark.usefixtures("lean")
def test_a_sibling_that_was_killed_is_replaced() -> None:
    with closing(opened("process")) as mother, sibling_of(mother, "process") as launcher:
        assert ask(launcher, WELL, "well") == [Returned(1)]
        (pid,) = children(started(mother)._process.pid)
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not any(zygote.is_alive for zygote in launcher._zygotes.values()))
        assert ask(launcher, WELL, "well") == [Returned(1)]
        assert started(launcher).is_alive


class Killed(BaseException):
    """In the place of a SIGKILL: whoever started something does not come to anything after it."""


def killed(*args: object, **options: object) -> Any:
    raise Killed


def start_sibling() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        warm.Zygote(ours).fork_sibling(theirs, ())


@pytest.mark.parametrize(
    "start",
    [
        lambda: warm.StartedZygote(("numpy",), "process", weaker=True),
        start_sibling,
        lambda: JobProcess(JobSettings("", "", SandboxSettings("process"), 7, ()), start=killed),
    ],
    ids=["zygote", "sibling", "job process"],
)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # who is killed closes nothing
def test_who_is_killed_before_a_process_begins_leaves_no_folder_of_its(
    start: Callable[[], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(subprocess, "Popen", killed)
    monkeypatch.setattr(socket, "send_fds", killed)
    with pytest.raises(Killed):
        start()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("lean")
def test_a_warm_process_that_was_begun_early_is_taken_by_the_next_jail_and_ended_where_there_is_none() -> None:
    if why_no_jail():
        pytest.skip(why_no_jail())
    choose.begin_jail()
    (begun,) = choose._early_zygotes
    with closing(opened("jail")) as launcher:
        assert started(launcher) is begun
        assert ask(launcher, WELL, "well") == [Returned(1)]
    assert choose._early_zygotes == []
    choose.begin_jail()
    (begun,) = choose._early_zygotes
    with closing(opened("process")) as launcher:
        assert started(launcher) is not begun
    choose.end_early_zygotes()
    assert choose._early_zygotes == []
    assert begun._process.returncode == -signal.SIGKILL
    assert not Path(begun._folder).exists()


@pytest.mark.parametrize(
    ("arguments", "begins"),
    [
        ("class hand-ins -o results", True),
        ("grade answer --sandbox jail", True),
        ("grade answer --sandbox process", False),
        ("class hand-ins --sandbox docker -o results", False),
        ("class --help", False),
        ("watch", False),
        ("", False),
    ],
)
def test_what_workers_come_from_is_begun_before_a_command_line_that_will_need_it(
    arguments: str, *, begins: bool
) -> None:
    assert grader.cli._grades_in_a_jail(arguments.split()) == begins


def test_job_processes_share_a_warm_process_and_one_that_dies_takes_its_sibling_along(assignment: Assignment) -> None:
    rubric = (assignment.folder / "rubric.toml").read_text(encoding="utf-8")
    settings = JobSettings(rubric, str(assignment.folder), SandboxSettings("process"), 7, ("2.1",))
    job = Job(Submission("a", {"exercise2.py": b"def maxpool2x2_backward(dY, X): return X"}, "0" * 64))
    with closing(opened("process")) as mother, closing(JobProcessPool(mother)) as workshop:
        lone = JobProcess(settings, mother)
        try:
            assert isinstance(lone.run(job), Graded)
            assert isinstance(workshop.work(settings, job), Graded)
            family = children(started(mother)._process.pid)
            assert len(family) == 2
            lone._process.kill()
            wait_until(lambda: sum(Path(f"/proc/{pid}/cmdline").read_bytes() != b"" for pid in family) == 1)  # a zombie
            assert isinstance(workshop.work(settings, job), Graded)
        finally:
            lone.end()
