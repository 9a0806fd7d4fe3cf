"""What a student's pytest command selects: exercises, points or single checks, in the words that students use.

`pytest exercise2.py`   the points of exercise 2
`pytest -k 2`           the same; a number is an exercise or a point, and never a part of another number
`pytest FOLDER`         the submission in that folder
a check's own node id   that check, as an IDE's list of tests asks for it
"""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from grader.errors import UsageError
from grader.rubric import Rubric

_NUMBER = re.compile(r"(?<![\w.\[])(\d+(?:\.\d+)?)(?![\w.\]])")


@dataclass(frozen=True, slots=True)
class Selection:
    """What pytest is to collect below the checks, and of which exercises."""

    nodes: list[str]
    exercises: frozenset[str]


def select_from(args: Sequence[str], here: Path, checks: Path, rubric: Rubric) -> Selection:
    """What pytest's positional arguments, relative to `here`, mean. Raises UsageError for another file."""
    modules = {PurePath(exercise.file).name: exercise.id for exercise in rubric.exercise}
    single: list[str] = []
    exercises: set[str] = set()
    for arg in args:
        path, separator, node = arg.partition("::")
        place = (here / path).resolve()
        if not place.exists() and (checks / place.name).is_file():
            place = checks / place.name  # as pytest names the checks, which lie beside no folder of the student's
        if place.is_relative_to(checks.resolve()):
            single.append(f"{place.relative_to(checks.resolve())}{separator}{node}")
        elif Path(path).name in modules:  # also where it is a link
            exercises.add(modules[Path(path).name])
        elif not place.is_dir():
            advice = f' Tests of your own: pytest -c {os.devnull} --rootdir . "{arg}"' if place.suffix == ".py" else ""
            raise UsageError(f"{arg}: only {', '.join(modules)} can be judged.{advice}")
    return Selection(single or ["."], frozenset(exercises))


def bracketed(expression: str) -> str:
    """A `-k` expression in which numbers match whole numbers only: "2" becomes "[2]", "2.1" "[2.1]"."""
    return _NUMBER.sub(r"[\1]", expression)


def keywords(point: str, exercise: str) -> set[str]:
    """What such an expression finds a point's checks by."""
    return {point, f"[{point}]", f"[{exercise}]"}
