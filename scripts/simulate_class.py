"""A simulated class, graded by the real command: how fast, and in how much memory.

    python -m scripts.simulate_class --students 100 --students 1000 [--sandbox jail] [--jobs 2]

The hand-ins are the reference and the galleries of right and wrong answers to exercises 1 to 3, in turn, each a little
different from the others. Memory is the most that the grader's own process, and the largest of its job processes, held.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXERCISES = ("1", "2", "3")
LOOK_SECONDS = 1.0  # between two looks at the memory; the kernel keeps the highest value


def make_class(folder: Path, count: int) -> None:
    """`count` hand-ins."""
    galleries = sorted(path.parent for path in (ROOT / "tests" / "gallery").glob("*/*/expected.json"))
    fast = [case for case in galleries if not (case / "exercise4.py").exists()]
    cases = [ROOT / "reference", *(case for case in fast if case.parent.name in ("right", "wrong"))]
    for number in range(count):
        student = folder / f"student-{number:04}"
        shutil.copytree(cases[number % len(cases)], student)
        (student / "expected.json").unlink(missing_ok=True)
        (student / "exercise4.py").unlink(missing_ok=True)
        (student / "report.md").write_text(f"{student.name}\n", encoding="utf-8")


def memory(pid: int) -> Iterator[tuple[int, float]]:
    """(pid, highest resident memory in MiB) of a process and of those it started. Linux."""
    for path in (Path(f"/proc/{pid}"), *_children(pid)):
        try:
            lines = (path / "status").read_text().splitlines()
        except OSError:
            continue
        for line in lines:
            if line.startswith("VmHWM"):
                yield int(path.name), int(line.split()[1]) / 1024


def _children(pid: int) -> Iterator[Path]:
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            yield from (Path(f"/proc/{child}") for child in task.read_text().split())
        except OSError:
            continue


def measure(count: int, options: list[str]) -> str:
    """A line about one class."""
    with tempfile.TemporaryDirectory() as name:
        here = Path(name)
        make_class(here / "class", count)
        chosen = [part for exercise in EXERCISES for part in ("--exercise", exercise)]
        command = [sys.executable, "-m", "grader", "class", str(here / "class"), "--output", str(here / "out")]
        began = time.monotonic()
        with open(here / "log", "w+", encoding="utf-8") as log:
            process = subprocess.Popen([*command, *chosen, *options], cwd=ROOT, stdout=log, stderr=log)
            peaks: dict[int, float] = {}
            while process.poll() is None:
                peaks.update(memory(process.pid))
                try:
                    process.wait(LOOK_SECONDS)
                except subprocess.TimeoutExpired:
                    continue
            if process.returncode:
                log.seek(0)
                raise SystemExit(log.read())
        seconds = time.monotonic() - began
        own = peaks.pop(process.pid, 0.0)
        return (
            f"{count:5} submissions in {seconds:6.1f} s: {60 * count / seconds:4.0f} a minute; "
            f"grader {own:.0f} MiB, largest job process {max(peaks.values(), default=0.0):.0f} MiB"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, action="append", required=True)
    parser.add_argument("--sandbox", default=None)
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    asked = parser.parse_args()
    options = ["--jobs", str(asked.jobs), "--seed", "1", *(["--sandbox", asked.sandbox] if asked.sandbox else [])]
    for count in asked.students:
        print(measure(count, options), flush=True)


if __name__ == "__main__":
    main()
