"""Simulated students: exercises 1 to 3 put together from the galleries of right and wrong answers.

No two are equal, so that nothing is found in a cache that a real class would not find there.
"""

import random
from pathlib import Path

from benchmarks.measure import ROOT
from grader.load.submission import digest
from grader.model import Submission

GALLERY = ROOT / "tests" / "gallery"
EXERCISES = ("1", "2", "3")
SHARE_RIGHT = 0.7  # of the exercises of a class that are right; a wrong one is asked more, to show the smallest example
SEED = 1


def submissions(count: int) -> list[Submission]:
    """That many students, always the same ones."""
    chance = random.Random(SEED)
    sources = {kind: [_sources(kind, exercise) for exercise in EXERCISES] for kind in ("right", "wrong")}
    students = []
    for number in range(count):
        name = f"student{number:05}"
        files = {}
        for place, exercise in enumerate(EXERCISES):
            kind = "right" if chance.random() < SHARE_RIGHT else "wrong"
            source = chance.choice(sources[kind][place]).read_bytes()
            files[f"exercise{exercise}.py"] = source + f"\n# {name}\n".encode()
        students.append(Submission(name, files, digest(files)))
    return students


def lay_out(students: list[Submission], folder: Path) -> None:
    """A folder for each, as a class is handed in."""
    for submission in students:
        student_folder = folder / submission.id
        student_folder.mkdir(parents=True)
        for name, content in submission.files.items():
            (student_folder / name).write_bytes(content)


def _sources(kind: str, exercise: str) -> list[Path]:
    """The gallery's answers to one exercise that are a single file."""
    paths = sorted((GALLERY / kind).glob(f"*/exercise{exercise}.py"))
    return [path for path in paths if {file.name for file in path.parent.iterdir()} == {path.name, "expected.json"}]
