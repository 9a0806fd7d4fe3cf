"""Grade one submission after the other in a job process that keeps one launcher and one set of oracles open.

    python -m grader.classroom.run.job_main FOLDER [WARM]      or `run`, in a process that was forked

FOLDER is to be made, for this process alone; WARM is the descriptor of a zygote's socket, if one is lent to it.
`job_process` starts it, or has it forked from a process that has collected the checks (`prepare`). It reads frames of
the wire (`sandbox.child.protocol`) from its input and writes one for each to its output:

    settings   first, once: the fields of `class_model.JobSettings`
    request    {id, files, sha256, notes}      ->      {"report": results.json}, {"fault": a sentence about us}
                                                       or {"refused": a sentence about the settings}

When its input ends, the parent is gone: it stops in the middle of its work, and ends the workers and itself. So
nothing is left over when a class is killed, even by SIGKILL.
"""

import os
import queue
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from grader.assignment_folder import Assignment, load_assignment
from grader.errors import GraderError, UsageError
from grader.model import ExitCode, Submission
from grader.pipeline import GradingSession
from grader.report.results_json import to_json
from grader.rubric import parse_rubric
from grader.sandbox.child import folders
from grader.sandbox.child.protocol import REQUEST, Value, read_frame, write_frame
from grader.sandbox.choose import open_launcher
from grader.sandbox.sandbox_settings import SandboxSettings
from grader.settings import RunSettings
from grader.suite.missing_packages import require
from grader.suite.runner import RunChecks, collected

_COLLECTED: dict[Path, RunChecks] = {}  # by an assignment's folder, in the process that this one was forked from

IDLE_SECONDS = 600.0  # without a request: the class is over, and nobody closed the pipe


def prepare(arguments: Sequence[str], work: Callable[[], None]) -> None:
    """Does `work` with the checks of the assignment in a folder collected, for all processes that it forks.

    Where they cannot be collected it is done without them: each process says so itself.
    """
    (folder,) = map(Path, arguments)

    def with_checks(run: RunChecks) -> None:
        _COLLECTED[folder] = run
        work()

    with suppress(GraderError):
        collected(load_assignment(folder), with_checks)
    if folder not in _COLLECTED:
        work()


def main(folder: Path, warm: int | None) -> None:
    """Answers requests until there are no more."""
    take, send = _own_channel()
    signal.signal(signal.SIGTERM, _stop)
    requests = _Requests(take)
    class_settings = requests.next()
    if class_settings is None:
        return
    assignment = _assignment(class_settings, folder)
    sandbox = SandboxSettings(**class_settings["sandbox"])
    settings = RunSettings(sandbox, class_settings["seed"], points=tuple(class_settings["points"]))
    with (
        closing(open_launcher(sandbox, sibling=warm)) as launcher,
        GradingSession(assignment, settings, launcher=launcher) as grading,
    ):
        server = _JobServer(requests, send, grading)
        run = _COLLECTED.get(assignment.folder)
        is_over = run is not None and server.answer_all(run)
        while not is_over:
            is_over = collected(assignment, server.answer_all)  # the checks, once for all submissions


def _assignment(class_settings: Any, folder: Path) -> Assignment:
    """The assignment under the class's rubric and settings, their files in `folder`."""
    assignment = Assignment(Path(class_settings["assignment"]), parse_rubric(class_settings["rubric"], "the rubric"))
    overrides = class_settings["overrides"]
    for setting, file in class_settings["files"].items():
        path = folder / setting / file["name"]
        path.parent.mkdir()
        path.write_bytes(file["content"])
        overrides[setting] = path
    return assignment.with_settings(**overrides)


@dataclass
class _JobServer:
    """Answers requests under the settings of a class."""

    requests: "_Requests"
    send: Callable[[bytes], None]
    grading: GradingSession

    def answer_all(self, run: RunChecks) -> bool:
        """Answers with these checks until there are no more requests; False where the checks have to be collected anew.

        The one place on this side that catches everything: whatever one submission brings to light in us, the next ones
        get their marks, and this one is listed as ours to fix.
        """
        while (request := self.requests.next()) is not None:
            whole = True
            try:
                answer = self._answer(request, run)
            except Exception as error:  # noqa: BLE001
                answer, whole = {"fault": f"{type(error).__name__}: {error}"}, False
            self.requests.busy = False
            write_frame(self.send, answer)
            if not whole:
                return False
        return True

    def _answer(self, request: Any, run: RunChecks) -> dict[str, Value]:
        """The report on one submission, or why there is none."""
        submission = Submission(request["id"], request["files"], request["sha256"], tuple(request["notes"]))
        try:
            if self.grading.launcher.name != "docker":  # whose image has packages of its own
                require(self.grading.assignment.rubric, self.grading.selected)
            report = self.grading.grade(submission, run=run)
            return {"report": to_json(report, indent=None)}
        except UsageError as error:
            return {"refused": str(error)}
        except GraderError as error:
            return {"fault": str(error)}


class _Requests:
    """The requests, read by a thread so that the end of the input is noticed even in the middle of a submission."""

    def __init__(self, take: Any) -> None:
        self.busy = False
        self._take = take
        self._waiting: queue.SimpleQueue[Any] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def next(self) -> Any:
        """The next request, or None where there will be none."""
        try:
            request = self._waiting.get(timeout=IDLE_SECONDS)
        except queue.Empty:
            return None
        self.busy = request is not None
        return request

    def _read(self) -> None:
        try:
            while True:
                self._waiting.put(read_frame(self._take, REQUEST))
        except (EOFError, OSError, ValueError):
            self._waiting.put(None)
            if self.busy:
                os.kill(os.getpid(), signal.SIGTERM)


def _stop(number: int, frame: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt


def _own_channel() -> tuple[Any, Any]:
    """The reading and the writing end of the wire, moved to descriptors that no stray print goes to."""
    take, give = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb", buffering=0)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)

    def send(data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[give.write(view) or 0 :]

    return take.read, send


def run(arguments: Sequence[str]) -> NoReturn:
    """Is the process of a job, until its end."""
    own_folder, *lent = arguments
    try:
        with ExitStack() as stack:
            stack.callback(shutil.rmtree, own_folder, ignore_errors=True)  # whoever asked may be gone
            folders.make(own_folder)
            main(Path(own_folder), int(lent[0]) if lent else None)
        os._exit(0)  # all that it opened is closed; taking the interpreter apart would have the class wait
    except KeyboardInterrupt:
        sys.exit(ExitCode.INTERRUPTED)
    except GraderError as error:
        sys.exit(f"{error}")


if __name__ == "__main__":
    run(sys.argv[1:])
