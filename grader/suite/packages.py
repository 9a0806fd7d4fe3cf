"""Which packages an exercise needs and this environment lacks: torch is an extra, since most exercises do without."""

from collections.abc import Collection, Mapping
from importlib.util import find_spec

from grader.rubric import Exercise


def lacking(exercises: Collection[Exercise]) -> Mapping[str, str]:
    """Exercise id -> the first package it lacks, for those of `exercises` that cannot be run here."""
    found = {}
    for exercise in exercises:
        missing = next((name for name in exercise.imports if find_spec(name) is None), None)
        if missing is not None:
            found[exercise.id] = missing
    return found


def remedy(lacks: Mapping[str, str], install: Mapping[str, str]) -> str:
    """The sentence about them, with the commands that install them: the rubric's, where it has one."""
    sentences = []
    for package in dict.fromkeys(lacks.values()):
        named = " and ".join(exercise for exercise, name in lacks.items() if name == package)
        command = install.get(package, f"pip install {package}")
        sentences.append(f"Exercise {named} needs {package}, which is not installed. To install it:\n    {command}")
    return "\n".join(sentences)
