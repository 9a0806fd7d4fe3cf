"""A simulated class, graded by the real command: how fast, in how much memory, and whether sandboxes agree.

    python -m scripts.simulate_class --students 100 --students 1000 [--jobs 2] [--sandbox jail]
    python -m scripts.simulate_class --students 60 --sandbox jail --sandbox docker

The hand-ins are the reference and the galleries of right and wrong answers to the chosen exercises (1 to 3, unless told
otherwise), in turn, each a little different from the others. Memory is the most that the grader's own process, and the
largest of its job processes, held. With several sandboxes every point of every report is compared.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
GALLERY = ROOT / "tests" / "gallery"
EXERCISES = ("1", "2", "3")
LOOK_SECONDS = 1.0  # between two looks at the memory; the kernel keeps the highest value
SHOWN = 20  # differences between sandboxes that are printed

Points = dict[str, dict[str, Any]]


def make_class(folder: Path, count: int, exercises: Sequence[str] = EXERCISES) -> None:
    """`count` hand-ins, spread over the galleries: as many different ones as there are."""
    files = [f"exercise{name}.py" for name in exercises]
    found = sorted(path.parent for kind in ("right", "wrong") for path in GALLERY.glob(f"{kind}/*/expected.json"))
    cases = [ROOT / "reference", *(case for case in found if any((case / name).exists() for name in files))]
    step = max(1, len(cases) // count)
    for number in range(count):
        student = folder / f"student-{number:04}"
        shutil.copytree(cases[number * step % len(cases)], student, ignore=shutil.ignore_patterns("expected.json"))
        for path in student.glob("exercise*.py"):
            if path.name not in files:
                path.unlink()
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


def grade(submissions: Path, results: Path, options: Sequence[str]) -> dict[int, float]:
    """Runs the command; the highest memory of each of its processes, its own first. Ends the script if it fails."""
    command = [sys.executable, "-m", "grader", "class", str(submissions), "--output", str(results), *options]
    with open(f"{results}.log", "w+", encoding="utf-8") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        peaks: dict[int, float] = {process.pid: 0.0}
        while process.poll() is None:
            peaks.update(memory(process.pid))
            try:
                process.wait(LOOK_SECONDS)
            except subprocess.TimeoutExpired:
                continue
        if process.returncode:
            log.seek(0)
            raise SystemExit(log.read())
    return peaks


def points(results: Path) -> Points:
    """id -> what each point came to, its wording and its time aside."""
    reports = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(results.glob("*/results.json"))]
    return {
        report["submission"]["id"]: {
            point["id"]: (point["score"], point["outcome"], point["diagnosis"]) for point in report["points"]
        }
        for report in reports
    }


def measure(count: int, sandbox: str, here: Path, options: Sequence[str]) -> Points:
    """Prints a line about one class in one sandbox; returns its points."""
    began = time.monotonic()
    own, *others = grade(here / "class", here / sandbox, ["--sandbox", sandbox, *options]).values()
    seconds = time.monotonic() - began
    print(
        f"{count:5} submissions in {sandbox}: {seconds:6.1f} s, {60 * count / seconds:4.0f} a minute; "
        f"grader {own:.0f} MiB, largest process beside it {max(others, default=0.0):.0f} MiB",
        flush=True,
    )
    return points(here / sandbox)


def compare(found: dict[str, Points]) -> bool:
    """Prints whether all sandboxes say the same of every point."""
    (first, expected), *others = found.items()
    told = [
        f"{name} {point}: {first} {one}, {other} {another[name][point]}"
        for other, another in others
        for name, points in expected.items()
        for point, one in points.items()
        if another[name][point] != one
    ]
    count = sum(map(len, expected.values()))
    print(f"{count} points of {len(expected)} submissions in {', '.join(found)}: {len(told)} differ", flush=True)
    print("\n".join(told[:SHOWN]), end="\n" if told else "")
    return not told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, action="append", required=True)
    parser.add_argument("--sandbox", action="append")
    parser.add_argument("--exercise", action="append")
    parser.add_argument("--image")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    asked = parser.parse_args()
    exercises = asked.exercise or EXERCISES
    options = ["--jobs", str(asked.jobs), "--seed", "1", *(part for name in exercises for part in ("--exercise", name))]
    same = True
    for count in asked.students:
        with tempfile.TemporaryDirectory() as folder:
            here = Path(folder)
            make_class(here / "class", count, exercises)
            found = {}
            for sandbox in asked.sandbox or ["jail"]:
                own = ["--image", asked.image] if asked.image and sandbox == "docker" else []
                found[sandbox] = measure(count, sandbox, here, [*options, *own])
            same &= len(found) < 2 or compare(found)
    sys.exit(not same)


if __name__ == "__main__":
    main()
