"""Start job processes when they are needed, ask each for one report after the other, replace those that die.

A `JobProcessPool` keeps a process for each thread that asks it; `work` does so on a cluster's machine.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from dataclasses import asdict

from grader.classroom.class_model import Graded, Job, JobFailed, JobRejected, JobResult, JobSettings
from grader.classroom.python_process import Start, start_python
from grader.errors import SandboxError
from grader.sandbox.child.protocol import REQUEST, ProtocolError, Value, read_frame, write_frame
from grader.sandbox.launcher import Launcher
from grader.sandbox.scratch import unused_path

if sys.platform == "linux":
    from grader.sandbox.linux.warm import WarmLauncher

MODULE = "grader.classroom.run.job_main"
JOB_SECONDS = 3600.0  # for one submission; its own bounds end it long before, so past this the process itself is stuck
END_SECONDS = 20.0  # for a process to end its workers and itself
RECYCLE_AFTER = 200  # submissions: whatever a library leaks into a process ends with it
_LAST_CHARACTERS = 2_000  # of what a process printed last: a traceback's end, not a whole log


class JobProcess:
    """One process of `job_main`'s and the pipes to it.

    Its workers are forked from a sibling of `launcher`'s warm process if it has one; else from a process of its own.
    """

    def __init__(self, settings: JobSettings, launcher: Launcher | None = None, start: Start = start_python) -> None:
        self.settings = settings
        self.jobs = 0
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by end()
        self._folder = unused_path()  # made by the process, and removed by either, if one is killed
        if sys.platform == "linux" and isinstance(launcher, WarmLauncher):
            theirs, sibling = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with theirs, sibling:
                self._process = start(MODULE, [self._folder], self._errors, [theirs.fileno()])
                with contextlib.suppress(SandboxError):  # the process reports it, finding nobody at its socket
                    launcher.fork_sibling(sibling, protected_pids=(*self._process.pids, os.getpid()))
        else:
            self._process = start(MODULE, [self._folder], self._errors)

    @property
    def usable(self) -> bool:
        """Whether it can take one more job."""
        return self.jobs < RECYCLE_AFTER and self._process.poll() is None

    def run(self, job: Job) -> JobResult:
        """The report on one submission. A process that dies over it costs this submission alone."""
        self.jobs += 1
        assert self._process.stdout
        stuck = threading.Timer(JOB_SECONDS, self._process.kill)
        stuck.start()
        try:
            if self.jobs == 1:
                write_frame(self._write, {**asdict(self.settings), "points": list(self.settings.points)})
            write_frame(self._write, _request(job))
            answer = read_frame(self._process.stdout.read, REQUEST)
        except (EOFError, OSError, ValueError, ProtocolError) as error:
            return JobFailed(f"the process that graded it {self._how_it_ended(error)}")
        finally:
            stuck.cancel()
        match answer:
            case {"report": str(report)}:
                return Graded(report)
            case {"fault": str(message)}:
                return JobFailed(message)
            case {"refused": str(message)}:
                return JobRejected(message)
            case _:
                return JobFailed("the process that graded it sent no answer")

    def end(self) -> None:
        """Ends it with all that it started: closes its input, gives it `END_SECONDS`, then kills it."""
        with contextlib.suppress(OSError):
            if self._process.stdin:
                self._process.stdin.close()
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()
        self._errors.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _write(self, data: bytes) -> None:
        assert self._process.stdin
        self._process.stdin.write(data)
        self._process.stdin.flush()

    def _how_it_ended(self, error: Exception) -> str:
        """How the process ended, in words. It is not used again."""
        if not isinstance(error, EOFError | OSError):
            self._process.kill()
            return f"was stopped, since what crossed the wire was not a message ({error})"
        try:
            status = self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return "closed the wire"
        self._errors.seek(0)
        printed = self._errors.read().decode("utf-8", "replace").strip()[-_LAST_CHARACTERS:]
        how = f"was killed by signal {-status}" if status < 0 else f"ended with exit code {status}"
        return f"{how}{': ' + printed if printed else ''}"


def _request(job: Job) -> Value:
    submission = job.submission
    return {
        "id": submission.id,
        "files": dict(submission.files),
        "sha256": submission.sha256,
        "notes": list(submission.notes),
    }


class JobProcessPool:
    """Job processes, one for each thread that asks."""

    def __init__(self, launcher: Launcher | None = None, start: Start = start_python) -> None:
        self._launcher = launcher
        self._start = start
        self._here = threading.local()
        self._lock = threading.Lock()
        self._open: list[JobProcess] = []
        self._closed = False

    def work(self, settings: JobSettings, job: Job) -> JobResult:
        """Runs one job in this thread's own process, started anew where there is none that can take it."""
        process: JobProcess | None = getattr(self._here, "process", None)
        if process is not None and (process.settings != settings or not process.usable):
            self._forget(process)
            process = None
        if process is None:
            with self._lock:
                if self._closed:
                    return JobFailed("stopped")
                process = self._here.process = JobProcess(settings, self._launcher, self._start)
                self._open.append(process)
        return process.run(job)

    def close(self) -> None:
        """Ends every process, in the middle of a job or not; none is started after."""
        with self._lock:
            self._closed = True
            processes = list(self._open)
        enders = [threading.Thread(target=self._forget, args=(process,)) for process in processes]
        for ender in enders:
            ender.start()
        for ender in enders:
            ender.join()

    def _forget(self, process: JobProcess) -> None:
        process.end()
        with self._lock, contextlib.suppress(ValueError):
            self._open.remove(process)


_here = JobProcessPool()


def work(settings: JobSettings, job: Job) -> JobResult:
    """Runs one job on whatever machine this is called on: what a cluster's workers do."""
    return _here.work(settings, job)
