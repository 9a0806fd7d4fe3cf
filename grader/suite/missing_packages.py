"""Find the packages that exercises need and this environment lacks: torch is an extra, most exercises do without."""

from collections.abc import Collection, Mapping
from importlib.util import find_spec

from grader.errors import UsageError
from grader.model import Finding, Outcome
from grader.rubric import Exercise, Rubric


def require(rubric: Rubric, points: Collection[str]) -> None:
    """Raise UsageError, with the command to install it, where one of these points needs a package that is missing."""
    lacks = lacking(rubric.exercises_run(points))
    if lacks:
        others = " ".join(f"--exercise {exercise.id}" for exercise in rubric.exercise if exercise.id not in lacks)
        raise UsageError(f"{remedy(lacks, rubric.install)}\nTo leave it out: {others}")


def runnable(rubric: Rubric, points: Collection[str]) -> frozenset[str]:
    """Those of the points that can be judged here."""
    lacks = lacking(rubric.exercises_run(points))
    return frozenset(
        point for point in points if not any(exercise.id in lacks for exercise in rubric.exercises_run({point}))
    )


def lacking(exercises: Collection[Exercise]) -> Mapping[str, str]:
    """Exercise id -> the first package it lacks, for those of `exercises` that cannot be run here."""
    lacks = {}
    for exercise in exercises:
        missing = next((name for name in exercise.imports if find_spec(name) is None), None)
        if missing is not None:
            lacks[exercise.id] = missing
    return lacks


def not_installed(exercise: Exercise) -> Finding | None:
    """Why the exercise's code cannot be run here. Nobody's mistake: a person's point may be judged all the same."""
    missing = lacking([exercise]).get(exercise.id)
    return Finding(Outcome.GRADER_ERROR, f"{missing} is not installed here.") if missing else None


def remedy(lacks: Mapping[str, str], install: Mapping[str, str]) -> str:
    """The sentence about them, with the commands that install them: the rubric's, where it has one."""
    sentences = []
    for package in dict.fromkeys(lacks.values()):
        named = " and ".join(exercise for exercise, name in lacks.items() if name == package)
        command = install.get(package, f"pip install {package}")
        sentences.append(f"Exercise {named} needs {package}, which is not installed. To install it:\n    {command}")
    return "\n".join(sentences)
