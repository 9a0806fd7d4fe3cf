"""Run the jobs of a class on this machine or on a Dask cluster. Both take a pure job and return a future."""

from collections.abc import Callable
from concurrent.futures import Executor as Pool
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Protocol

from grader.classroom.class_model import Job, JobResult, JobSettings
from grader.classroom.python_process import Start, start_python
from grader.classroom.run.job_process import JobProcessPool, work
from grader.errors import UsageError
from grader.sandbox.launcher import Launcher

CONNECT_SECONDS = 30.0  # for a scheduler to answer, on a busy machine; who mistyped its address waits as long
_AT_HAND = 2  # jobs per process: one runs while the next waits, so that none idles while reports are written to disk
_AHEAD = 2  # jobs per thread of a cluster: one runs while the next one crosses the network


class Executor(Protocol):
    """Runs jobs. `capacity` is how many it can have at a time; asked each time, since a cluster grows and shrinks."""

    @property
    def capacity(self) -> int: ...

    def submit(self, settings: JobSettings, job: Job) -> "Future[JobResult]":
        """Takes one job; never waits for it."""

    def stop(self) -> None:
        """Ends all that runs, at once; nothing of it is left. Called again, it waits until that is so."""


class LocalExecutor:
    """`jobs` processes on this machine, a thread each to talk to it.

    `open_launcher` is called before the first job: an error that it raises holds for all jobs, so none is tried. Each
    process forks its workers from the launcher's warm one; it is closed after the last.
    """

    def __init__(
        self, jobs: int, open_launcher: Callable[[], Launcher | None] = lambda: None, start: Start = start_python
    ) -> None:
        self.capacity = _AT_HAND * jobs
        self._start = start
        self._open_launcher = open_launcher
        self._launcher: Launcher | None = None
        self._processes: JobProcessPool | None = None
        self._pool = ThreadPoolExecutor(jobs, thread_name_prefix="job")
        self._stopping = Lock()

    def submit(self, settings: JobSettings, job: Job) -> "Future[JobResult]":
        if self._processes is None:
            self._launcher = self._open_launcher()
            self._processes = JobProcessPool(self._launcher, self._start)
        return self._pool.submit(self._processes.work, settings, job)

    def stop(self) -> None:
        with self._stopping:
            self._pool.shutdown(wait=False, cancel_futures=True)
            if self._processes is not None:
                self._processes.close()
            self._pool.shutdown()
            if self._launcher is not None:
                self._launcher.close()


class DaskExecutor:
    """The workers of a Dask cluster. Submissions travel as bytes; nothing of this machine's disk is asked for there.

    A worker that is lost costs nothing: Dask gives its jobs to others. With `gpu`, jobs go only to workers that were
    started with `--resources GPU=1`, one at a time on each.
    """

    def __init__(self, address: str, *, gpu: bool = False) -> None:
        try:
            from distributed import Client
        except ImportError as error:
            raise UsageError("--cluster needs Dask: pip install 'backprop-grader[cluster]'.") from error
        try:
            self._client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            raise UsageError(f"{address}: no Dask scheduler answers there ({error}).") from error
        resources = {"resources": {"GPU": 1}} if gpu else {}
        self._pool: Pool = self._client.get_executor(pure=False, **resources)

    @property
    def capacity(self) -> int:
        threads: dict[str, int] = self._client.nthreads()
        return max(1, _AHEAD * sum(threads.values()))

    def submit(self, settings: JobSettings, job: Job) -> "Future[JobResult]":
        return self._pool.submit(work, settings, job)

    def stop(self) -> None:
        self._pool.shutdown(wait=False)  # which with Dask cancels what has not begun
        self._client.close(timeout=CONNECT_SECONDS)
