"""A student's cold `pytest` on exercises 1 to 3, beside the least that it could be: importing what the code needs.

python -m benchmarks.student [--rounds N] [--json FILE]

Both run in an environment as a handout's README makes it, for a checkout of the grader makes every Python start slower.
"""

import importlib.metadata
import shutil
import tempfile
from functools import partial
from pathlib import Path

from benchmarks import measure
from benchmarks.measure import ROOT, Spread
from grader.course.handout import build_handout
from tests.support.environments import SCRIPTS, follow_readme

FLOOR = "import pytest, numpy, sympy"
# The plugins of pytest that come with the grader; those of a developer's tools are not in a student's installation.
_STUDENTS = {"pytest-json-report", "pytest-metadata"}


def folder(place: Path, *exercises: int) -> Path:
    """A handout with the reference's solutions of some exercises, and an environment in it."""
    build_handout(place)
    for number in exercises:
        shutil.copy(ROOT / "reference" / f"exercise{number}.py", place)
    follow_readme(place)
    return place


def python_of(place: Path) -> Path:
    return place / ".venv" / SCRIPTS / "python"


def developers_plugins() -> list[str]:
    """The options that leave out plugins of pytest that a student does not have."""
    plugins = {
        point.name
        for point in importlib.metadata.entry_points(group="pytest11")
        if point.dist and point.dist.name not in _STUDENTS
    }
    return [f"-pno:{name}" for name in sorted(plugins)]


def main() -> None:
    chosen = measure.options(__doc__).parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        place = folder(Path(scratch) / "submission", 1, 2, 3)
        python = python_of(place)
        run = [python, "-m", "pytest", *developers_plugins()]
        candidates = {
            f"python -c '{FLOOR}'": [python, "-c", FLOOR],
            "pytest -k 'exercise1 or exercise2 or exercise3'": [*run, "-k", "exercise1 or exercise2 or exercise3"],
            "pytest -k exercise2": [*run, "-k", "exercise2"],
            "pytest --collect-only": [*run, "--collect-only"],
            "grader --help": [python, "-m", "grader", "--help"],
        }
        runs = {name: partial(measure.command, argv, cwd=place) for name, argv in candidates.items()}
        for warm in () if chosen.short else runs.values():
            warm()  # byte code is compiled and files are in memory: `cold` is the process, not the disk
        costs_by_command = measure.interleaved(runs, chosen.rounds or (1 if chosen.short else 7))
    floor = next(iter(costs_by_command.values()))
    rows = [
        {
            "command": name,
            "wall s": Spread.of([cost.wall for cost in costs]),
            "cpu s": Spread.of([cost.cpu for cost in costs]),
            "wall ratio": measure.ratios([cost.wall for cost in costs], [cost.wall for cost in floor]),
            "cpu ratio": measure.ratios([cost.cpu for cost in costs], [cost.cpu for cost in floor]),
            "peak MiB": Spread.of([cost.peak for cost in costs]),
        }
        for name, costs in costs_by_command.items()
    ]
    measure.publish("student", rows, chosen)


if __name__ == "__main__":
    main()
