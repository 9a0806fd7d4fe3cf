"""What the command `class` does once its options are read: grade, then say what came of it.

Apart from `class_command`, since what is imported here takes as long as what workers need, which is begun before.
"""

import ctypes
import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from grader.assignment_folder import Assignment
from grader.classroom.class_model import IssueKind, JobSettings
from grader.classroom.grade_class import Request, grade_class
from grader.classroom.python_process import Start, start_python
from grader.classroom.results import similarity_job
from grader.classroom.results.store import ClassIndex
from grader.classroom.results.summary import print_summary
from grader.classroom.run import job_process
from grader.classroom.run.executor import DaskExecutor, Executor, LocalExecutor
from grader.classroom.run.progress import watcher
from grader.cli.console import err, fail, fail_if_damaged, out
from grader.cli.interrupts import interrupt, raise_dropped_interrupt
from grader.errors import OutputError
from grader.model import ExitCode
from grader.sandbox.choose import LauncherAhead, open_launcher

if sys.platform == "linux":
    from grader.classroom.fork_server import ForkServer

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # malloc.h of glibc
_GIVEN_BACK = 64 << 10  # bytes from which on a piece of memory is the system's own, and is given back to it

OpenExecutor = Callable[[JobSettings, Assignment], Executor]
_GO_ON = "run the same command again and it goes on from there."


def grade_and_tell(
    request: Request, assignment: Path, jobs: int | None, cluster: str | None, ahead: LauncherAhead | None
) -> None:
    """Grade a class on this machine, or on the cluster at an address; exit with a code that says how it went.

    `ahead` is the launcher where it is certain that there is something to grade: then what job processes need is
    imported ahead, too, and the checks in the folder `assignment` are collected.
    """
    with _starting(assignment.resolve(), is_needed=ahead is not None) as start:
        hold_little_memory()
        _tell(request, _grade(request, _executor(jobs, cluster, ahead, start), start))


def hold_little_memory() -> None:
    """Give memory back soon, as a class of thousands takes and frees much of it, and look for garbage again.

    Where nothing is said, glibc keeps what was freed in the middle of its heap, and serves ever larger pieces from
    there (mallopt(3), M_MMAP_THRESHOLD): 10,000 hand-ins came to a fifth more than 100.
    """
    gc.freeze()
    gc.enable()
    if sys.platform == "linux":
        with suppress(AttributeError, OSError):  # another library of C
            mallopt = ctypes.CDLL(None).mallopt
            for parameter in (_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD):
                mallopt(parameter, _GIVEN_BACK)


@contextmanager
def _starting(assignment: Path, *, is_needed: bool) -> Iterator[Start]:
    """How the processes of the class are started: forked from one that prepares for all, where that can be."""
    with ExitStack() as stack:
        start: Start = start_python
        if sys.platform == "linux" and is_needed and threading.active_count() == 1:
            with suppress(OSError):  # no more processes, or no more memory: what is started later says so
                modules = (job_process.MODULE, similarity_job.MODULE, *similarity_job.NEEDS)
                preparation = (job_process.MODULE, [str(assignment)])
                start = stack.enter_context(ForkServer(modules, preparation)).start
        yield start


def _grade(request: Request, open_executor: OpenExecutor, start: Start) -> ClassIndex:
    """Grade; if that is cut off, say how to continue."""
    signal.signal(signal.SIGTERM, interrupt)
    try:
        with watcher(err) as shown:
            return grade_class(request, open_executor, shown, start)
    except KeyboardInterrupt:
        fail(f"grader: interrupted. What is graded is kept in {request.results}; {_GO_ON}", ExitCode.INTERRUPTED)
    except OutputError as error:
        fail(f"grader: {error} What was graded until then is kept; fix that, and {_GO_ON}", ExitCode.USAGE)


def _tell(request: Request, index: ClassIndex) -> None:
    """The summary, and an exit code that says whether anything has to be fixed."""
    print_summary(request.results, index, out)
    if any(issue.kind is IssueKind.FAULT for issue in index.issues):
        fail(
            "Some submissions could not be graded. That is the grader's fault, and nobody gets a zero for it: they are "
            "listed above. `--failed` tries just these again.",
            ExitCode.GRADER_ERROR,
        )
    fail_if_damaged(index.issues)
    wrong = next((issue for issue in index.issues if issue.kind is IssueKind.ROSTER), None)
    if wrong is not None:
        fail(wrong.message, ExitCode.GRADER_ERROR)


def _executor(jobs: int | None, cluster: str | None, ahead: LauncherAhead | None, start: Start) -> OpenExecutor:
    def open_executor(settings: JobSettings, assignment: Assignment) -> Executor:
        raise_dropped_interrupt()
        if cluster is not None:
            return DaskExecutor(cluster, gpu=settings.sandbox.gpus is not None or assignment.needs_gpu)
        # opened before the first job: what the machine lacks is named once, rather than three times for each submission
        open_it = ahead.open if ahead else lambda: open_launcher(settings.sandbox, ahead=True)
        return LocalExecutor(jobs or _cores(), open_it, start)

    return open_executor


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
