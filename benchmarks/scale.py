"""Simulated classes through `grader class`'s own functions: time, the grader's memory, files; and Dask workers.

    python -m benchmarks.scale [--students 50,100,200] [--sandbox jail] [--ungraded] [--dask] [--json FILE]

Exercises 1 to 3, answers of the galleries mixed; no two students are equal. Whether time is linear is seen best in what
each student more than in the class before costs in processor time: what others do on the machine is not in it, and what
is started once is not either. With `--ungraded` no code of a student's runs: what the class itself takes of memory and
time is the same, and 10,000 take minutes.
"""

import argparse
import itertools
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import measure, students
from benchmarks.floor import SEED
from benchmarks.measure import ROOT
from grader.sandbox.choose import default_kind

DEFAULT = (50, 100, 200)  # minutes; `--students 100,1000,10000` takes a night
LOOK_SECONDS = 0.25  # between looks at the grader's memory


def class_command(folder: Path, results: Path, sandbox: str, *options: str) -> list[str]:
    """The real command over a class."""
    exercises = [part for name in students.EXERCISES for part in ("--exercise", name)]
    command = [sys.executable, "-m", "grader", "class", str(folder), "--output", str(results), "--seed", str(SEED)]
    return [*command, "--sandbox", sandbox, *exercises, *options]


def ungraded_command(folder: Path, results: Path) -> list[str]:
    """The same, but that its jobs grade nothing."""
    return [sys.executable, "-m", "benchmarks.ungraded", str(folder), str(results), str(SEED)]


def measured(command: list[str], results: Path) -> dict[str, Any]:
    """Runs a command over a class; its time, its own memory over time, and the files that it leaves.

    The processor's time is of the command and of all that it has started and waited for.
    """
    started, looks = time.perf_counter(), []
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **measure.ALIKE},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        ended: list[Any] = []
        waiting = threading.Thread(target=lambda: ended.append(os.wait4(process.pid, 0)))
        waiting.start()
        while waiting.is_alive():
            looks.append(_resident(process.pid))
            waiting.join(LOOK_SECONDS)
        _, status, usage = ended[0]
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):  # 1: some could not be graded; how many could is in the table
        raise measure.CommandError(f"{' '.join(command[1:4])} ended with exit code {process.returncode}")
    seconds = time.perf_counter() - started
    listed = json.loads((results / "class.json").read_text(encoding="utf-8"))["entries"]
    graded = sum(entry["status"] == "graded" for entry in listed)
    tenth = looks[len(looks) // 10] or max(looks)
    return {
        "graded": graded,
        "seconds": seconds,
        "cpu s": usage.ru_utime + usage.ru_stime,
        "MiB after a tenth": tenth / 2**20,
        "MiB at most": max(looks) / 2**20,
        "files": sum(path.is_file() for path in results.rglob("*")),
    }


def _resident(pid: int) -> int:
    """Bytes of memory that a process holds; 0 once it is gone."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


@contextmanager
def cluster(workers: int) -> Iterator[str]:
    """The address of a Dask cluster on this machine with that many workers of one thread, each on a core of its own.

    Else one worker takes more than a core: its job's process and the student's work at the same time now and then.
    """
    from distributed import Client, LocalCluster

    cores = sorted(os.sched_getaffinity(0))
    with (
        LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as opened,
        Client(opened, set_as_default=False) as client,
    ):
        for number, address in enumerate(client.scheduler_info()["workers"]):
            client.run(_stay_on, cores[number % len(cores)], workers=[address])
        yield opened.scheduler_address


def _stay_on(core: int) -> None:
    """Keeps this process, and all that it will start, on one core."""
    for thread in Path("/proc/self/task").iterdir():
        os.sched_setaffinity(int(thread.name), {core})


def scale(counts: list[int], command_for: Callable[[Path, Path], list[str]]) -> list[dict[str, Any]]:
    """One row for each size of class. In the ones behind the first, how much more memory than that took."""
    rows: list[dict[str, Any]] = []
    for count in counts:
        with tempfile.TemporaryDirectory() as scratch:
            folder, results = Path(scratch) / "class", Path(scratch) / "results"
            students.lay_out(students.submissions(count), folder)
            rows.append({"class": f"{count} students"} | measured(command_for(folder, results), results))
    for before, row in itertools.pairwise(rows):
        row["memory over the first"] = row["MiB at most"] / rows[0]["MiB at most"]
        row["cpu ms each student more"] = 1000 * (row["cpu s"] - before["cpu s"]) / (row["graded"] - before["graded"])
    return rows


def dask(count: int, sandbox: str) -> list[dict[str, Any]]:
    """The same class on one and on two workers, each with a core; scheduler and class take what they need of both."""
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        students.lay_out(students.submissions(count), Path(scratch) / "class")
        for workers in (1, 2):
            with cluster(workers) as address:
                results = Path(scratch) / f"results{workers}"
                command = class_command(Path(scratch) / "class", results, sandbox, "--cluster", address)
                figures = measured(command, results)
            rows.append({"class": f"{count} students, {workers} Dask worker{'s' * (workers > 1)}"} | figures)
    return rows


def arguments() -> argparse.Namespace:
    parser = measure.options(__doc__)
    parser.add_argument("--students", help="sizes of classes, by commas")
    parser.add_argument("--sandbox", default=default_kind())
    parser.add_argument("--ungraded", action="store_true", help="jobs grade nothing")
    parser.add_argument("--dask", type=int, metavar="STUDENTS", help="also one against two Dask workers")
    return parser.parse_args()


def main() -> None:
    chosen = arguments()
    sizes = [int(size) for size in chosen.students.split(",")] if chosen.students else list(DEFAULT)
    command_for = ungraded_command if chosen.ungraded else partial(class_command, sandbox=chosen.sandbox)
    rows = scale([3] if chosen.short else sizes, command_for)
    if chosen.dask:
        rows += dask(chosen.dask, chosen.sandbox)
    measure.publish("scale", rows, chosen, "Memory is of the process that runs the class, not of the jobs' processes.")


if __name__ == "__main__":
    main()
