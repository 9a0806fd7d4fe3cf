"""Do the sandboxes agree? One class graded by the real command in each of them, and every point compared.

    python -m scripts.compare_sandboxes [--students 60] [--sandbox jail --sandbox docker] [--image NAME] [--exercise ID]

The hand-ins are the reference and the galleries of right and wrong answers to the chosen exercises (1 to 3, unless told
otherwise), in turn. How large classes fare in one sandbox is `benchmarks.scale`'s. Exits with 1 if a point differs.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from scripts.stored_points import UNREPEATABLE, StoredPoint, stored_points

ROOT = Path(__file__).resolve().parent.parent
GALLERY = ROOT / "tests" / "gallery"
EXERCISES = ("1", "2", "3")
SHOWN = 20  # differences that are printed

Points = dict[tuple[str, str], StoredPoint]


def make_class(folder: Path, count: int, exercises: Sequence[str]) -> None:
    """`count` hand-ins, spread over the galleries: as many different ones as there are."""
    files = [f"exercise{name}.py" for name in exercises]
    folders = sorted(path.parent for kind in ("right", "wrong") for path in GALLERY.glob(f"{kind}/*/expected.json"))
    answers = (case for case in folders if any((case / name).exists() for name in files))
    cases = [ROOT / "reference", *(answer for answer in answers if answer.name not in UNREPEATABLE)]
    step = max(1, len(cases) // count)
    for number in range(count):
        student = folder / f"student-{number:04}"
        shutil.copytree(cases[number * step % len(cases)], student, ignore=shutil.ignore_patterns("expected.json"))
        for path in student.glob("exercise*.py"):
            if path.name not in files:
                path.unlink()


def graded(submissions: Path, results: Path, options: Sequence[str]) -> Points:
    """What every point of a class comes to, by id and point, wording and time aside. Ends the script if it fails."""
    command = [sys.executable, "-m", "grader", "class", str(submissions), "--output", str(results), *options]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if ended.returncode:
        raise SystemExit(ended.stderr)
    return {(name, point.id): point for name, points in stored_points(results).items() for point in points}


def shown(point: StoredPoint | None) -> str:
    """`0.5 partial, factor-r`; a point that one of them lacks, too."""
    if point is None:
        return "nothing"
    return f"{point.score:g} {point.outcome}" + (f", {point.diagnosis}" if point.diagnosis else "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, default=60)
    parser.add_argument("--sandbox", action="append")
    parser.add_argument("--exercise", action="append")
    parser.add_argument("--image")
    arguments = parser.parse_args()
    exercises = arguments.exercise or EXERCISES
    options = ["--seed", "1", *(part for name in exercises for part in ("--exercise", name))]
    points_by_sandbox: dict[str, Points] = {}
    with tempfile.TemporaryDirectory() as folder:
        make_class(Path(folder, "class"), arguments.students, exercises)
        for sandbox in arguments.sandbox or ["jail", "docker"]:
            image_options = ["--image", arguments.image] if arguments.image and sandbox == "docker" else []
            began = time.monotonic()
            results = Path(folder, sandbox)
            points_by_sandbox[sandbox] = graded(
                Path(folder, "class"), results, ["--sandbox", sandbox, *options, *image_options]
            )
            rate = 60 * arguments.students / (time.monotonic() - began)
            print(f"{arguments.students} submissions in {sandbox}: {rate:.0f} a minute", flush=True)
    (first, expected), *others = points_by_sandbox.items()
    differences = [
        f"{' '.join(which)}: {first} {shown(point)}, {other} {shown(points.get(which))}"
        for other, points in others
        for which, point in expected.items()
        if points.get(which) != point
    ]
    print(f"{len(expected)} points in {', '.join(points_by_sandbox)}: {len(differences)} differ")
    print("\n".join(differences[:SHOWN]), end="\n" if differences else "")
    sys.exit(bool(differences))


if __name__ == "__main__":
    main()
